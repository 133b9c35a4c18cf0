import { useQuery } from '@apollo/client/react'
import { Button, Input } from 'antd'
import { useState } from 'react'
import { useAddressState } from '../../../pieces/address.js'
import { dayText, instantText, today } from '../../../pieces/dates.js'
import { EmptyNotice, LoadingNotice } from '../../../pieces/empty.js'
import { PageHead } from '../../../pieces/page.js'
import { ScrollRegion } from '../../../pieces/plain-table.js'
import { RefusalNotice } from '../../../pieces/refusal.js'
import { useMay } from '../../../session/session.js'
import { AmendmentForm } from './amend.js'
import {
  CalendarDocument,
  CalendarProposalsDocument,
  type CalendarProposalsQuery,
  type CalendarQuery,
} from './calendar.generated.js'
import { type CalendarDraft, CalendarMonths, flipDay, isWeekend } from './months.js'
import { SettledAmendments, WaitingProposal } from './proposals.js'

const [YEAR_LEAST, YEAR_MOST] = [2004, 2100]

type CalendarYear = CalendarQuery['calendar']

export default function CalendarPage() {
  const amends = useMay('amend_calendar')
  const [asked, ask] = useAddressState({ year: Number(today().slice(0, 4)) })
  const year = Math.min(YEAR_MOST, Math.max(YEAR_LEAST, Math.round(asked.year)))
  const { data, error, refetch } = useQuery(CalendarDocument, { variables: { year } })
  const proposed = useQuery(CalendarProposalsDocument, { skip: !amends, fetchPolicy: 'network-only' })
  const proposals = (proposed.data as CalendarProposalsQuery | undefined)?.calendarProposals ?? []
  const waiting = proposals.find(({ state }) => state === 'PROPOSED')
  const [draft, setDraft] = useState<CalendarDraft>(new Map())
  const [done, setDone] = useState<string | null>(null)
  const shown = data as CalendarQuery | undefined
  const said = new Map((shown?.calendar.days ?? []).map((one) => [one.on, one]))

  const turn = (on: string) => {
    setDone(null)
    setDraft((before) => {
      const after = new Map(before)
      if (!after.delete(on)) after.set(on, flipDay(on, said.get(on)?.working ?? !isWeekend(on)))
      return after
    })
  }
  const settle = (words: string) => {
    setDraft(new Map())
    setDone(words)
    void refetch()
    void proposed.refetch()
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
          {shown && `节假日已公布至 ${shown.calendar.knownUntil}，此后只按星期计算，可能变动。`}
        </p>
      </PageHead>
      {error && <RefusalNotice of={error} onAgain={() => void refetch()} />}
      {shown === undefined && !error && <LoadingNotice of="日历" />}
      {shown && (
        <>
          <Legend />
          <CalendarMonths
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
            {waiting && <WaitingProposal key={waiting.id} of={waiting} onDone={settle} />}
            {amends && (
              <AmendmentForm
                draft={draft}
                knownUntil={shown.calendar.knownUntil}
                isWaiting={waiting !== undefined}
                onDrop={turn}
                onClear={() => setDraft(new Map())}
                onDone={settle}
              />
            )}
            <Amended of={shown.calendar} />
            <SettledAmendments all={proposals.filter(({ state }) => state !== 'PROPOSED')} />
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

const Amended = ({ of }: { of: CalendarYear }) => {
  const [text, setText] = useState('')
  const all = of.days.filter(({ reason }) => reason !== null)
  const shown = all.filter(({ on, reason, amendedBy, confirmedBy }) =>
    `${on} ${reason} ${amendedBy} ${confirmedBy ?? ''}`.includes(text.trim()),
  )
  return (
    <section className="panel wide" aria-label="本年的修订">
      <h2>本年的修订</h2>
      {all.length === 0 && <EmptyNotice>{of.year} 年没有修订，均为随版本发布的节假日安排。</EmptyNotice>}
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
        <ScrollRegion label="修订">
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
              {shown.map(({ on, working, reason, amendedBy, confirmedBy, amendedAt }) => (
                <tr key={on}>
                  <th scope="row">{dayText(on)}</th>
                  <td>{working ? '工作日' : '休息日'}</td>
                  <td>{reason}</td>
                  <td>
                    {amendedBy}
                    {confirmedBy && `，${confirmedBy} 决定`}
                  </td>
                  <td>{instantText(amendedAt)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </ScrollRegion>
      )}
    </section>
  )
}
