import type { LastingFact, RecoveryStep } from '../../domain/scoring/recovery-path.js'
import type { Score } from '../../domain/scoring/score.js'
import type { StandingEntry } from '../../domain/standing/standing.js'
import type { BilingualText } from '../../foundation/text/words.js'
import type { PartyRemark } from '../words/remark-words.js'

const RECORD = 'id kind agencyName { zh en } body validFrom validTo'
const LISTING = `id kind list { name { zh en } } state reason basis authority documentNumber decidedOn publishedOn endsOn removedOn removalReason
  mirrored contested allowedMoves repairFrom repair { appliedOn acceptedOn }`
const PAPER = 'id about type name bytes storedAt erasedAt'

export const FILE_QUERY = `query MyFile { myFile {
  uscc shop name kind region registrationStatus formerNames
  standing { status listed asOf stale }
  score { value grade scorecard asOf nextChangeOn objected
    reasons { rule zh en points count fadesOn objected records { ${RECORD} } }
    wayBack { on act zh en points value grade count basis confirmed answer { workdays confirmed } }
    lasting { zh en count basis confirmed } }
  listings { ${LISTING} }
  objections { id state correctionPending statement openedAt dueOn note openedBy consequence { zh en } record { ${RECORD} } attachments { ${PAPER} } }
  authorisations { id client document sha256 givenOn endsOn holds withdrawnAt withdrawnBy }
  ownMatters { number kindName { zh en } stateName { zh en } holderName { zh en } openedOn nextClock { dueOn rule { source confirmed } } fields { name { zh en } value { zh en } } } } viewer { sub } }`

export const LISTINGS_QUERY = `query MyListings { myFile { uscc shop name listings { ${LISTING}
  hiding { kind on } proceedings { move on stateAfter documentNumber reason text }
  measures { organisation { zh en } item stateName { zh en } dueOn lifted }
  deadlines { name dueOn endedOn provisional } attachments { ${PAPER} }
  documents { kind title number issuedOn signed { ${PAPER} } } } } }`

export const FORM_QUERY = `query MyForm($format: DraftFormat!) { myFile { listings { id documents(kind: REPAIR_APPLICATION) { kind draft(format: $format) } } } }`

export const RECORDS_QUERY = `query MyRecords($after: String) { myFile { records(first: 20, after: $after) { totalCount
  nodes { ${RECORD} feed knownFrom remarks { field message } source { file page row } }
  pageInfo { hasNextPage endCursor } } } }`

export const ASKERS_QUERY = `query MyAskers($after: String) { myFile { askedBy(first: 50, after: $after) { completeUntil
  nodes { at kind client role purpose } pageInfo { hasNextPage endCursor } } } }`

export const SIGN_IN_MUTATION = 'mutation SignIn($accessCode: String!) { partyToken(accessCode: $accessCode) }'
export const APPLY_REPAIR_MUTATION =
  'mutation Apply($input: MoveInput!) { applyRepair(input: $input) { listing { id } } }'
export const RECORD_DEFENCE_MUTATION =
  'mutation Defend($input: MoveInput!) { recordDefence(input: $input) { listing { id } } }'
export const WITHDRAW_REPAIR_MUTATION =
  'mutation Retract($input: MoveInput!) { withdrawRepair(input: $input) { listing { id } } }'
export const OPEN_OBJECTION_MUTATION =
  'mutation Object($input: OpenObjectionInput!) { openObjection(input: $input) { id } }'
export const WITHDRAW_OBJECTION_MUTATION = 'mutation Withdraw($id: ID!) { withdrawObjection(id: $id) { id } }'

export const WITHDRAW_AUTHORISATION_MUTATION =
  'mutation WithdrawAuthorisation($id: ID!) { withdrawAuthorisation(id: $id) { id } }'

export interface PartyRecord {
  id: string
  kind: string
  agencyName: BilingualText
  body: Record<string, unknown>
  validFrom: string | null
  validTo: string | null
}

export interface PartyRecordDetail extends PartyRecord {
  knownFrom: string
  feed: string
  remarks: PartyRemark[]
  source: { file: string | null; page: number | null; row: number }
}

export interface PartyPaper {
  id: string
  about: string
  type: string
  name: string | null
  bytes: number
  storedAt: string
  erasedAt: string | null
}

export interface PartyListing extends StandingEntry {
  list: { name: BilingualText } | null
  allowedMoves: string[]
  repair: { appliedOn: string; acceptedOn: string | null } | null
  repairFrom: string | null
}

interface PartyMeasure {
  organisation: BilingualText
  item: string
  stateName: BilingualText
  dueOn: string | null
  lifted: boolean
}

export interface PartyListingDetail extends PartyListing {
  hiding: { kind: string; on: string } | null
  proceedings: {
    move: string
    on: string
    stateAfter: string
    documentNumber: string | null
    reason: string | null
    text: string | null
  }[]
  measures: PartyMeasure[]
  deadlines: { name: string; dueOn: string; endedOn: string | null; provisional: boolean }[]
  attachments: PartyPaper[]
  documents: {
    kind: string
    title: string
    number: string | null
    issuedOn: string | null
    signed: PartyPaper | null
  }[]
}

export interface PartyScore extends Pick<Score, 'value' | 'grade' | 'nextChangeOn'> {
  scorecard: string
  asOf: string
  objected: boolean
  reasons: (BilingualText & { points: number; fadesOn: string | null; records: PartyRecord[] })[]
  wayBack: (Pick<RecoveryStep, 'on' | 'act' | 'zh' | 'en' | 'points' | 'value' | 'grade' | 'basis' | 'confirmed'> & {
    answer: { workdays: number; confirmed: boolean } | null
  })[]
  lasting: Omit<LastingFact, 'fact' | 'rules' | 'records' | 'count'>[]
}

export interface PartyObjection {
  id: string
  state: string
  correctionPending: boolean
  record: PartyRecord | null
  statement: string
  openedAt: string
  dueOn: string | null
  note: string | null
  openedBy: string | null
  consequence: BilingualText
  attachments: PartyPaper[]
}

export interface PartyAuthorisation {
  id: string
  client: string
  document: string
  sha256: string | null
  givenOn: string
  endsOn: string
  holds: boolean
  withdrawnAt: string | null
  withdrawnBy: string | null
}

export interface PartyMatter {
  number: string
  kindName: BilingualText
  stateName: BilingualText
  holderName: BilingualText
  openedOn: string
  nextClock: { dueOn: string; rule: { source: string; confirmed: boolean } } | null
  fields: { name: BilingualText; value: BilingualText }[]
}

export interface PartyFile {
  uscc: string | null
  shop: string | null
  name: string | null
  formerNames: string[]
  standing: { status: string; listed: boolean; asOf: string; stale: boolean }
  score: PartyScore | null
  listings: PartyListing[]
  objections: PartyObjection[]
  authorisations: PartyAuthorisation[]
  ownMatters: PartyMatter[]
}

export interface PartyAsker {
  at: string
  kind: string
  client: string
  role: string
  purpose: string | null
}

export interface ConnectionPage<N> {
  nodes: N[]
  pageInfo: { hasNextPage: boolean; endCursor: string | null }
}
