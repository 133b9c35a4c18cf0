import { checkAndRedactText } from '../../domain/records/privacy.js'
import { Refusal } from '../../foundation/errors.js'
import type { Db, Tx } from '../../store/db/db.js'
import * as proposals from '../../store/office/proposals.js'
import { lockReleasable, releaseRestored } from '../delivery/restored.js'

export type ReleaseProposal = proposals.OfficeProposal<{ restored: number }>

export const findReleaseProposal = async (db: Db | Tx, restored: number): Promise<ReleaseProposal | null> => {
  const waiting = await proposals.listWaiting<ReleaseProposal['content']>(db, 'RESTORE_RELEASE')
  return waiting.find(({ content }) => content.restored === restored) ?? null
}

interface ReleaseParts {
  platforms: readonly { id: string }[]
  office: { configured: () => { platforms: ReadonlySet<string> } }
}

interface ReleaseInput {
  reason: string
  by: string
  pseudonymOf: (id: string) => string
  now: Date
}

/** Refusal OFFICE_PROPOSAL_WAITS. */
export const proposeRelease = async (
  db: Db,
  { office }: Pick<ReleaseParts, 'office'>,
  { reason, by, pseudonymOf, now }: ReleaseInput,
): Promise<void> => {
  const said = checkAndRedactText(reason, '理由 the reason', pseudonymOf)
  await db.transaction(async (tx) => {
    await proposals.lockOffice(tx)
    const { open } = await lockReleasable(tx, office.configured().platforms)
    if ((await findReleaseProposal(tx, open.id)) !== null) throw new Refusal('OFFICE_PROPOSAL_WAITS')
    await proposals.propose(tx, {
      kind: 'RESTORE_RELEASE',
      content: { restored: open.id },
      reason: said,
      by,
      at: now,
    })
  })
}

export const releaseAsProposed = async (
  tx: Tx,
  { office, platforms }: ReleaseParts,
  { content, proposedBy, reason }: ReleaseProposal,
  { by, now }: Pick<ReleaseInput, 'by' | 'now'>,
): Promise<void> => {
  const releasable = await lockReleasable(tx, office.configured().platforms)
  if (releasable.open.id !== content.restored) throw new Refusal('NOT_RESTORED')
  await releaseRestored(tx, releasable, { proposedBy, by, reason, platforms: platforms.map(({ id }) => id), now })
}
