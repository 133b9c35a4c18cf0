import { FIELDS, printedFields, WHOSE } from '../api/access/fields.js'
import { ACCESS, KINDS_SEEN, OF_ALL_REGIONS, OF_ITS_REGION } from '../domain/access/viewer.js'

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
