/** Matters about an operator as it reads them itself: the fields that their kind names, never who sent them. */
import type { MatterKind } from '../../domain/matters/kind.js'
import { shanghaiDate } from '../../foundation/time/dates.js'
import { coverageOfChecks } from '../../store/matters/figures.js'
import { listMattersAbout, type StoredMatter } from '../../store/matters/matters.js'
import { kindAsBegun, readMatterKinds } from '../../work/matters/kinds.js'
import type { GraphqlContext } from '../request/context.js'
import type { OperatorAtTime } from '../request/operator-at-time.js'

const MATTERS_MOST = 200

const fieldsForParty = ({ fields, party_sees: seen = [] }: MatterKind, { matter }: StoredMatter) =>
  seen.flatMap((name) => {
    const [field, value] = [fields[name], matter.fields[name]]
    if (field === undefined || value === undefined) return []
    const { zh, en } = field.one_of?.[value] ?? { zh: value, en: value }
    return [{ name: { zh: field.zh, en: field.en }, value: { zh, en } }]
  })

const viewForParty = (kind: MatterKind, stored: StoredMatter) => {
  const { zh = '', en = '' } = kind.states[stored.matter.state ?? ''] ?? {}
  return {
    number: stored.number,
    kindName: { zh: kind.zh, en: kind.en },
    stateName: { zh, en },
    openedOn: shanghaiDate(stored.openedAt),
    ended: stored.matter.outcome !== null,
    fields: fieldsForParty(kind, stored),
  }
}

const ownMatters = async ({ operator }: OperatorAtTime, _: unknown, { parts: { db } }: GraphqlContext) => {
  const told = [...readMatterKinds().values()].filter(({ party_sees: seen }) => seen !== undefined)
  const kinds = told.map(({ kind }) => kind)
  const found = await listMattersAbout(db, operator.id, { kinds, most: MATTERS_MOST })
  return Promise.all(found.map(async (stored) => viewForParty(await kindAsBegun(db, stored), stored)))
}

const checkCoverage = (_: unknown, { year }: { year: number }, { parts: { db } }: GraphqlContext) =>
  coverageOfChecks(db, { from: `${year}-01-01`, until: `${year}-12-31` })

export const partyMatterResolvers = { Query: { checkCoverage }, Operator: { ownMatters } }
