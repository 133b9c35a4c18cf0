/** `npm run access`: writes `schema/access.md` and `schema/access.zh-CN.md` from the table of fields. */
import { readFileSync, writeFileSync } from 'node:fs'
import { ACCESS_PAGES, withAccess } from './access-table.js'

for (const [path, language] of ACCESS_PAGES) writeFileSync(path, withAccess(readFileSync(path, 'utf8'), language))
