import { useQuery } from '@apollo/client/react'
import { operatorCodeOf } from '../../../pieces/code.js'
import { dayText } from '../../../pieces/dates.js'
import { formatNumber } from '../../../pieces/numbers.js'
import { ScrollRegion } from '../../../pieces/plain-table.js'
import { labelOf } from '../../../pieces/words.js'
import {
  CalendarForeseenDocument,
  type CalendarForeseenQuery,
  type CalendarForeseenQueryVariables,
} from './calendar.generated.js'

type ForeseenDeadlines = CalendarForeseenQuery['calendarForeseen']

export const useMovedDeadlines = (said: CalendarForeseenQueryVariables | null) => {
  const { data, error, loading } = useQuery(CalendarForeseenDocument, {
    variables: said ?? {},
    skip: said === null,
    fetchPolicy: 'no-cache',
  })
  const foreseen = said === null ? undefined : (data as CalendarForeseenQuery | undefined)?.calendarForeseen
  return { foreseen, error, loading }
}

export const MovedDeadlines = ({ of, isLoading }: { of: ForeseenDeadlines | undefined; isLoading: boolean }) => (
  <div aria-live="polite">
    {of === undefined || isLoading ? (
      <p className="soft">正在计算将改变的期限…</p>
    ) : (
      <p className={of.moves > 0 ? 'warn' : 'soft'}>
        {of.moves === 0
          ? '没有正在计算的名单期限因此改变。'
          : `将改变 ${formatNumber(of.moves)} 项正在计算的名单期限。`}
      </p>
    )}
    <p className="soft">协作事项的时限在生效后一小时内重新计算。</p>
    {of && of.moved.length > 0 && (
      <ScrollRegion label="将改变的期限">
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
                <td>{deadline.listing.operator?.name ?? operatorCodeOf(deadline.listing.operator ?? {})}</td>
                <td>
                  {dayText(deadline.dueOn)}
                  {deadline.provisional && <span className="soft">（可能变动）</span>}
                </td>
                <td>
                  {dayText(dueOn)}
                  {provisional && <span className="soft">（可能变动）</span>}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollRegion>
    )}
    {of && of.moves > of.moved.length && <p className="soft">以上为其中 {of.moved.length} 项。</p>}
  </div>
)
