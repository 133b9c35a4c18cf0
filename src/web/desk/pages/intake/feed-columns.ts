import { useQuery } from '@apollo/client/react'
import { FeedSamplesDocument, type FeedSamplesQuery } from './feed-columns.generated.js'

export type FeedSample = FeedSamplesQuery['feedSamples'][number]
export type FeedColumn = FeedSample['columns'][number]

export const useFeedSamples = (feed: string): readonly FeedSample[] =>
  useQuery(FeedSamplesDocument, { variables: { feed }, skip: feed === '' }).data?.feedSamples ?? []

export const useFeedColumns = (feed: string): ReadonlyMap<string, FeedColumn> =>
  new Map(useFeedSamples(feed).flatMap(({ columns }) => columns.map((column) => [column.name, column])))

const MANY_CHOICES = 12
const HAN = /\p{Script=Han}/u

export const columnHint = ({ kind, choices }: Pick<FeedColumn, 'kind' | 'choices'>): string | null => {
  if (kind === 'DATE') return '日期写作 2026-03-02'
  if (kind !== 'CHOICE') return null
  const words = choices.some((word) => HAN.test(word)) ? choices.filter((word) => HAN.test(word)) : choices
  return `可填：${words.slice(0, MANY_CHOICES).join('、')}${words.length > MANY_CHOICES ? ' 等' : ''}`
}
