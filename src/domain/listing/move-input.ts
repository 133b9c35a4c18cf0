import { Refusal } from '../../foundation/errors.js'
import { isDate } from '../../foundation/time/dates.js'
import { redactIdNumbers } from '../records/privacy.js'
import type { CaseAct, CaseRole } from './case.js'
import type { LinkedDecision } from './legal-ground.js'
import type { MoveName } from './moves.js'

const FILE_HASH = /^[0-9a-f]{64}$/
const LONGEST = {
  documentNumber: ['文号', 128],
  consentNumber: ['同意文号', 128],
  reason: ['事由', 1_000],
  text: ['内容', 10_000],
} as const

type KnownToHub = 'by' | 'role' | 'today' | 'heavy' | 'decisionOn' | 'level'

/** Only the hub sets `paper` and `run` (the intake run that made the entry doubtful). */
export interface MoveInput extends Omit<CaseAct, KnownToHub> {
  decision?: number
  /** Id of the repair record that an automatic move carries out. */
  result?: number
  /** Number of the last move that the user saw (optimistic lock). */
  seen?: number
}

export interface RequestedMove {
  name: MoveName
  by: string
  role: CaseRole
  input: MoveInput
}

/** Throws DATE_INVALID or INPUT_INVALID. */
export const makeCaseAct = (
  { name, by, role, input: sent }: RequestedMove,
  today: string,
  linked: LinkedDecision | null,
  pseudonymOf: (id: string) => string,
): CaseAct => {
  const { fileHash, ...fields } = checkAndRedactTexts(sent, pseudonymOf)
  const input = { ...fields, ...(fileHash !== undefined && { fileHash: fileHash.toLowerCase() }) }
  if (!isDate(input.on)) throw new Refusal('DATE_INVALID', { value: input.on })
  if (input.fileHash !== undefined && !FILE_HASH.test(input.fileHash))
    throw new Refusal('INPUT_INVALID', { reason: 'fileHash 应为 64 位十六进制 SHA-256 64 hexadecimal digits' })
  if (input.ofAge !== undefined && name !== 'publishListing')
    throw new Refusal('INPUT_INVALID', { reason: 'ofAge 仅用于 publishListing ofAge is for publishListing alone' })
  if (input.repairNotice !== undefined && name !== 'serveListing')
    throw new Refusal('INPUT_INVALID', {
      reason: 'repairNotice 仅用于 serveListing repairNotice is for serveListing alone',
    })
  const { decision: _, seen: __, ...rest } = input
  return {
    ...rest,
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

export const checkAndRedactTexts = <I extends Partial<Record<keyof typeof LONGEST, string>>>(
  input: I,
  pseudonymOf: (id: string) => string,
): I => {
  for (const [field, [zh, most]] of Object.entries(LONGEST)) {
    const length = input[field as keyof typeof LONGEST]?.length ?? 0
    if (length > most)
      throw new Refusal('INPUT_INVALID', {
        reason: `${zh}不得超过 ${most} 个字符 ${field} has at most ${most} characters`,
      })
  }
  return redactIdNumbers(input, pseudonymOf)
}
