import { isSamePerson } from '../access/persons.js'
import { isRegionBound, mayInRegion, type Viewer } from '../access/viewer.js'
import { DIVISION_LEVELS, type DivisionLevel, divisionLevelOf } from '../operators/places.js'

export type AttachmentUse = 'DEFENCE' | 'REPAIR' | 'OBJECTION'
export type PaperUse = 'SIGNED' | 'MASKED' | AttachmentUse

export const ATTACHMENTS_MOST = 5
export const PAPERS_MOST = 20
export const PAPERS_BYTES_MOST = 100 * 1024 * 1024

export const CASE_FILE_PAPERS_BYTES_MOST = 40 * 1024 * 1024

/** A paper too large leaves room for later ones. */
export const choosePapersThatFit = <P extends { bytes: number }>(papers: readonly P[], most: number): Set<P> => {
  const chosen = new Set<P>()
  let left = most
  for (const paper of papers) {
    if (paper.bytes > left) continue
    left -= paper.bytes
    chosen.add(paper)
  }
  return chosen
}

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

export interface PaperCase {
  region: string | null
  level: DivisionLevel | null
  keeper: string | null
}

/** The deciding authority, its superiors and the keeper read the papers. */
export const mayReadPapers = (viewer: Viewer, { region, level, keeper }: PaperCase): boolean => {
  if (!mayInRegion(viewer, 'move_listing', region)) return false
  if (!isRegionBound(viewer) || level === null) return true
  if (keeper !== null && isSamePerson(keeper, viewer.sub ?? '')) return true
  return DIVISION_LEVELS.indexOf(divisionLevelOf(viewer.region ?? '')) <= DIVISION_LEVELS.indexOf(level)
}
