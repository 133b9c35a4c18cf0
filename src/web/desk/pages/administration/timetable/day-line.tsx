import { parseCron, runsBetween } from '../../../../../foundation/time/cron.js'
import { clockTimeText, today } from '../../../pieces/dates.js'

const MINUTE_MS = 60_000
const DAY_MINUTES = 1_440
const APART_MOST = 96
const HEIGHT = 24
const RUN_MARK_MINUTES = 5

const dayBegan = (): number => Date.parse(`${today()}T00:00:00+08:00`)
const minuteOf = (at: string | number): number =>
  (typeof at === 'number' ? at - dayBegan() : Date.parse(at) - dayBegan()) / MINUTE_MS

const plannedToday = (cron: string): number[] => {
  const began = dayBegan()
  const times = runsBetween(
    parseCron(cron),
    new Date(began - 1),
    new Date(began + DAY_MINUTES * MINUTE_MS - 1),
    DAY_MINUTES,
  )
  return times.map((at) => minuteOf(at.getTime()))
}

export interface DayLineProps {
  name: string
  cron: string
  isPaused: boolean
  next: string | null
  last: { at: string; tone: 'good' | 'bad' | 'plain' } | null
}

export const DayLine = ({ name, cron, isPaused, next, last }: DayLineProps) => {
  const times = plannedToday(cron)
  const now = minuteOf(Date.now())
  const ran = last === null ? null : minuteOf(last.at)
  const words = [
    `${name}：今天 ${times.length} 次`,
    isPaused ? '已暂停' : next === null ? null : `下一次 ${clockTimeText(next)}`,
    last === null
      ? '没有运行过'
      : ran !== null && ran >= 0
        ? `今天 ${clockTimeText(last.at)} 运行过`
        : '今天还没有运行',
  ]
  const isBand = times.length > APART_MOST
  return (
    <svg
      className={isPaused ? 'day-line paused' : 'day-line'}
      viewBox={`0 0 ${DAY_MINUTES} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={words.filter(Boolean).join('，')}
    >
      <rect className="ground" width={DAY_MINUTES} height={HEIGHT} />
      {[6, 12, 18].map((hour) => (
        <rect key={hour} className="hour" x={hour * 60} width={1} height={HEIGHT} />
      ))}
      {isBand ? (
        <>
          <rect className="planned past" y={9} width={now} height={6} />
          <rect className="planned" x={now} y={9} width={Math.max(0, DAY_MINUTES - now)} height={6} />
        </>
      ) : (
        times.map((minute) => (
          <rect
            key={minute}
            className={minute < now ? 'planned past' : 'planned'}
            x={minute}
            y={6}
            width={times.length > 24 ? RUN_MARK_MINUTES - 1 : RUN_MARK_MINUTES + 3}
            height={12}
          />
        ))
      )}
      {ran !== null && ran >= 0 && last && (
        <rect
          className={`ran ${last.tone}`}
          x={Math.max(0, ran - RUN_MARK_MINUTES)}
          width={RUN_MARK_MINUTES * 2}
          y={2}
          height={HEIGHT - 4}
        />
      )}
      <rect className="now" x={now} width={3} height={HEIGHT} />
    </svg>
  )
}

export const HourScale = () => (
  <span className="hours" aria-hidden="true">
    {[0, 6, 12, 18, 24].map((hour) => (
      <span key={hour}>{String(hour).padStart(2, '0')}</span>
    ))}
  </span>
)
