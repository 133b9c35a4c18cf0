/** What a move is made with: what people write is bounded and cleaned, and becomes the act that the table judges. */
import type {
  Act,
  Ground,
  HidingKind,
  NotListedReason,
  Restoring,
  Role,
  ServedPaper,
  Service,
} from '../../domain/listing/case.js'
import type { RemovalReason } from '../../domain/listing/lists.js'
import type { MoveName } from '../../domain/listing/moves.js'
import { redact } from '../../domain/records/privacy.js'
import { Refusal } from '../../foundation/errors.js'
import { isDate } from '../../foundation/time/dates.js'
import type { Rules } from '../calendar/rules.js'
import type { Linked } from './legal-ground.js'

const FILE_HASH = /^[0-9a-f]{64}$/
/** Longest texts of a move, characters; the document number as 双公示 has it. */
const LONGEST = { documentNumber: 128, consentNumber: 128, reason: 1_000, text: 10_000 } as const

export interface MoveInput {
  /** The legal day of the act. */
  on: string
  documentNumber?: string
  reason?: string
  text?: string
  waived?: boolean
  /** Version of the penalty that is linked. */
  decision?: number
  ground?: Ground
  removal?: RemovalReason
  service?: Service
  /** Of the document in which the party consented to electronic service. */
  consentNumber?: string
  /** The party asks for a hearing. */
  hearing?: boolean
  /** Number of the point of the defence that is answered. */
  point?: number
  hiding?: HidingKind
  /** Of the clock's: the run that makes it doubtful. */
  run?: number
  notListed?: NotListedReason
  restoring?: Restoring
  /** Version of the repair that the clock follows. */
  result?: number
  /** For publishListing alone: whether a natural person was found to be of age. */
  ofAge?: boolean
  /** SHA-256 of the document's file, in hexadecimal. */
  fileHash?: string
  /** Of the hub's own: where `fileHash` is from. */
  paper?: ServedPaper
  /** For serveListing alone: whether the repair notice went with the decision. */
  repairNotice?: boolean
  /** Number of the last move that whoever moves has seen: the move is of that listing, or of none. */
  seen?: number
}

export interface Moving {
  name: MoveName
  by: string
  role: Role
  input: MoveInput
}

/** The act as the table judges it. Refusals: DATE_INVALID, INPUT_INVALID. */
export const actOf = (
  { name, by, role, input: sent }: Moving,
  today: string,
  linked: Linked | null,
  rules: Rules,
): Act => {
  const { fileHash, ...said } = cleaned(sent, rules)
  const input = { ...said, ...(fileHash !== undefined && { fileHash: fileHash.toLowerCase() }) }
  if (!isDate(input.on)) throw new Refusal('DATE_INVALID', { value: input.on })
  if (input.fileHash !== undefined && !FILE_HASH.test(input.fileHash))
    throw new Refusal('INPUT_INVALID', { reason: 'fileHash 应为 64 位十六进制 SHA-256 64 hexadecimal digits' })
  if (input.ofAge !== undefined && name !== 'publishListing')
    throw new Refusal('INPUT_INVALID', { reason: 'ofAge 仅用于 publishListing ofAge is for publishListing alone' })
  if (input.repairNotice !== undefined && name !== 'serveListing')
    throw new Refusal('INPUT_INVALID', {
      reason: 'repairNotice 仅用于 serveListing repairNotice is for serveListing alone',
    })
  const { decision: _, seen: __, ...given } = input
  return {
    ...given,
    by,
    role,
    today,
    ...(linked && {
      documentNumber: linked.documentNumber,
      heavy: linked.heavy,
      decisionOn: linked.decidedOn,
      level: linked.level,
    }),
  }
}

/** What people write is bounded, and no ID number in it is kept. */
export const cleaned = <I extends Partial<Record<keyof typeof LONGEST, string>>>(input: I, { mark }: Rules): I => {
  for (const [field, most] of Object.entries(LONGEST)) {
    const length = input[field as keyof typeof LONGEST]?.length ?? 0
    if (length > most)
      throw new Refusal('INPUT_INVALID', { reason: `${field} 不得超过 ${most} 个字符 has at most ${most} characters` })
  }
  return redact(input, mark)
}
