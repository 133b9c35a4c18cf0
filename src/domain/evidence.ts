/** What a record is evidence of: from the bodies of an operator's records to the facts a scorecard weighs. Pure. */
import type { FactEvent, FactFamily, FactName } from './facts.js'
import { type ListKind, termEnd } from './lists.js'
import { isHeavy, isWithdrawn, severity } from './penalty.js'
import type { Body, RecordKind } from './records.js'

export interface Evidence {
  record: number
  kind: RecordKind
  body: Body
}

/**
 * Where the facts of each kind of record belong: a hub that has a feed of the kind knows of the family, even of nothing in
 * it. Kinds that no scorecard weighs belong to none.
 */
export const FAMILY_OF: Partial<Record<RecordKind, FactFamily>> = {
  registration: 'registration',
  shop: 'shops',
  trademark: 'trademarks',
  inspection: 'inspections',
  penalty: 'penalties',
  list_entry: 'lists',
}

/** Lists kept by feeds of their own, whose facts are another family than the lists of the seriously dishonest. */
const FAMILY_OF_FEED: Record<string, FactFamily> = { abnormal: 'abnormal', defaulters: 'courts' }

/** The families of facts that a hub with these feeds has a source for. */
export const familiesOf = (feeds: Iterable<{ id: string; kind: RecordKind }>): FactFamily[] => [
  ...new Set([...feeds].flatMap(({ id, kind }) => FAMILY_OF_FEED[id] ?? FAMILY_OF[kind] ?? [])),
]

/** The status by which an authority's own record says that it withdrew what it had decided. */
export const WITHDRAWN = 'REVOKED'

const PENALTY_FACTS = { WARNING_ONLY: 'penalty_warning', LIGHT: 'penalty_light', HEAVY: 'penalty_heavy' } as const
const STATUS_FACTS: Record<string, FactName> = { ACTIVE: 'registration_active', REVOKED: 'registration_revoked' }

/** `lists`: the kinds of list, for the term of an entry that brings no end of its own. */
export const eventsOf = ({ record, kind, body }: Evidence, lists: readonly ListKind[]): FactEvent[] => {
  const day = (field: string): string | null => (typeof body[field] === 'string' ? (body[field] as string) : null)
  switch (kind) {
    case 'registration': {
      const years: FactEvent[] = [{ fact: 'registered_years', on: day('established_on'), record }]
      const status = STATUS_FACTS[String(body['status'])]
      return [...(day('established_on') === null ? [] : years), ...(status ? [{ fact: status, on: null, record }] : [])]
    }
    case 'shop':
      return body['real_name_matched'] === true ? [{ fact: 'shop_real_name', on: day('opened_on'), record }] : []
    case 'trademark':
      return body['status'] === 'REGISTERED'
        ? [{ fact: 'trademark_held', on: day('registered_on'), until: day('expires_on'), record }]
        : []
    case 'inspection': {
      if (body['result'] === 'PASS') return [{ fact: 'inspection_passed', on: day('announced_on'), record }]
      const fact = body['party_role'] === 'LABELLED_PRODUCER' ? 'inspection_failed_labelled' : 'inspection_failed'
      return [{ fact, on: day('announced_on'), record }]
    }
    case 'penalty':
      if (isWithdrawn(body)) return []
      return [{ fact: PENALTY_FACTS[severity(body)], on: day('decided_on'), record }]
    case 'list_entry': {
      const fact = lists.find((row) => row.id === body['list'])?.fact
      return fact ? [{ fact, on: day('listed_on'), until: entryEnd(body, lists), record }] : []
    }
    default:
      return []
  }
}

/** The first day on which a mirrored entry no longer stands: removed, else its own end, else the term of its kind; null: not known. */
export const entryEnd = (body: Body, lists: readonly ListKind[]): string | null => {
  const day = (field: string): string | null => (typeof body[field] === 'string' ? (body[field] as string) : null)
  const list = lists.find((row) => row.id === body['list'])
  return day('removed_on') ?? day('ends_on') ?? (list ? termEnd(list, day('listed_on')) : null)
}

/** What a decision that a listing rests on has become, over all its sources. */
export interface Ground {
  /**
   * WITHDRAWN: a source says that its authority withdrew it. FALLEN: nobody says it any more, or not of this operator.
   * ABSENT: a whole delivery lacked it. ELSEWHERE: it is said of another operator.
   */
  state: 'STANDS' | 'WITHDRAWN' | 'FALLEN' | 'ABSENT' | 'ELSEWHERE'
  /** Whether what stands is a heavier penalty; by the linked source where that still stands. */
  heavy: boolean
}

export interface GroundSource {
  operatorId: number | null
  body: Body
  /** Not ended. */
  stands: boolean
  /** It is the record that was linked, not another source of the same fact. */
  linked: boolean
}

/** `sources`: what is believed now of the linked record and of the same fact elsewhere. One explicit withdrawal outweighs all. */
export const groundOf = (sources: readonly GroundSource[], operatorId: number): Ground => {
  const own = sources.filter((source) => source.operatorId === operatorId)
  const standing = own.filter((source) => source.stands)
  const said = standing.find((source) => source.linked)
  const heavy = said ? isHeavy(said.body) : standing.some(({ body }) => isHeavy(body))
  if (own.some(({ body }) => isWithdrawn(body))) return { state: 'WITHDRAWN', heavy: false }
  if (standing.length > 0) return { state: 'STANDS', heavy }
  if (own.length > 0) return { state: 'ABSENT', heavy: false }
  return { state: sources.length > 0 ? 'ELSEWHERE' : 'FALLEN', heavy: false }
}
