/** The table of `schema/access.md`, printed from `api/access/fields`. */
import { fieldAccessRows, OBJECT_SCOPES } from '../../src/api/access/fields.js'
import { ROLES } from '../../src/domain/access/viewer.js'

type Language = 'zh' | 'en'

const HEADS: Record<Language, readonly string[]> = {
  zh: ['类型', '字段', '行为（有其一即可）', '角色', '谁的'],
  en: ['type', 'fields', 'acts (any of them)', 'roles', 'whose'],
}
const EVERYBODY: Record<Language, string> = { zh: '所有人', en: 'everybody' }

export const ACCESS_PAGES: readonly (readonly [path: string, language: Language])[] = [
  ['schema/access.md', 'en'],
  ['schema/access.zh-CN.md', 'zh'],
]

/** `npm run access` replaces what stands between these markers. */
const [BEGIN, END] = ['<!-- access -->', '<!-- /access -->']

const accessPart = (language: Language): string => {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  const head = HEADS[language]
  const rows = fieldAccessRows().map(({ type, fields, acts, roles, whose }) =>
    line([
      type,
      fields.map((field) => `\`${field}\``).join(' '),
      acts.join(' '),
      roles.length === ROLES.length ? EVERYBODY[language] : roles.join(' '),
      whose,
    ]),
  )
  const meant = Object.entries(OBJECT_SCOPES).map(([whose, said]) => `* \`${whose}\`: ${said[language]}`)
  return [BEGIN, line(head), line(head.map(() => '---')), ...rows, '', ...meant, END].join('\n')
}

/** Throws when the markers are missing. */
export const withAccess = (page: string, language: Language): string => {
  const [from, to] = [page.indexOf(BEGIN), page.indexOf(END)]
  if (from < 0 || to < from) throw new Error(`the page has no ${BEGIN} … ${END}`)
  return page.slice(0, from) + accessPart(language) + page.slice(to + END.length)
}
