import { useQuery } from '@apollo/client/react'
import { AgencyNamesDocument } from './agencies.generated.js'

export const useAgencyNames = (): Map<string, string> => {
  const { data } = useQuery(AgencyNamesDocument)
  return new Map((data?.agencies ?? []).map(({ id, name }) => [id, name.zh]))
}

export const useFeedTitles = (): Map<string, string> => {
  const { data } = useQuery(AgencyNamesDocument)
  return new Map((data?.agencies ?? []).flatMap(({ feeds }) => feeds.map(({ id, title }) => [id, title.zh] as const)))
}
