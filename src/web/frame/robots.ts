import { addressOf } from './html.js'
import { MAPPED } from './navigation.js'

/** Entries are not disallowed: crawlers must fetch them to see `noindex`. */
export const robots = (base: string): string => `User-agent: *
Disallow: /graphql
Disallow: /v1/
Disallow: /oauth/
Disallow: /desk
Disallow: /my
Sitemap: ${base}/sitemap.xml
`

export const siteMap = (base: string): string => `<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml">
${MAPPED.map((path) => `<url><loc>${base}${path}</loc><xhtml:link rel="alternate" hreflang="en" href="${base}${addressOf(path, {}, 'en')}"/></url>`).join('\n')}
</urlset>
`
