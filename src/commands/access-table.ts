/** `hub status --access` and `schema/access.md` are printed from `domain/access/viewer`. */

import { FIELDS, printedFields, WHOSE } from '../api/access/fields.js'
import { ACCESS, KINDS_SEEN, OF_ALL_REGIONS, OF_ITS_REGION, ROLES } from '../domain/access/viewer.js'

const fieldsOf = (): Record<string, { acts: readonly string[]; whose: string }> =>
  Object.fromEntries([...FIELDS].map(([name, { acts, whose }]) => [name, { acts, whose }]))

export const accessTold = {
  value: {
    access: ACCESS,
    kinds: KINDS_SEEN,
    bounded: { ownRegion: OF_ITS_REGION, never: OF_ALL_REGIONS },
    whose: WHOSE,
    fields: fieldsOf(),
  },
  lines: [
    ...Object.entries(ACCESS).map(([act, roles]) => `${act.padEnd(20)} ${roles.join(' ')}`),
    ...Object.entries(KINDS_SEEN).map(([role, kinds]) => `records ${role.padEnd(16)} ${kinds.join(' ') || '—'}`),
    `有区划者仅限本区划 with a region, in it alone   ${OF_ITS_REGION.join(' ')}`,
    `有区划者不可 with a region, never             ${OF_ALL_REGIONS.join(' ')}`,
    ...printedFields().map(
      ({ type, fields, acts, whose }) => `${type.padEnd(18)} ${whose.padEnd(6)} ${acts.join(' ')}：${fields.join(' ')}`,
    ),
    ...Object.entries(WHOSE).map(([whose, { zh, en }]) => `${whose.padEnd(6)} ${zh} · ${en}`),
  ],
}

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

/** `npm run access` writes between these markers. */
const [BEGIN, END] = ['<!-- access -->', '<!-- /access -->']

const accessPart = (language: Language): string => {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  const head = HEADS[language]
  const rows = printedFields().map(({ type, fields, acts, roles, whose }) =>
    line([
      type,
      fields.map((field) => `\`${field}\``).join(' '),
      acts.join(' '),
      roles.length === ROLES.length ? EVERYBODY[language] : roles.join(' '),
      whose,
    ]),
  )
  const meant = Object.entries(WHOSE).map(([whose, said]) => `* \`${whose}\`: ${said[language]}`)
  return [BEGIN, line(head), line(head.map(() => '---')), ...rows, '', ...meant, END].join('\n')
}

/** Throws when the markers are missing. */
export const withAccess = (page: string, language: Language): string => {
  const [from, to] = [page.indexOf(BEGIN), page.indexOf(END)]
  if (from < 0 || to < from) throw new Error(`the page has no ${BEGIN} … ${END}`)
  return page.slice(0, from) + accessPart(language) + page.slice(to + END.length)
}
