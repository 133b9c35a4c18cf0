import { useQuery } from '@apollo/client/react'
import { PROVINCE_DIVISION } from '../../../domain/operators/places.js'
import { AgencyNamesDocument } from './agencies.generated.js'

/** Agencies with feeds, and those with seats in matters by their names in the region. */
export const useAgencyNames = (region = PROVINCE_DIVISION): Map<string, string> => {
  const { data } = useQuery(AgencyNamesDocument, { variables: { region } })
  const seated = (data?.organisations ?? []).map(({ seat, name }) => [seat.replace(/@.*/, ''), name.zh] as const)
  return new Map([...(data?.agencies ?? []).map(({ id, name }) => [id, name.zh] as const), ...seated])
}

export const useFeedTitles = (): Map<string, string> => {
  const { data } = useQuery(AgencyNamesDocument, { variables: { region: PROVINCE_DIVISION } })
  return new Map((data?.agencies ?? []).flatMap(({ feeds }) => feeds.map(({ id, title }) => [id, title.zh] as const)))
}
