/** The three verifications as commands, as an operator runs them. Soaks end with them. */
import type { BrokenRow } from '../../src/domain/audit/walk.js'

export interface Verified {
  ok: boolean
  /** Operators compared, and those whose row of `standing_rows` differs. */
  operators: number
  standings: number
  /** Scores recomputed, and those that differ. */
  scores: number
  differences: number
  /** Rows of the audit log walked, and faults found. */
  auditRows: number
  auditFaults: number
  /** The first faults; absent when there is none. */
  auditBreaks?: BrokenRow[]
}

/** `hub verify standings`, `hub score --verify` and `hub verify audit` on one database. Throws if one cannot run. */
export const verifyAll = async (env: Record<string, string>): Promise<Verified> => {
  // Imported late, because the import checks that the product is built.
  const { hub } = await import('../support/command.js')
  const run = async (...args: string[]) => {
    const { json, status, stderr } = await hub([...args, '--json'], env)
    if (json === null) throw new Error(`hub ${args.join(' ')} ended with ${status}: ${stderr}`)
    return { ...json, held: status === 0 }
  }
  const standings = await run('verify', 'standings')
  const scores = await run('score', '--verify')
  const audit = await run('verify', 'audit')
  return {
    ok: standings.held && scores.held && audit.held && audit.ok,
    operators: standings.verified,
    standings: standings.differences,
    scores: scores.verified,
    differences: scores.differences,
    auditRows: audit.walked,
    auditFaults: audit.faults ?? 0,
    ...(audit.breaks && { auditBreaks: audit.breaks }),
  }
}
