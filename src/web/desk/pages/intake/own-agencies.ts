import { useSession } from '../../session/session.js'

export const useOwnAgencies = (): (<A extends { id: string }>(agencies: readonly A[]) => A[]) => {
  const { role, agency } = useSession()
  return (agencies) => agencies.filter(({ id }) => role !== 'agency' || id === agency)
}
