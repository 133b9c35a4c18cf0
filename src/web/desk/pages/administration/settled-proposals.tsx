import type { ReactNode } from 'react'
import { instantText } from '../../pieces/dates.js'
import { PlainTable } from '../../pieces/plain-table.js'

interface SettledProposal {
  id: string | number
  proposedBy: string
  proposedAt: string
  reason: string
  decidedBy?: string | null
  decidedAt?: string | null
  note?: string | null
}

interface SettledProposalsProps<T extends SettledProposal> {
  title: string
  all: readonly T[]
  contentOf: (one: T) => ReactNode
  stateOf: (one: T) => string
}

export const SettledProposals = <T extends SettledProposal>({
  title,
  all,
  contentOf,
  stateOf,
}: SettledProposalsProps<T>) =>
  all.length === 0 ? null : (
    <section className="panel wide" aria-label={title}>
      <h2>{title}</h2>
      <PlainTable
        label={title}
        columns={[{ title: '提出' }, { title: '内容' }, { title: '依据' }, { title: '结果' }]}
        rows={all.map((one) => ({
          key: String(one.id),
          cells: [
            <>
              {one.proposedBy} <span className="soft">{instantText(one.proposedAt)}</span>
            </>,
            contentOf(one),
            one.reason,
            <>
              {stateOf(one)}{' '}
              <span className="soft">
                {one.decidedBy === 'clock' ? '系统' : one.decidedBy}
                {one.decidedAt && ` ${instantText(one.decidedAt)}`}
                {one.note && `：${one.note}`}
              </span>
            </>,
          ],
        }))}
      />
    </section>
  )
