import {
  findOfficeVerdictFault,
  NEEDS_TWO_CONFIRMATIONS,
  type OfficeProposalKind,
  type OfficeVerdict,
} from '../../domain/office/proposals.js'
import { checkAndRedactText } from '../../domain/records/privacy.js'
import { Refusal } from '../../foundation/errors.js'
import type { Keys } from '../../foundation/keys.js'
import type { Platform } from '../../platforms/platform.js'
import { hasEnded } from '../../store/access/confirmations.js'
import type { Db, Tx } from '../../store/db/db.js'
import * as proposals from '../../store/office/proposals.js'
import type { WorkRules } from '../calendar/rules.js'
import { keepRobot, type RobotProposal, robotWithoutAddress } from '../notifications/group-robots.js'
import { type AddedRuleProposal, checkRule, keepAddedRule } from './added-rules.js'
import { refuseUnready } from './declaration.js'
import type { LiveOffice } from './live-office.js'
import { type ReleaseProposal, releaseAsProposed } from './restored-release.js'
import type { AddedRule } from './rule-files.js'
import { checkSettings, type SettingsContent } from './settings.js'

interface DecisionParts {
  office: LiveOffice
  rules: WorkRules
  platforms: readonly Pick<Platform, 'id' | 'name'>[]
  keys: Pick<Keys, 'unseal' | 'pseudonymOf'>
}

export interface OfficeDecision {
  id: number
  verdict: OfficeVerdict
  /** Required for verdict REFUSE. */
  note: string | null
  by: string
  now: Date
  mayDecide: (kind: OfficeProposalKind) => boolean
  /** Once it rejects, nothing is released. */
  auditRelease: () => Promise<void>
}

const BECOMES = { CONFIRM: 'IN_FORCE', REFUSE: 'REFUSED', WITHDRAW: 'WITHDRAWN' } as const

/**
 * A confirmed proposal takes effect at once here. Refusals: OFFICE_PROPOSAL_UNKNOWN, PROPOSER_ENDED, FORBIDDEN,
 * INPUT_INVALID, those of `findOfficeVerdictFault`, and those of proposing.
 */
export const decideOfficeProposal = async (
  db: Db,
  parts: DecisionParts,
  { id, verdict, by, now, mayDecide, auditRelease, ...given }: OfficeDecision,
): Promise<proposals.OfficeProposal> => {
  const note =
    given.note === null && verdict !== 'REFUSE'
      ? null
      : checkAndRedactText(given.note ?? '', '说明 the note', parts.keys.pseudonymOf)
  const settled = await db.transaction(async (tx) => {
    await proposals.lockOffice(tx)
    const found = await proposals.lockForDecision(tx, id)
    if (found === null) throw new Refusal('OFFICE_PROPOSAL_UNKNOWN')
    if (!mayDecide(found.kind)) throw new Refusal('FORBIDDEN')
    const fault = findOfficeVerdictFault(found, verdict, by)
    if (fault !== null) throw new Refusal(fault)
    if (verdict === 'CONFIRM') {
      if (await hasEnded(tx, found.proposedBy)) throw new Refusal('PROPOSER_ENDED')
      await checkAgain(tx, parts, found)
      if (NEEDS_TWO_CONFIRMATIONS.includes(found.kind) && found.endorsedBy === null)
        return proposals.endorse(tx, id, { by, at: now })
      if (found.kind === 'RULES_ADDED')
        await keepAddedRule(tx, parts.office.ruleParts(), found as AddedRuleProposal, now)
      if (found.kind === 'ROBOT') await keepRobot(tx, found as RobotProposal, now)
      if (found.kind === 'RESTORE_RELEASE') {
        await releaseAsProposed(tx, parts, found as ReleaseProposal, { by, now })
        await auditRelease()
      }
    }
    if (found.kind === 'ROBOT')
      await proposals.replaceContent(tx, id, robotWithoutAddress((found as RobotProposal).content))
    return proposals.settle(tx, id, { state: BECOMES[verdict], note, by, at: now })
  })
  if (settled.state === 'IN_FORCE') await parts.office.refresh()
  return settled
}

const checkAgain = async (tx: Tx, parts: DecisionParts, found: proposals.OfficeProposal): Promise<void> => {
  if (found.kind === 'SETTINGS') checkSettings(parts.office, (found.content as SettingsContent).values, parts.keys)
  if (found.kind === 'SERVICE') await refuseUnready(tx, parts)
  if (found.kind === 'RULES_ADDED') await checkRule(tx, parts.office.ruleParts(), found.content as AddedRule)
}
