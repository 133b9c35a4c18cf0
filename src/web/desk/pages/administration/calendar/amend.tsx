import { useApolloClient } from '@apollo/client/react'
import { Button, Input } from 'antd'
import { useState } from 'react'
import { ConfirmButton } from '../../../pieces/confirm.js'
import { EmptyNotice } from '../../../pieces/empty.js'
import { formatNumber } from '../../../pieces/numbers.js'
import { RefusalNotice } from '../../../pieces/refusal.js'
import { AmendCalendarDocument } from './calendar.generated.js'
import { MovedDeadlines, useMovedDeadlines } from './foreseen.js'
import { type CalendarDraft, daysByKind } from './months.js'
import { amendedDayWords } from './words.js'

interface AmendProps {
  draft: CalendarDraft
  knownUntil: string
  isWaiting: boolean
  onDrop: (on: string) => void
  onClear: () => void
  onDone: (words: string) => void
}

export const AmendmentForm = ({ draft, knownUntil, isWaiting, onDrop, onClear, onDone }: AmendProps) => {
  const apollo = useApolloClient()
  const [until, setUntil] = useState('')
  const isSaid = draft.size > 0 || until !== ''
  const said = { ...daysByKind(draft), ...(until !== '' && { knownUntil: until }) }
  const { foreseen, error, loading } = useMovedDeadlines(isSaid ? said : null)
  const moves = foreseen?.moves ?? 0
  return (
    <section className="panel wide" aria-label="修订日历">
      <h2>修订日历</h2>
      {draft.size === 0 ? (
        <EmptyNotice>
          在上面的月历中点选日子（或用方向键移动、按空格键）：工作日改为放假，休息日改为上班；再点一次取消。
        </EmptyNotice>
      ) : (
        <ul className="days">
          {[...draft].sort().map(([on, amendment]) => (
            <li key={on}>
              {amendedDayWords(on, amendment)}
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
      {error && <RefusalNotice of={error} />}
      {isSaid && !error && <MovedDeadlines of={foreseen} isLoading={loading} />}
      <div className="filters">
        <ConfirmButton
          action="提出修订"
          danger={moves > 0}
          disabled={isWaiting || !isSaid || foreseen === undefined || loading}
          hint={isWaiting ? '已有一项修订待决定' : isSaid ? '' : '请先点选日子，或填写节假日已公布至哪一天'}
          follows={[
            '由另一位经办人或管理员决定后才生效，此前日历和期限都不变；',
            ...(draft.size > 0 ? [`改变 ${draft.size} 天；`] : []),
            ...(until === '' ? [] : [`节假日视为已全部公布至 ${until}；`]),
            moves === 0
              ? '没有正在计算的期限因此改变；'
              : `生效时，正在计算的 ${formatNumber(moves)} 项期限重新计算，其最后一天改变，或由可能变动改为确定；`,
            '您的姓名、时刻和依据与所改的日子一同保存；生效后，再次修订才能改回。',
          ]}
          asks={{ label: '依据（例如国务院办公厅通知的名称和文号）' }}
          onDo={async (reason) => {
            await apollo.mutate({
              mutation: AmendCalendarDocument,
              variables: { input: { ...said, reason } },
            })
            setUntil('')
            onDone('修订已提出，待另一人决定。')
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
