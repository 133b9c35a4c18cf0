/** Parts of a GraphQL request that the audit log keeps. */
export interface AuditNotes {
  isAct: boolean
  text: string
  faults: string[]
  /** Subject of the token that was issued; null when none was. */
  issuedTo: string | null
}

export const emptyAuditNotes = (): AuditNotes => ({ isAct: false, text: '', faults: [], issuedTo: null })
