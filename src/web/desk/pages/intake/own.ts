/** Whose feeds whoever is signed in works on: an agency's person on its own alone, everybody else on all. */
import { useSession } from '../../session/session.js'

export const useOwn = (): (<A extends { id: string }>(agencies: readonly A[]) => A[]) => {
  const { role, agency } = useSession()
  return (agencies) => agencies.filter(({ id }) => role !== 'agency' || id === agency)
}
