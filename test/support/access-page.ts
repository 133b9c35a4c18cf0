/** `npm run access`: writes who may see which field into `schema/access.md` and `schema/access.zh-CN.md`, out of the table itself. */
import { readFileSync, writeFileSync } from 'node:fs'
import { ACCESS_PAGES, withAccess } from '../../src/commands/access-table.js'

for (const [path, language] of ACCESS_PAGES) writeFileSync(path, withAccess(readFileSync(path, 'utf8'), language))
