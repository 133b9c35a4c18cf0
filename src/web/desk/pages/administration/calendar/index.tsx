/** The working calendar of a year: which days differ from their weekday, who said so and why; officers amend it, seeing what follows. */
import { useQuery } from '@apollo/client/react'
import { Button, Input } from 'antd'
import { useState } from 'react'
import { useAddressState } from '../../../pieces/address.js'
import { day, instant, today } from '../../../pieces/dates.js'
import { Empty, Loading } from '../../../pieces/empty.js'
import { PageHead } from '../../../pieces/page.js'
import { Refusal } from '../../../pieces/refusal.js'
import { useMay } from '../../../session/session.js'
import { Amend } from './amend.js'
import { CalendarDocument, type CalendarQuery } from './calendar.generated.js'
import { Months } from './months.js'
import { type Draft, isWeekend, turned } from './year.js'

const [YEAR_LEAST, YEAR_MOST] = [2004, 2100]

type Year = CalendarQuery['calendar']

export default function Calendar() {
  const amends = useMay('amend_calendar')
  const [asked, ask] = useAddressState({ year: Number(today().slice(0, 4)) })
  const year = Math.min(YEAR_MOST, Math.max(YEAR_LEAST, Math.round(asked.year)))
  const { data, error, refetch } = useQuery(CalendarDocument, { variables: { year } })
  const [draft, setDraft] = useState<Draft>(new Map())
  const [done, setDone] = useState<string | null>(null)
  const shown = data as CalendarQuery | undefined
  const said = new Map((shown?.calendar.days ?? []).map((one) => [one.on, one]))

  const turn = (on: string) => {
    setDone(null)
    setDraft((before) => {
      const after = new Map(before)
      if (!after.delete(on)) after.set(on, turned(on, said.get(on)?.working ?? !isWeekend(on)))
      return after
    })
  }
  return (
    <>
      <PageHead
        title="工作日历"
        extra={
          <span className="year">
            <Button aria-label="前一年" disabled={year <= YEAR_LEAST} onClick={() => ask({ year: year - 1 })}>
              ‹
            </Button>
            <strong aria-live="polite">{year} 年</strong>
            <Button aria-label="后一年" disabled={year >= YEAR_MOST} onClick={() => ask({ year: year + 1 })}>
              ›
            </Button>
          </span>
        }
      >
        <p className="soft">
          名单各项期限按工作日计算，以此为准。
          {shown && ` 节假日已公布至 ${shown.calendar.knownUntil}，此后只按星期计算，可能变动。`}
        </p>
      </PageHead>
      {error && <Refusal of={error} onAgain={() => void refetch()} />}
      {shown === undefined && !error && <Loading of="日历" />}
      {shown && (
        <>
          <Legend />
          <Months
            key={year}
            year={year}
            said={said}
            knownUntil={shown.calendar.knownUntil}
            draft={draft}
            onTurn={amends ? turn : undefined}
          />
          {done && (
            <p role="status" className="good">
              {done}
            </p>
          )}
          <div className="panels">
            {amends && (
              <Amend
                draft={draft}
                knownUntil={shown.calendar.knownUntil}
                onDrop={turn}
                onClear={() => setDraft(new Map())}
                onDone={(words) => {
                  setDraft(new Map())
                  setDone(words)
                  void refetch()
                }}
              />
            )}
            <Amended of={shown.calendar} />
          </div>
        </>
      )}
    </>
  )
}

const Legend = () => (
  <p className="legend">
    <span className="day off">6</span> 周末
    <span className="day off holiday" data-mark="休">
      1
    </span>
    放假
    <span className="day works makeup" data-mark="班">
      4
    </span>
    调休上班
    <span className="day works amended">8</span> 经修订
    <span className="day works unknown">9</span> 节假日未公布
  </p>
)

const Amended = ({ of }: { of: Year }) => {
  const [text, setText] = useState('')
  const all = of.days.filter(({ reason }) => reason !== null)
  const shown = all.filter(({ on, reason, amendedBy }) => `${on} ${reason} ${amendedBy}`.includes(text.trim()))
  return (
    <section className="panel wide" aria-label="本年的修订">
      <h2>本年的修订</h2>
      {all.length === 0 && <Empty>{of.year} 年没有修订，均为随版本发布的节假日安排。</Empty>}
      {all.length > 10 && (
        <Input
          aria-label="查找修订"
          placeholder="日期、理由、何人"
          value={text}
          onChange={({ target }) => setText(target.value)}
          style={{ maxWidth: '16rem' }}
        />
      )}
      {all.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        <section className="scroll" aria-label="修订" tabIndex={0}>
          <table className="plain-table" aria-label="修订">
            <thead>
              <tr>
                <th scope="col">哪一天</th>
                <th scope="col">改为</th>
                <th scope="col">理由</th>
                <th scope="col">何人</th>
                <th scope="col">何时</th>
              </tr>
            </thead>
            <tbody>
              {shown.map(({ on, working, reason, amendedBy, amendedAt }) => (
                <tr key={on}>
                  <th scope="row">{day(on)}</th>
                  <td>{working ? '工作日' : '休息日'}</td>
                  <td>{reason}</td>
                  <td>{amendedBy}</td>
                  <td>{instant(amendedAt)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </section>
  )
}
