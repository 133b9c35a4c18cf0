import { INTERNAL_ERROR, isRefusal } from '../../foundation/errors.js'
import type { AdmittedRequest } from './admitted-request.js'

/** The row of the act is durable before the act; a second row tells its outcome, with what was answered. */
export const withAuditedOutcome = async <T>(
  { audit }: Pick<AdmittedRequest, 'audit'>,
  { content, ...entry }: { asked: string; shown?: string[]; content: Buffer },
  act: () => Promise<T>,
  answeredBy: (made: T) => { content?: string; shown?: string[] } = () => ({}),
): Promise<T> => {
  await audit({ kind: 'ACT', ...entry, content })
  const made = await act().catch(async (error) => {
    await audit({ kind: 'OUTCOME', ...entry, outcome: isRefusal(error) ? error.code : INTERNAL_ERROR.code })
    throw error
  })
  await audit({ kind: 'OUTCOME', ...entry, ...answeredBy(made) })
  return made
}
