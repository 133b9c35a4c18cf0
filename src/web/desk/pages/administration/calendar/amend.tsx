/** An amendment as it is put together: the days said, until when holidays are published, and which deadlines that would move. */
import { useApolloClient, useQuery } from '@apollo/client/react'
import { Button, Input } from 'antd'
import { useState } from 'react'
import { codeOf } from '../../../pieces/code.js'
import { Confirm } from '../../../pieces/confirm.js'
import { count, day } from '../../../pieces/dates.js'
import { Empty } from '../../../pieces/empty.js'
import { Refusal } from '../../../pieces/refusal.js'
import { labelOf } from '../../../pieces/words.js'
import { AmendCalendarDocument, CalendarForeseenDocument, type CalendarForeseenQuery } from './calendar.generated.js'
import { type Draft, daysIn, isWorking } from './year.js'

interface AmendProps {
  draft: Draft
  knownUntil: string
  onDrop: (on: string) => void
  onClear: () => void
  onDone: (words: string) => void
}

type Foreseen = CalendarForeseenQuery['calendarForeseen']

export const Amend = ({ draft, knownUntil, onDrop, onClear, onDone }: AmendProps) => {
  const apollo = useApolloClient()
  const [until, setUntil] = useState('')
  const isSaid = draft.size > 0 || until !== ''
  const said = { ...daysIn(draft), ...(until !== '' && { knownUntil: until }) }
  const { data, error, loading } = useQuery(CalendarForeseenDocument, {
    variables: said,
    skip: !isSaid,
    fetchPolicy: 'no-cache',
  })
  const foreseen = isSaid ? (data as CalendarForeseenQuery | undefined)?.calendarForeseen : undefined
  const moves = foreseen?.moves ?? 0
  return (
    <section className="panel wide" aria-label="修订日历">
      <h2>修订日历</h2>
      {draft.size === 0 ? (
        <Empty>
          在上面的月历中点选日子（或用方向键移动、按空格键）：工作日改为放假，休息日改为上班；再点一次取消。
        </Empty>
      ) : (
        <ul className="days">
          {[...draft].sort().map(([on, amendment]) => (
            <li key={on}>
              {day(on)} 改为{isWorking(on, amendment) ? '工作日' : '休息日'}
              <Button type="link" size="small" aria-label={`取消 ${on}`} onClick={() => onDrop(on)}>
                取消
              </Button>
            </li>
          ))}
        </ul>
      )}
      <p>
        <span className="choice">
          节假日已公布至{' '}
          <Input
            type="date"
            aria-label="节假日已公布至"
            value={until}
            min={knownUntil}
            onChange={({ target }) => setUntil(target.value)}
            style={{ width: '11rem' }}
          />
        </span>{' '}
        <span className="soft">现为 {knownUntil}；公布了下一年的安排时填写，不改的不填。</span>
      </p>
      {error && <Refusal of={error} />}
      {isSaid && !error && <Follows of={foreseen} isLoading={loading} />}
      <div className="filters">
        <Confirm
          action="修订日历"
          danger={moves > 0}
          disabled={!isSaid || foreseen === undefined || loading}
          hint={isSaid ? '' : '请先点选日子，或填写节假日已公布至哪一天'}
          follows={[
            ...(draft.size > 0 ? [`改变 ${draft.size} 天；`] : []),
            ...(until === '' ? [] : [`节假日视为已全部公布至 ${until}；`]),
            moves === 0
              ? '没有正在计算的期限因此改变；'
              : `正在计算的 ${count(moves)} 项期限随即重新计算，其最后一天改变，或由可能变动改为确定；`,
            '您的姓名、时刻和理由与所改的日子一同保存；再次修订才能改回。',
          ]}
          asks={{ label: '依据（例如国务院办公厅通知的名称和文号）' }}
          onDo={async (reason) => {
            const { data } = await apollo.mutate({
              mutation: AmendCalendarDocument,
              variables: { input: { ...said, reason } },
            })
            setUntil('')
            onDone(`日历已修订，改变期限 ${count(data?.amendCalendar.moved ?? 0)} 项。`)
          }}
        />
        {isSaid && (
          <Button
            onClick={() => {
              setUntil('')
              onClear()
            }}
          >
            全部取消
          </Button>
        )}
      </div>
    </section>
  )
}

const Follows = ({ of, isLoading }: { of: Foreseen | undefined; isLoading: boolean }) => (
  <div aria-live="polite">
    {of === undefined || isLoading ? (
      <p className="soft">正在计算将改变的期限…</p>
    ) : (
      <p className={of.moves > 0 ? 'warn' : 'soft'}>
        {of.moves === 0 ? '没有正在计算的期限因此改变。' : `将改变 ${count(of.moves)} 项正在计算的期限。`}
      </p>
    )}
    {of && of.moved.length > 0 && (
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
      <section className="scroll" aria-label="将改变的期限" tabIndex={0}>
        <table className="plain-table" aria-label="将改变的期限">
          <thead>
            <tr>
              <th scope="col">期限</th>
              <th scope="col">主体</th>
              <th scope="col">现在的最后一天</th>
              <th scope="col">此后</th>
            </tr>
          </thead>
          <tbody>
            {of.moved.map(({ dueOn, provisional, deadline }) => (
              <tr key={`${deadline.listing.id} ${deadline.name}`}>
                <td>{labelOf('DeadlineName', deadline.name)}</td>
                <td>{deadline.listing.operator?.name ?? codeOf(deadline.listing.operator ?? {})}</td>
                <td>
                  {day(deadline.dueOn)}
                  {deadline.provisional && <span className="soft">（可能变动）</span>}
                </td>
                <td>
                  {day(dueOn)}
                  {provisional && <span className="soft">（可能变动）</span>}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    )}
    {of && of.moves > of.moved.length && <p className="soft">以上为其中 {of.moved.length} 项。</p>}
  </div>
)
