import { type KeyboardEvent, useRef, useState } from 'react'
import { addDays, weekdayOf } from '../../../../../foundation/time/dates.js'
import { today } from '../../../pieces/dates.js'

interface DayException {
  on: string
  working: boolean
  reason: string | null
  amendedBy: string | null
  amendedAt: string | null
}

/** ORDINARY removes an amendment, so the weekday decides. */
export type DayAmendment = 'HOLIDAY' | 'WORKDAY' | 'ORDINARY'
export type CalendarDraft = ReadonlyMap<string, DayAmendment>

export const isWeekend = (on: string): boolean => [0, 6].includes(weekdayOf(on))

const monthsOf = (year: number): string[][] => {
  const months: string[][] = Array.from({ length: 12 }, () => [])
  for (let on = `${year}-01-01`; on.startsWith(`${year}-`); on = addDays(on, 1))
    months[Number(on.slice(5, 7)) - 1]?.push(on)
  return months
}

const blankCellsBefore = (first: string): number => (weekdayOf(first) + 6) % 7

export const flipDay = (on: string, working: boolean): DayAmendment => {
  if (working === isWeekend(on)) return 'ORDINARY'
  return working ? 'HOLIDAY' : 'WORKDAY'
}

const isWorking = (on: string, amendment: DayAmendment): boolean =>
  amendment === 'WORKDAY' || (amendment === 'ORDINARY' && !isWeekend(on))

export const daysByKind = (draft: CalendarDraft) => {
  const of = (kind: DayAmendment) =>
    [...draft]
      .filter(([, said]) => said === kind)
      .map(([on]) => on)
      .sort()
  return { holidays: of('HOLIDAY'), workdays: of('WORKDAY'), ordinary: of('ORDINARY') }
}

const WEEK = ['一', '二', '三', '四', '五', '六', '日']
const STEPS: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 }

export interface MonthsProps {
  year: number
  said: ReadonlyMap<string, DayException>
  knownUntil: string
  draft: CalendarDraft
  onTurn?: ((on: string) => void) | undefined
}

export const CalendarMonths = ({ year, said, knownUntil, draft, onTurn }: MonthsProps) => {
  const box = useRef<HTMLDivElement>(null)
  const [place, setPlace] = useState(today().startsWith(`${year}-`) ? today() : `${year}-01-01`)
  // The year has one tab stop. Arrow keys move between days.
  const onKey = (event: KeyboardEvent) => {
    const on = (event.target as HTMLElement).dataset['on']
    const step = STEPS[event.key]
    if (on === undefined || step === undefined) return
    event.preventDefault()
    const next = addDays(on, step)
    if (!next.startsWith(`${year}-`)) return
    setPlace(next)
    box.current?.querySelector<HTMLElement>(`[data-on="${next}"]`)?.focus()
  }
  const stop = place.startsWith(`${year}-`) ? place : `${year}-01-01`
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: arrow keys of inner buttons
    <div className="months" ref={box} onKeyDown={onKey}>
      {monthsOf(year).map((days, month) => (
        <table key={days[0]} className="month" aria-label={`${year} 年 ${month + 1} 月`}>
          <caption>{month + 1} 月</caption>
          <thead>
            <tr>
              {WEEK.map((day) => (
                <th key={day} scope="col" abbr={`星期${day}`}>
                  {day}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {weeksOf(days).map((week) => (
              <tr key={week.find((on) => on !== null)}>
                {week.map((on, i) =>
                  on === null ? (
                    // biome-ignore lint/suspicious/noArrayIndexKey: fixed order
                    <td key={i} className="place" />
                  ) : (
                    <td key={on} className="place">
                      <Day
                        on={on}
                        said={said.get(on)}
                        isKnown={on <= knownUntil}
                        draft={draft}
                        onTurn={onTurn}
                        isStop={on === stop}
                      />
                    </td>
                  ),
                )}
              </tr>
            ))}
          </tbody>
        </table>
      ))}
    </div>
  )
}

const weeksOf = (days: readonly string[]): (string | null)[][] => {
  const places = [...Array<null>(blankCellsBefore(days[0] ?? '')).fill(null), ...days]
  while (places.length % 7 !== 0) places.push(null)
  return Array.from({ length: places.length / 7 }, (_, i) => places.slice(i * 7, i * 7 + 7))
}

interface DayProps {
  on: string
  said: DayException | undefined
  isKnown: boolean
  draft: CalendarDraft
  onTurn: MonthsProps['onTurn']
  isStop: boolean
}

const Day = ({ on, said, isKnown, draft, onTurn, isStop }: DayProps) => {
  const coming = draft.get(on)
  const working = coming === undefined ? (said?.working ?? !isWeekend(on)) : isWorking(on, coming)
  const mark = working === isWeekend(on) ? (working ? '班' : '休') : ''
  const words = [
    `${Number(on.slice(5, 7))} 月 ${Number(on.slice(8))} 日`,
    working ? '工作日' : '休息日',
    said?.reason != null ? `经修订：${said.reason}（${said.amendedBy}）` : null,
    coming === undefined ? null : '将修订',
  ]
    .filter(Boolean)
    .join('，')
  const className = [
    'day',
    working ? 'works' : 'off',
    mark === '' ? '' : working ? 'makeup' : 'holiday',
    said?.reason != null ? 'amended' : '',
    coming === undefined ? '' : 'coming',
    isKnown ? '' : 'unknown',
    on === today() ? 'today' : '',
  ]
    .filter(Boolean)
    .join(' ')
  const number = Number(on.slice(8))
  const drawn = mark === '' ? {} : { 'data-mark': mark }
  if (onTurn === undefined)
    return (
      <span className={className} title={words} {...drawn}>
        {number}
        {mark && <span className="hidden">{working ? '上班' : '放假'}</span>}
      </span>
    )
  return (
    <button
      type="button"
      className={className}
      data-on={on}
      tabIndex={isStop ? 0 : -1}
      title={words}
      aria-label={words}
      aria-pressed={coming !== undefined}
      onClick={() => onTurn(on)}
      {...drawn}
    >
      {number}
    </button>
  )
}
