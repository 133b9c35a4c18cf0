/**
 * A seat is an organisation's place in a matter: `agency@region` for an agency, the client's id for a marketplace or a
 * partner. A seat covers those of the same agency in the regions below its own.
 */
import { ROLES_OF_ORGANISATIONS, type Viewer } from '../access/viewer.js'
import { checkRuleRows, isInForce, type RuleFault } from '../calendar/dated-rows.js'
import { digitsOfDivision, divisionLevelOf, PROVINCE_DIVISION } from '../operators/places.js'
import type { MatterActor } from './kind.js'

export interface MatterSeats {
  sender: string
  /** Exactly one at a time. */
  holder: string
  copied: readonly string[]
  /** Code of the operator that the matter is about, where it is served with it. */
  named: string | null
}

const REGION_DIGITS = 6
export const HUB_SEAT = 'hub'
/** Seat of receipts, so none counts as a person's move. */
export const RECEIPT_SEAT = 'receipt'
/** Sender of matters that a feed mirrors. */
export const CHANNEL_SEAT = 'channel'
export const PUBLIC_SEAT = 'public'
const NO_CLIENTS: readonly string[] = [HUB_SEAT, 'listing', RECEIPT_SEAT, CHANNEL_SEAT, PUBLIC_SEAT]

/** Returns null for staff, the public, credit services, and a client whose name is that of another seat. */
export const seatOf = ({
  role,
  sub,
  agency,
  region,
}: Pick<Viewer, 'role' | 'sub' | 'agency' | 'region'>): string | null => {
  if (!ROLES_OF_ORGANISATIONS.includes(role)) return agency === null ? null : `${agency}@${region ?? PROVINCE_DIVISION}`
  const client = agency ?? sub
  return client === null || client.includes('@') || NO_CLIENTS.includes(client) ? null : client
}

/** A client's seat has an empty region. */
export const splitSeat = (seat: string): { agency: string; region: string } => {
  const [agency = '', region = ''] = seat.split('@')
  return { agency, region }
}

const digitsOfSeat = (seat: string): string | null => {
  const { region } = splitSeat(seat)
  return region.length === REGION_DIGITS ? (digitsOfDivision(region) ?? '') : null
}

/** An agency of another province sees only the matters in which it has a seat. */
export const isOfThisProvince = (seat: string): boolean =>
  digitsOfSeat(seat)?.startsWith(digitsOfDivision(PROVINCE_DIVISION) ?? '') === true

const isSameAgency = (one: string, other: string): boolean => splitSeat(one).agency === splitSeat(other).agency

export const coversSeat = (above: string, below: string): boolean => {
  if (above === below) return true
  const [one, other] = [digitsOfSeat(above), digitsOfSeat(below)]
  return one !== null && other !== null && isSameAgency(above, below) && other.startsWith(one)
}

/** Includes the seat. The hub, a listing, a receipt and the public have none. */
export const listCoveringSeats = (seat: string): string[] => {
  const digits = digitsOfSeat(seat)
  if (digits === null) return NO_CLIENTS.includes(seat) ? [] : [seat]
  const { agency } = splitSeat(seat)
  const above: string[] = []
  for (let length = digits.length - 2; length > 0; length -= 2)
    above.push(`${agency}@${digits.slice(0, length).padEnd(REGION_DIGITS, '0')}`)
  return [seat, ...above]
}

/** The seat of the least region that covers both; null for two agencies. */
export const findCommonSuperior = (one: string, other: string): string | null => {
  const [a, b] = [digitsOfSeat(one), digitsOfSeat(other)]
  if (a === null || b === null || !isSameAgency(one, other)) return null
  for (let length = Math.min(a.length, b.length); length > 0; length -= 2) {
    const digits = a.slice(0, length)
    if (b.startsWith(digits)) return `${splitSeat(one).agency}@${digits.padEnd(REGION_DIGITS, '0')}`
  }
  return null
}

/** PostgreSQL stores no U+0000. */
export const rangeOfSeat = (seat: string): { from: string; until: string } => ({ from: seat, until: `${seat}\u0001` })

/** Covered seats lie between these two, in the order of code points. */
export const rangeOfCoveredSeats = (seat: string): { from: string; until: string } => {
  const digits = digitsOfSeat(seat)
  if (digits === null) return rangeOfSeat(seat)
  const from = `${splitSeat(seat).agency}@${digits}`
  return { from, until: `${from}~` }
}

/** The holder and those copied count only once the matter is handed over. */
export const hasSeatIn = ({ sender, holder, copied }: MatterSeats, handed: boolean, seat: string): boolean =>
  [sender, ...(handed ? [holder, ...copied] : [])].some((other) => coversSeat(seat, other))

export interface MatterSight {
  seat: string | null
  /** Works on cases. */
  isStaff: boolean
  seesOperator: boolean
}

/**
 * A seat and its superiors read the content. So does, of kinds open to the hub, whoever works on cases and sees the
 * operator; an agency of the province sees their envelope. Staff without a seat sees envelopes that are not sealed.
 */
export const findSight = (
  { seat, isStaff, seesOperator }: MatterSight,
  { seats, handed, isOpen, isSealed }: { seats: MatterSeats; handed: boolean; isOpen: boolean; isSealed: boolean },
): 'CONTENT' | 'ENVELOPE' | null => {
  if (seat !== null && hasSeatIn(seats, handed, seat)) return 'CONTENT'
  if (isOpen && isStaff && seesOperator) return 'CONTENT'
  if (seat === null) return isStaff && !isSealed ? 'ENVELOPE' : null
  return isOpen && isOfThisProvince(seat) ? 'ENVELOPE' : null
}

/** A seat that covers another acts as its superior only. */
export const placesOfSeat = (seats: MatterSeats, seat: string): MatterActor[] => [
  ...(seats.sender === seat ? (['sender'] as const) : []),
  ...(seats.holder === seat ? (['holder'] as const) : []),
  ...(seats.copied.includes(seat) ? (['copied'] as const) : []),
  ...([seats.sender, seats.holder].some((other) => other !== seat && coversSeat(seat, other))
    ? (['superior'] as const)
    : []),
]

export interface OrganisationRow {
  agency: string
  line: string
  zh: string
  /** Its name at the level of the province. */
  province: string
  en: string
  /** First digits of division codes. */
  regions: readonly string[]
  from: string
  to?: string
  /** Agency that carries on once this one has ended. */
  successor?: string
}

export interface Organisation {
  seat: string
  line: string
  region: string
  zh: string
  en: string
}

/** The first seat in the chain of successors whose organisation exists; null without one. */
export const findSuccessorSeat = (
  rows: readonly OrganisationRow[],
  seat: string,
  isOrganisation: (seat: string) => boolean,
): string | null => {
  const { agency, region } = splitSeat(seat)
  const passed = new Set<string>()
  let ended = agency
  while (!passed.has(ended)) {
    passed.add(ended)
    const successor = rows.find((row) => row.agency === ended && row.successor !== undefined)?.successor
    if (successor === undefined) return null
    if (isOrganisation(`${successor}@${region}`)) return `${successor}@${region}`
    ended = successor
  }
  return null
}

const AGENCY_REGION = /^\d{6}$/

/** Returns null also for a day on which the agency did not exist. */
export const findOrganisation = (
  rows: readonly OrganisationRow[],
  seat: string,
  day: string,
  nameOfDivision: (code: string) => string | null,
): Organisation | null => {
  const { agency, region } = splitSeat(seat)
  if (!AGENCY_REGION.test(region)) return null
  const row = rows.find(
    ({ agency: known, regions, from, to = null }) =>
      known === agency && isInForce({ from, to }, day) && regions.some((prefix) => region.startsWith(prefix)),
  )
  const place = row === undefined ? null : nameOfDivision(region)
  if (row === undefined || place === null) return null
  const name = divisionLevelOf(region) === 'PROVINCE' ? row.province : row.zh
  return { seat, line: row.line, region, zh: place + name, en: `${row.en}, ${region}` }
}

export const checkOrganisations = (rows: readonly OrganisationRow[]): RuleFault[] => [
  ...rows.flatMap(({ successor }, i) =>
    successor === undefined || rows.some(({ agency }) => agency === successor)
      ? []
      : [{ place: `organisations[${i}]`, reason: `没有承接单位：${successor}。Its successor is not there.` }],
  ),
  ...checkRuleRows(
    rows.map(({ agency, regions, from, to = null }) => ({ agency, regions, from, to, mark: 'F' as const })),
    'organisations',
    (one, other) => one.agency === other.agency && one.regions.some((region) => other.regions.includes(region)),
  ),
]
