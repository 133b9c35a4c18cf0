import type { PaperType } from '../../foundation/papers/inspect.js'

export const CASE_FILE_QUERY = `query CaseFile($id: ID!) {
  listing(id: $id) {
    id kind state reason basis authority documentNumber decidedOn publishedOn endsOn removedOn removalReason mirrored ground notListed
    list { name { zh } }
    operator { name uscc shop kind region registrationStatus regNo }
    penalty { documentNumber authority decidedOn violation fineYuan heavy linked }
    moves { number move by role on recordedAt stateBefore stateAfter act }
    deadlines { name startsOn dueOn provisional state endedOn rule { value basis confirmed } }
    documents { kind title number sha256 issuedOn enteredBy enteredAt draftSha256 html signed { id type bytes sha256 storedAt storedBy } }
    attachments { id about type bytes sha256 storedAt storedBy }
    keeper handovers { from to note by at }
    concerns { cause openedAt settledAt settledBy note }
    hiding { kind on by confirmed }
    repair { appliedOn acceptedOn }
    deliveries { platform action state attempts owedAt sentAt confirmedAt }
  }
}`

interface StoredPaper {
  id: string
  about?: string
  type: PaperType
  bytes: number
  sha256: string
  storedAt: string
  storedBy: string | null
}

/** A copy without content is left out: too large, or not for this person. */
export interface CaseFileCopy extends Pick<StoredPaper, 'type' | 'bytes' | 'sha256'> {
  title: string
  content: Buffer | null
  leftOut: 'TOO_LARGE' | 'NOT_SEEN' | null
}

export const listPapersOf = ({ documents, attachments }: CaseFileData): (StoredPaper & { title: string })[] => [
  ...documents.flatMap(({ title, signed }) => (signed === null ? [] : [{ ...signed, title }])),
  ...attachments.map((paper) => ({ ...paper, title: '当事人所附的材料' })),
]

export interface CaseFileData {
  id: string
  state: string
  reason: string
  basis: string | null
  authority: string | null
  documentNumber: string | null
  decidedOn: string | null
  publishedOn: string | null
  endsOn: string | null
  removedOn: string | null
  removalReason: string | null
  mirrored: boolean
  ground: string | null
  notListed: string | null
  list: { name: { zh: string } } | null
  operator: {
    name: string | null
    uscc: string | null
    shop: string | null
    kind: string
    region: string | null
    registrationStatus: string | null
    regNo: string | null
  }
  penalty: {
    documentNumber: string
    authority: string | null
    decidedOn: string | null
    violation: string | null
    fineYuan: string | null
    heavy: boolean
  } | null
  moves: {
    number: number
    move: string
    by: string
    role: string
    on: string
    recordedAt: string
    stateAfter: string
    act: Readonly<Record<string, unknown>>
  }[]
  deadlines: {
    name: string
    startsOn: string
    dueOn: string
    state: string
    endedOn: string | null
    rule: { value: number; basis: string }
  }[]
  documents: {
    kind: string
    title: string
    number: string | null
    sha256: string | null
    issuedOn: string | null
    enteredBy: string | null
    draftSha256: string
    html: string
    signed: StoredPaper | null
  }[]
  attachments: StoredPaper[]
  keeper: string | null
  handovers: { from: string | null; to: string | null; note: string; by: string; at: string }[]
  concerns: {
    cause: string
    openedAt: string
    settledAt: string | null
    settledBy: string | null
    note: string | null
  }[]
  deliveries: {
    platform: string
    action: string
    state: string
    sentAt: string | null
    confirmedAt: string | null
  }[]
}
