import { Link } from 'react-router'
import { OperatorCode, operatorCodeOf } from '../../pieces/code.js'
import { useConnection } from '../../pieces/connection.js'
import { daysUntil, daysUntilText, dayText } from '../../pieces/dates.js'
import { type TableColumn, VirtualTable } from '../../pieces/virtual-table.js'
import { labelOf } from '../../pieces/words.js'
import {
  CaseDeadlinesDocument,
  type CaseDeadlinesQuery,
  type CaseFilter,
  type CaseSort,
  CasesDocument,
  type CasesQuery,
  type DeadlineFilter,
  type ListOrder,
} from './listings.generated.js'

type CaseRow = CasesQuery['cases']['nodes'][number]
type DeadlineRow = CaseDeadlinesQuery['deadlines']['nodes'][number]
const NEAR_DAYS = 3

interface ScrollPosition {
  position: number
  onPosition: (row: number) => void
}

const dueOf = ({ deadlines }: CaseRow): CaseRow['deadlines'][number] | null =>
  deadlines
    .filter(({ state }) => state === 'COMING' || state === 'MISSED')
    .toSorted((a, b) => (a.dueOn < b.dueOn ? -1 : 1))[0] ?? null

const toneOf = (isLate: boolean, dueOn: string): string => {
  if (isLate) return 'bad'
  return daysUntil(dueOn) <= NEAR_DAYS ? 'warn' : 'soft'
}

const CASES: readonly TableColumn<CaseRow>[] = [
  {
    key: 'name',
    title: '主体',
    width: 150,
    render: ({ id, operator }) => <Link to={`/listings/${id}`}>{operator.name ?? operatorCodeOf(operator)}</Link>,
  },
  { key: 'code', title: '代码', width: 165, render: ({ operator }) => <OperatorCode of={operatorCodeOf(operator)} /> },
  {
    key: 'state',
    title: '状态',
    width: 100,
    render: ({ state, contested, hiding }) => (
      <>
        {labelOf('ListingState', state)}
        {hiding && !hiding.confirmed && <span className="warn">（待确认）</span>}
        {contested && <span className="warn">（有争议）</span>}
      </>
    ),
  },
  {
    key: 'due',
    title: '最近的期限',
    width: 180,
    render: (row) => {
      const due = dueOf(row)
      if (due === null) return <span className="soft">—</span>
      return (
        <>
          {labelOf('DeadlineName', due.name)} <span className="nowrap">{due.dueOn}</span>{' '}
          <span className={toneOf(due.state === 'MISSED', due.dueOn)}>{daysUntilText(due.dueOn)}</span>
        </>
      )
    },
  },
  { key: 'keeper', title: '经办人', width: 84, render: ({ keeper }) => keeper ?? <span className="soft">无</span> },
  {
    key: 'reason',
    title: '事由',
    render: ({ reason }) => <span title={reason}>{reason}</span>,
  },
  {
    key: 'published',
    title: '公示和届满',
    width: 132,
    render: ({ publishedOn, endsOn }) => (
      <>
        <span className="nowrap">{publishedOn ?? '—'}</span> {endsOn && <span className="nowrap">至 {endsOn}</span>}
      </>
    ),
  },
]

export const CaseTable = ({ filter, sort, ...placed }: ScrollPosition & { filter: CaseFilter; sort: CaseSort }) => {
  const rows = useConnection(CasesDocument, { filter, sort }, (data) => data.cases)
  return (
    <VirtualTable
      label="名单案件"
      columns={CASES}
      rows={rows}
      rowKey={({ id }) => id}
      empty="没有符合条件的案件。"
      minWidth={1_024}
      {...placed}
    />
  )
}

const DEADLINES = (isLate: boolean): readonly TableColumn<DeadlineRow>[] => [
  {
    key: 'due',
    title: '最后一天',
    width: 250,
    render: ({ dueOn, provisional }) => (
      <>
        {dayText(dueOn)} <span className={toneOf(isLate, dueOn)}>{daysUntilText(dueOn)}</span>
        {provisional && <span className="soft">（可能变动）</span>}
      </>
    ),
  },
  { key: 'name', title: '期限', width: 180, render: ({ name }) => labelOf('DeadlineName', name) },
  {
    key: 'operator',
    title: '主体',
    render: ({ listing }) => (
      <Link to={`/listings/${listing.id}`}>{listing.operator.name ?? operatorCodeOf(listing.operator)}</Link>
    ),
  },
  { key: 'state', title: '状态', width: 110, render: ({ listing }) => labelOf('ListingState', listing.state) },
  { key: 'keeper', title: '经办人', width: 120, render: ({ listing }) => listing.keeper ?? '无' },
  {
    key: 'rule',
    title: '规则',
    width: 300,
    render: ({ rule }) => (
      <span title={rule.basis}>
        {rule.value} 个工作日，{rule.basis}
      </span>
    ),
  },
]
const [COMING, MISSED] = [DEADLINES(false), DEADLINES(true)]

interface DeadlineChoice {
  isLate: boolean
  filter: DeadlineFilter
  order: ListOrder
}

export const deadlineVariables = ({ isLate, filter, order }: DeadlineChoice) => ({
  state: isLate ? ('MISSED' as const) : ('COMING' as const),
  filter,
  order,
})

export const DeadlineTable = ({ isLate, filter, order, ...placed }: ScrollPosition & DeadlineChoice) => {
  const rows = useConnection(
    CaseDeadlinesDocument,
    deadlineVariables({ isLate, filter, order }),
    (data) => data.deadlines,
  )
  return (
    <VirtualTable
      label={isLate ? '已逾期的期限' : '将到期的期限'}
      columns={isLate ? MISSED : COMING}
      rows={rows}
      rowKey={({ listing, name, startsOn }) => `${listing.id} ${name} ${startsOn}`}
      empty={isLate ? '没有符合条件的逾期期限。' : '没有符合条件的将到期期限。'}
      minWidth={1_080}
      {...placed}
    />
  )
}
