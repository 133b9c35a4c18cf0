import { Link } from 'react-router'
import { TASKS } from '../../../../domain/worklist/tasks.js'
import { formatCount } from '../../pieces/numbers.js'
import type { TodayQuery } from '../today/today.generated.js'
import { type WorkCountLine, worklistPath } from './places.js'

interface WorkCountsProps {
  of: readonly WorkCountLine[]
  matters: TodayQuery['matterCounts']
}

export const WorkCountsTable = ({ of, matters: { waiting, late, answered } }: WorkCountsProps) => {
  const open = of.filter(({ office }) => office > 0)
  if (open.length + waiting + answered === 0) return <p className="good">没有等待办理的事项。</p>
  return (
    <table className="plain-table" aria-label="待办">
      <thead>
        <tr>
          <th scope="col">事项</th>
          <th scope="col" className="right">
            我的
          </th>
          <th scope="col" className="right">
            本单位
          </th>
          <th scope="col" className="right">
            逾期
          </th>
        </tr>
      </thead>
      <Lines of={open} />
      {waiting + answered > 0 && (
        <tbody>
          {waiting > 0 && (
            <tr>
              <th scope="row">协作事项等待办理</th>
              <td className="right">—</td>
              <MatterCount n={waiting} queue="WAITING" what="协作事项等待办理" />
              <MatterCount n={late} queue="LATE" what="协作事项逾期" isBad />
            </tr>
          )}
          {answered > 0 && (
            <tr>
              <th scope="row">协作事项有新答复</th>
              <td className="right">—</td>
              <MatterCount n={answered} queue="ANSWERED" what="协作事项有新答复" />
              <td className="right">—</td>
            </tr>
          )}
        </tbody>
      )}
    </table>
  )
}

const Lines = ({ of }: { of: readonly WorkCountLine[] }) => (
  <tbody>
    {of.map(({ kind, mine, office, late, atLeast }) => (
      <tr key={kind}>
        <th scope="row">{TASKS[kind].zh}</th>
        <Count
          n={mine}
          atLeast={atLeast.includes('MINE')}
          to={worklistPath('MINE', kind)}
          what={`${TASKS[kind].zh}，我的`}
        />
        <Count
          n={office}
          atLeast={atLeast.includes('OFFICE')}
          to={worklistPath('OFFICE', kind)}
          what={`${TASKS[kind].zh}，本单位`}
        />
        <Count
          n={late}
          atLeast={atLeast.includes('LATE')}
          to={worklistPath('LATE', kind)}
          what={`${TASKS[kind].zh}，逾期`}
          isBad
        />
      </tr>
    ))}
  </tbody>
)

const MATTERS_COUNTED_MOST = 1_000

const MatterCount = ({ queue, ...given }: Pick<CountProps, 'n' | 'what' | 'isBad'> & { queue: string }) => (
  <Count {...given} atLeast={given.n >= MATTERS_COUNTED_MOST} to={`/matters?queue=${queue}`} />
)

interface CountProps {
  n: number
  atLeast: boolean
  to: string
  what: string
  isBad?: boolean
}

const Count = ({ n, atLeast, to, what, isBad = false }: CountProps) => (
  <td className={isBad && n > 0 ? 'right bad' : 'right'}>
    {n === 0 ? (
      '—'
    ) : (
      <Link to={to} aria-label={atLeast ? `${what}至少 ${n} 件` : `${what} ${n} 件`}>
        {formatCount(n, atLeast)}
      </Link>
    )}
  </td>
)
