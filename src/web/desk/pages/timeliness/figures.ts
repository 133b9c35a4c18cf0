import type { ApolloClient } from '@apollo/client'
import { TimelinessDocument, type TimelinessQuery } from './timeliness.generated.js'

export type TimelinessFigure = TimelinessQuery['timeliness']['nodes'][number]

const PAGE_ROWS = 100
const PAGES_MOST = 20
const MONTHS_A_YEAR = 12

export interface TimelinessMonth {
  month: string
  figures: TimelinessFigure[]
  isCut: boolean
}

export const fetchMonth = async (client: ApolloClient, month: string): Promise<TimelinessMonth> => {
  const figures: TimelinessFigure[] = []
  let after: string | null = null
  for (let page = 0; page < PAGES_MOST; page += 1) {
    const answer: { data?: TimelinessQuery | undefined } = await client.query({
      query: TimelinessDocument,
      variables: { month, first: PAGE_ROWS, after },
      fetchPolicy: 'no-cache',
    })
    const found: TimelinessQuery['timeliness'] | undefined = answer.data?.timeliness
    figures.push(...(found?.nodes ?? []))
    after = found?.pageInfo.endCursor ?? null
    if (!found?.pageInfo.hasNextPage) return { month, figures, isCut: false }
  }
  return { month, figures, isCut: true }
}

export const monthsUntil = (month: string, n: number): string[] => {
  const [year = 0, number = 1] = month.split('-').map(Number)
  return Array.from({ length: n }, (_, i) => {
    const at = year * MONTHS_A_YEAR + (number - 1) - (n - 1 - i)
    return `${Math.floor(at / MONTHS_A_YEAR)}-${String((at % MONTHS_A_YEAR) + 1).padStart(2, '0')}`
  })
}

export interface PlatformSum {
  platform: string
  name: string
  total: number
  onTime: number
  late: number
  waiting: number
  closed: number
  share: number | null
}

export const sumsByPlatform = (figures: readonly TimelinessFigure[]): PlatformSum[] => {
  const sums = new Map<string, PlatformSum>()
  for (const one of figures) {
    const { platform, platformName } = one
    const nothing = {
      platform,
      name: platformName.zh,
      total: 0,
      onTime: 0,
      late: 0,
      waiting: 0,
      closed: 0,
      share: null,
    }
    const before = sums.get(platform) ?? nothing
    const onTime = before.onTime + one.onTime
    const late = before.late + one.late
    sums.set(platform, {
      ...before,
      total: before.total + one.total,
      onTime,
      late,
      waiting: before.waiting + one.open - one.overdue,
      closed: before.closed + one.closed,
      share: onTime + late === 0 ? null : onTime / (onTime + late),
    })
  }
  return [...sums.values()]
}

export const percentText = (share: number | null): string => (share === null ? '—' : `${(share * 100).toFixed(1)}%`)
