import { FIELD_ACCESS, fieldAccessRows, OBJECT_SCOPES } from '../api/access/fields.js'
import { PROVINCE_WIDE_ACTS, RECORD_KINDS_SEEN, REGIONAL_ACTS, ROLES_BY_ACT } from '../domain/access/viewer.js'

const fieldsOf = (): Record<string, { acts: readonly string[]; whose: string }> =>
  Object.fromEntries([...FIELD_ACCESS].map(([name, { acts, whose }]) => [name, { acts, whose }]))

export const accessTable = {
  value: {
    access: ROLES_BY_ACT,
    kinds: RECORD_KINDS_SEEN,
    bounded: { ownRegion: REGIONAL_ACTS, never: PROVINCE_WIDE_ACTS },
    whose: OBJECT_SCOPES,
    fields: fieldsOf(),
  },
  lines: [
    ...Object.entries(ROLES_BY_ACT).map(([act, roles]) => `${act.padEnd(20)} ${roles.join(' ')}`),
    ...Object.entries(RECORD_KINDS_SEEN).map(([role, kinds]) => `records ${role.padEnd(16)} ${kinds.join(' ') || '—'}`),
    `有区划者仅限本区划 with a region, in it alone   ${REGIONAL_ACTS.join(' ')}`,
    `有区划者不可 with a region, never             ${PROVINCE_WIDE_ACTS.join(' ')}`,
    ...fieldAccessRows().map(
      ({ type, fields, acts, whose }) => `${type.padEnd(18)} ${whose.padEnd(6)} ${acts.join(' ')}：${fields.join(' ')}`,
    ),
    ...Object.entries(OBJECT_SCOPES).map(([whose, { zh, en }]) => `${whose.padEnd(6)} ${zh} · ${en}`),
  ],
}
