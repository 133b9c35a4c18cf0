import { addressInLanguage } from './html.js'
import { SITEMAP_PATHS } from './navigation.js'

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
