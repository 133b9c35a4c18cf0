export interface AuditNotes {
  isAct: boolean
  text: string
  faults: string[]
  /** Subject of the issued token. */
  issuedTo: string | null
}

export const emptyAuditNotes = (): AuditNotes => ({ isAct: false, text: '', faults: [], issuedTo: null })
