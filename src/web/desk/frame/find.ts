import type { ApolloClient } from '@apollo/client'
import { operatorCodeOf, operatorPath } from '../pieces/code.js'
import { regionWords } from '../pieces/places.js'
import { labelOf } from '../pieces/words.js'
import {
  FindDocumentsDocument,
  FindMattersDocument,
  FindOperatorDocument,
  type FindOperatorQuery,
  FindSiteDocument,
} from './search.generated.js'

export interface SearchHit {
  path: string
  name: string
  note: string
}

export interface SearchGroup {
  title: string
  hits: SearchHit[]
}

export const SHORTEST_SEARCH = 2
const DOMAIN = /^(?:https?:\/\/)?[^\s/〔]+\.[^\s/.]{2,}(?:\/\S*)?$/i

type FoundOperator = FindOperatorQuery['operators']['edges'][number]

/** `seesCases`: the person may see cases and search document numbers. */
export const findEverywhere = async (
  client: ApolloClient,
  text: string,
  seesCases: boolean,
): Promise<SearchGroup[]> => {
  const [operators, numbers, sites, matters] = await Promise.all([
    client.query({ query: FindOperatorDocument, variables: { name: text, seesCases } }),
    seesCases ? client.query({ query: FindDocumentsDocument, variables: { text } }) : null,
    DOMAIN.test(text) ? client.query({ query: FindSiteDocument, variables: { domain: text } }) : null,
    client.query({ query: FindMattersDocument, variables: { text } }),
  ])
  const found = operators.data?.operators.edges ?? []
  const { documents = [], colleagues = [] } = numbers?.data?.search ?? {}
  return [
    { title: '经营者', hits: found.map(operatorHit) },
    {
      title: '网站',
      hits: (sites?.data?.site.operators ?? []).map((node) => ({
        path: operatorPath(node),
        name: node.name ?? '（无名称）',
        note: `${sites?.data?.site.domain} · ${operatorCodeOf(node)}`,
      })),
    },
    { title: '名单案件', hits: found.flatMap(caseHits) },
    {
      title: '文号',
      hits: documents.flatMap(({ number, move, listing, operator }) => {
        const path = listing ? `/listings/${listing.id}` : operator && operatorPath(operator)
        const what = move === null ? '处罚决定' : labelOf('MoveName', move)
        return path ? [{ path, name: number, note: `${what} · ${operator?.name ?? ''}` }] : []
      }),
    },
    {
      title: '协作事项',
      hits: (matters.data?.findMatters ?? []).map((one) => ({
        path: `/matters/${one.id}`,
        name: one.number,
        note: [one.definition.name.zh, one.stateName.zh, one.about].filter(Boolean).join(' · '),
      })),
    },
    {
      title: '同事',
      hits: colleagues.map(({ name, role, region, keepsCases }) => ({
        path: keepsCases
          ? `/listings?${new URLSearchParams({ keeper: name })}`
          : `/search?${new URLSearchParams({ text })}`,
        name,
        note: [labelOf('Role', role), regionWords(region), keepsCases ? '看其未办结的案件' : '']
          .filter(Boolean)
          .join(' · '),
      })),
    },
  ].filter(({ hits }) => hits.length > 0)
}

const operatorHit = ({ node, match }: FoundOperator): SearchHit => ({
  path: operatorPath(node),
  name: node.name ?? '（无名称）',
  note: [operatorCodeOf(node), match?.former ? `曾用名 ${match.name}` : ''].filter(Boolean).join(' · '),
})

const caseHits = ({ node }: FoundOperator): SearchHit[] =>
  (node.listings ?? [])
    .filter(({ mirrored }) => !mirrored)
    .map(({ id, state, list }) => ({
      path: `/listings/${id}`,
      name: node.name ?? operatorCodeOf(node),
      note: `${list?.name.zh ?? '名单案件'} · ${labelOf('ListingState', state)}`,
    }))
