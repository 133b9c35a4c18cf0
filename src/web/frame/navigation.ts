import { HELP_TASKS, helpPath } from '../words/help-tasks.js'
import { addressInLanguage } from './html.js'

export interface NavigationLink {
  path: string
  zh: string
  en: string
}

export const NAVIGATION_LINKS: readonly NavigationLink[] = [
  { path: '/blacklist', zh: '严重失信名单', en: 'Blacklist' },
  { path: '/penalties', zh: '处罚和许可', en: 'Penalties and permits' },
  { path: '/check', zh: '批量核验', en: 'Check' },
  { path: '/clue', zh: '提供线索', en: 'Give a clue' },
  { path: '/data', zh: '名单数据', en: 'Data' },
  { path: '/scorecard', zh: '评分卡', en: 'Scorecard' },
  { path: '/my', zh: '我的记录', en: 'My record' },
]

export const FOOTER_LINKS: readonly NavigationLink[] = [
  { path: '/help', zh: '帮助', en: 'Help' },
  { path: '/about', zh: '关于、依据与投诉', en: 'About, legal bases, complaints' },
  ...NAVIGATION_LINKS,
  { path: '/pilots', zh: '试点地区', en: 'Pilot places' },
  { path: '/figures', zh: '协作事项统计', en: 'Figures of cooperation' },
  { path: '/verify', zh: '核验移出证明', en: 'Verify a certificate' },
  { path: '/data/blacklist.atom', zh: '变更订阅（Atom）', en: 'Changes (Atom)' },
  { path: '/developers', zh: '开发人员', en: 'Developers' },
  { path: '/graphql', zh: '程序接口', en: 'For programs' },
]

/** A party's own pages are left out, and list entries, which come and go. */
const SITEMAP_PATHS = [
  ...[
    '/',
    '/blacklist',
    '/penalties',
    '/pilots',
    '/check',
    '/clue',
    '/data',
    '/scorecard',
    '/developers',
    '/help',
    '/about',
    '/verify',
    '/figures',
  ],
  ...HELP_TASKS.map(helpPath),
]

/** Entries are not disallowed: crawlers must fetch them to see `noindex`. */
export const robotsTxt = (base: string): string => `User-agent: *
Disallow: /graphql
Disallow: /v1/
Disallow: /oauth/
Disallow: /desk
Disallow: /my
Sitemap: ${base}/sitemap.xml
`

export const sitemapXml = (base: string): string => `<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml">
${SITEMAP_PATHS.map((path) => `<url><loc>${base}${path}</loc><xhtml:link rel="alternate" hreflang="en" href="${base}${addressInLanguage(path, {}, 'en')}"/></url>`).join('\n')}
</urlset>
`
