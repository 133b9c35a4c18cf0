/** What the audit log keeps of a GraphQL request. */
export interface Asking {
  isAct: boolean
  said: string
  /** Codes of refusals and faults. */
  faults: string[]
  /** Subject of the token that was issued; null when none was. */
  issuedTo: string | null
}

export const noAsking = (): Asking => ({ isAct: false, said: '', faults: [], issuedTo: null })
