export interface AuditNotes {
  isAct: boolean
  text: string
  faults: string[]
  /** Subject of the token that the answer issues; null without one. */
  issuedTo: string | null
}

export const emptyAuditNotes = (): AuditNotes => ({ isAct: false, text: '', faults: [], issuedTo: null })
