import { isSamePerson } from '../access/persons.js'

export type AttachmentUse = 'DEFENCE' | 'REPAIR' | 'OBJECTION'
export type PaperUse = 'SIGNED' | 'MASKED' | AttachmentUse

export const ATTACHMENTS_MOST = 5
export const PAPERS_MOST = 20
export const PAPERS_BYTES_MOST = 100 * 1024 * 1024

interface MaskedPaper {
  storedBy: string
  releasedBy: string | null
  withdrawnBy: string | null
}

/** Another person releases a masked copy, because its maker does not see what was overlooked. */
export const findReleaseFault = (
  { storedBy, releasedBy, withdrawnBy }: MaskedPaper,
  by: string,
): 'PAPER_SETTLED' | 'SECOND_PERSON' | null => {
  if (releasedBy !== null || withdrawnBy !== null) return 'PAPER_SETTLED'
  return isSamePerson(storedBy, by) ? 'SECOND_PERSON' : null
}

export const isRoomLeft = (held: { count: number; bytes: number }, added: readonly { length: number }[]): boolean =>
  held.count + added.length <= PAPERS_MOST &&
  added.reduce((all, { length }) => all + length, held.bytes) <= PAPERS_BYTES_MOST
