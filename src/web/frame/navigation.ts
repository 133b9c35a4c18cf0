import { HELP_TASKS, helpPath } from '../help/tasks.js'
import { addressInLanguage } from './html.js'

export interface NavigationLink {
  path: string
  zh: string
  en: string
}

interface PlannedLink extends NavigationLink {
  built: boolean
}

const MAIN: readonly PlannedLink[] = [
  { path: '/blacklist', zh: '严重失信名单', en: 'Blacklist', built: true },
  { path: '/check', zh: '批量核验', en: 'Check', built: true },
  { path: '/data', zh: '名单数据', en: 'Data', built: true },
  { path: '/scorecard', zh: '评分卡', en: 'Scorecard', built: true },
  { path: '/my', zh: '我的记录', en: 'My record', built: true },
]

const MORE: readonly PlannedLink[] = [
  { path: '/help', zh: '帮助', en: 'Help', built: true },
  { path: '/about', zh: '关于、依据与投诉', en: 'About, legal bases, complaints', built: true },
]

const OTHERS: readonly NavigationLink[] = [
  { path: '/data/blacklist.atom', zh: '变更订阅（Atom）', en: 'Changes (Atom)' },
  { path: '/graphql', zh: '程序接口', en: 'For programs' },
]

const isBuilt = ({ built }: PlannedLink): boolean => built

export const NAVIGATION_LINKS: readonly NavigationLink[] = MAIN.filter(isBuilt)
export const FOOTER_LINKS: readonly NavigationLink[] = [...MORE.filter(isBuilt), ...MAIN.filter(isBuilt), ...OTHERS]
/** A party's own pages are left out of the sitemap. */
const isFound = ({ path }: NavigationLink): boolean => path !== '/my'
/** The sitemap leaves out list entries, because they come and go. */
const SITEMAP_PATHS: readonly string[] = [
  '/',
  ...[...MAIN, ...MORE]
    .filter(isBuilt)
    .filter(isFound)
    .map(({ path }) => path),
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
