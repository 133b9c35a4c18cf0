import { Refusal } from '../../foundation/errors.js'
import { isDate } from '../../foundation/time/dates.js'

/** Relocation (迁出), conversion to an enterprise (个体→企业), or duplicate. */
export type MergerCause = 'MOVED' | 'CONVERTED' | 'DUPLICATE'

export interface MergerParty {
  id: number
  uscc: string | null
  shop: string | null
  kind: string
  name: string | null
  mergedInto: number | null
}

export interface ProposedMerger {
  from: MergerParty
  into: MergerParty
  /** The operator into which `into` was merged already, or null. */
  whole: MergerParty | null
  cause: MergerCause
  bothOpen: readonly string[]
}

const codeIn = (party: MergerParty | null): string => party?.uscc ?? party?.shop ?? ''

/** Both operators must be unmerged, so no cycle can arise. */
export const findMergerFault = ({ from, into, whole, cause, bothOpen }: ProposedMerger): string | null => {
  if (from.id === into.id) return '两个代码是同一主体 both codes are of one operator already'
  if (from.mergedInto !== null)
    return `${codeIn(from)} 已并入另一主体，请先撤销该决定 it is part of another operator; undo that decision first`
  if (into.mergedInto !== null)
    return `${codeIn(into)} 已并入 ${codeIn(whole)}，请并入后者 it is part of the latter; merge into that one`
  if (cause === 'CONVERTED' && (from.kind !== 'INDIVIDUAL' || !['ENTERPRISE', 'COOPERATIVE'].includes(into.kind)))
    return '个体转企业须由个体工商户并入企业 a conversion is of an individual business into an enterprise'
  if (bothOpen.length === 0) return null
  return `双方均有未结的同类名单记录，请先将其一移出或不予列入 both have an open listing of this kind; remove or drop one of them first`
}

const SUCCESSORS_MOST = 20
const NUMBER_LONGEST = 128

export interface ProposedDivision {
  on: string
  documentNumber: string
  into: readonly string[]
}

export const refuseBadDivision = ({ on, documentNumber, into }: ProposedDivision, today: string): void => {
  if (!isDate(on)) throw new Refusal('DATE_INVALID', { value: on })
  if (on > today) throw invalid('分立之日晚于今天 the day of the division lies after today')
  if (documentNumber === '' || documentNumber.length > NUMBER_LONGEST)
    throw invalid(`文号须为 1–${NUMBER_LONGEST} 个字符 the number has 1 to ${NUMBER_LONGEST} characters`)
  if (into.length === 0 || into.length > SUCCESSORS_MOST)
    throw invalid(`承继主体须为 1–${SUCCESSORS_MOST} 个 1 to ${SUCCESSORS_MOST} successors`)
}

const invalid = (reason: string): Refusal => new Refusal('INPUT_INVALID', { reason })

export const arePartiesDistinct = (parties: readonly MergerParty[]): boolean =>
  new Set(parties.map(({ id }) => id)).size === parties.length
