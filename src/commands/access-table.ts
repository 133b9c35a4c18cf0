/** `hub status --access`, and the same in the README: who may see and do what, as the tables of domain/access/viewer say it. */

import { FIELDS, fieldsTold, WHOSE } from '../api/access/fields.js'
import { ACCESS, KINDS_SEEN, OF_ALL_REGIONS, OF_ITS_REGION, ROLES } from '../domain/access/viewer.js'

const fieldsOf = (): Record<string, { acts: readonly string[]; whose: string }> =>
  Object.fromEntries([...FIELDS].map(([name, { acts, whose }]) => [name, { acts, whose }]))

/** Who may see and do what. */
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
    ...fieldsTold().map(
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

/** Marks of the part of a README that is written by a command. */
export const [BEGIN, END] = ['<!-- access -->', '<!-- /access -->']

/** That part: one line a row of the table, and what its last column means. */
export const inReadme = (language: Language): string => {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  const head = HEADS[language]
  const rows = fieldsTold().map(({ type, fields, acts, roles, whose }) =>
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

/** A README with that part as it is now; the same where it is current. */
export const withAccess = (readme: string, language: Language): string => {
  const [from, to] = [readme.indexOf(BEGIN), readme.indexOf(END)]
  if (from < 0 || to < from) throw new Error(`the README has no ${BEGIN} … ${END}`)
  return readme.slice(0, from) + inReadme(language) + readme.slice(to + END.length)
}
