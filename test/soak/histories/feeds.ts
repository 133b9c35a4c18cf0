/** The feeds of a history. Words in a row's value change its body. */
import type { RecordBody } from '../../../src/domain/records/records.js'
import type { FeedGiven } from '../../support/feed.js'

const numberIn = (value: string): string => `测市监处罚〔2026〕${/第(\S+?)号/.exec(value)?.[1] ?? ''}号`

export const SAID = { ceased: '注销', revoked: '撤销', light: '警告', removed: '移出', refused: '不予' }

export const FEEDS = {
  registry: {
    kind: 'registration',
    body: ({ value }) => ({ status: value.includes(SAID.ceased) ? 'DEREGISTERED' : 'ACTIVE' }),
  },
  penalties: {
    kind: 'penalty',
    body: ({ value, day }) => ({
      document_number: numberIn(value),
      types: [value.includes(SAID.light) ? '警告' : '责令停产停业'],
      content: value.includes(SAID.light) ? '警告' : '责令停产停业',
      ...(value.includes(SAID.revoked) && { status: 'REVOKED', revoked_on: day }),
    }),
  },
  trademarks: { kind: 'trademark', body: ({ value }) => ({ number: /\d+/.exec(value)?.[0] ?? '0' }) },
  dishonest: {
    kind: 'list_entry',
    body: ({ value, day }) => ({ removed_on: value.includes(SAID.removed) ? day : null }),
  },
  repairs: {
    kind: 'repair',
    body: ({ value }): RecordBody => ({
      target_document_number: value.replace(SAID.refused, ''),
      outcome: value.includes(SAID.refused) ? 'REFUSED' : 'REPAIRED',
    }),
  },
} as const satisfies Record<string, Pick<FeedGiven, 'kind' | 'body'>>

export type FeedName = keyof typeof FEEDS
