import type { ReactNode } from 'react'
import { distance, instant } from './dates.js'
import { Empty } from './empty.js'

export type Tone = 'good' | 'bad' | 'warn' | 'plain' | 'next'

export interface TimeLineEvent {
  key: string
  at: string | null
  title: ReactNode
  detail?: ReactNode
  tone?: Tone
  isAhead?: boolean
}

export const TimeLine = ({ label, moments }: { label: string; moments: readonly TimeLineEvent[] }) =>
  moments.length === 0 ? (
    <Empty />
  ) : (
    <ol className="time-line" aria-label={label}>
      {moments.map(({ key, at, title, detail, tone = 'plain', isAhead }) => (
        <li key={key} className={isAhead ? `${tone} ahead` : tone}>
          <time dateTime={at ?? undefined}>
            {instant(at)}
            {isAhead && at !== null ? `（${distance(at.slice(0, 10))}）` : ''}
          </time>
          <div>
            <div className="moment">{title}</div>
            {detail && <div className="soft">{detail}</div>}
          </div>
        </li>
      ))}
    </ol>
  )
