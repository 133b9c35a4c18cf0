/** `npm run access`: writes who may see which field into both READMEs, out of the table itself. */
import { readFileSync, writeFileSync } from 'node:fs'
import { withAccess } from '../../src/commands/access-table.js'

const READMES = [
  ['README.md', 'en'],
  ['README.zh-CN.md', 'zh'],
] as const

for (const [path, language] of READMES) writeFileSync(path, withAccess(readFileSync(path, 'utf8'), language))
