/** What a GraphQL request asks, once it is known. */
export interface Asking {
  isAct: boolean
  said: string
  /** Codes of what was refused or broke. */
  faults: string[]
  /** Subject of the token that it was given; null: none. */
  issuedTo: string | null
}

export const noAsking = (): Asking => ({ isAct: false, said: '', faults: [], issuedTo: null })
