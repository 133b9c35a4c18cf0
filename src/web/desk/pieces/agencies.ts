import { useQuery } from '@apollo/client/react'
import { AgencyNamesDocument } from './agencies.generated.js'

/** Agencies with seats in matters, and those with feeds. */
export const useAgencyNames = (): Map<string, string> => {
  const { data } = useQuery(AgencyNamesDocument)
  const seated = (data?.organisations ?? []).map(({ seat, name }) => [seat.replace(/@.*/, ''), name.zh] as const)
  return new Map([...seated, ...(data?.agencies ?? []).map(({ id, name }) => [id, name.zh] as const)])
}

export const useFeedTitles = (): Map<string, string> => {
  const { data } = useQuery(AgencyNamesDocument)
  return new Map((data?.agencies ?? []).flatMap(({ feeds }) => feeds.map(({ id, title }) => [id, title.zh] as const)))
}
