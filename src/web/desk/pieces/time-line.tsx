import type { ReactNode } from 'react'
import { daysUntilText, instantText } from './dates.js'
import { EmptyNotice } from './empty.js'

export type TimeLineTone = 'good' | 'bad' | 'warn' | 'plain' | 'next'

export interface TimeLineEvent {
  key: string
  at: string | null
  title: ReactNode
  detail?: ReactNode
  tone?: TimeLineTone
  isAhead?: boolean
}

export const TimeLine = ({ label, moments }: { label: string; moments: readonly TimeLineEvent[] }) =>
  moments.length === 0 ? (
    <EmptyNotice />
  ) : (
    <ol className="time-line" aria-label={label}>
      {moments.map(({ key, at, title, detail, tone = 'plain', isAhead }) => (
        <li key={key} className={isAhead ? `${tone} ahead` : tone}>
          <time dateTime={at ?? undefined}>
            {instantText(at)}
            {isAhead && at !== null ? `（${daysUntilText(at.slice(0, 10))}）` : ''}
          </time>
          <div>
            <div className="moment">{title}</div>
            {detail && <div className="soft">{detail}</div>}
          </div>
        </li>
      ))}
    </ol>
  )
