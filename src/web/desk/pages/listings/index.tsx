import { useQuery } from '@apollo/client/react'
import { Segmented } from 'antd'
import { useCallback } from 'react'
import { Link } from 'react-router'
import { LIST_COUNTED_MOST } from '../../../../foundation/pages.js'
import { useAddressState } from '../../pieces/address.js'
import { ExportButtons } from '../../pieces/lists/export.js'
import { formatCount } from '../../pieces/numbers.js'
import { PageHead } from '../../pieces/page.js'
import { RefusalNotice } from '../../pieces/refusal.js'
import { labelOf } from '../../pieces/words.js'
import { useMay } from '../../session/session.js'
import { CaseFilters, DeadlineFilters, NO_KEEPER } from './case-filters.js'
import { LeadTable } from './leads.js'
import {
  BoardDocument,
  type BoardQuery,
  type CaseFilter,
  type CaseSort,
  type DeadlineName,
  type ListingState,
  type ListOrder,
} from './listings.generated.js'
import { CaseTable, DeadlineTable, deadlineVariables } from './tables.js'

const ENDED: readonly ListingState[] = ['REMOVED', 'NOT_LISTED']
const STATES: readonly ListingState[] = [
  'LEAD',
  'PROPOSED',
  'NOTIFIED',
  'DEFENCE',
  'HEARING',
  'REVIEWED',
  'CONSENTED',
  'DECIDED',
  'SERVED',
  'PUBLISHED',
  'REPAIR_APPLIED',
  'HIDDEN',
]
const VIEWS = [
  { value: 'cases', label: '案件' },
  { value: 'due', label: '将到期' },
  { value: 'late', label: '已逾期' },
]

export default function ListingsPage() {
  const seesEnded = useMay('see_removed')
  const [asked, ask] = useAddressState({
    state: '',
    view: 'cases',
    name: '',
    region: '',
    list: '',
    keeper: '',
    due: '',
    order: 'OLDEST',
    penalty: '',
    heavy: false as boolean,
    sort: 'NEWEST',
    late: false as boolean,
    row: 0,
  })
  const { state, view, name, region, list, penalty, heavy, sort, late } = asked
  const common = { name: name || null, region: region || null, list: list || null }
  const narrowed: CaseFilter = {
    ...common,
    keeper: keeperIn(asked.keeper),
    penalty: penalty || null,
    heavy: heavy || null,
    late,
  }
  const all = seesEnded ? [...STATES, ...ENDED] : STATES
  const board = useQuery(BoardDocument, {
    variables: { filter: { ...narrowed, states: [...all] } },
    fetchPolicy: 'cache-and-network',
  })
  const narrow = useCallback((change: Partial<typeof asked>) => ask({ ...change, row: 0 }), [ask])
  const cases = {
    filter: { ...narrowed, states: state === '' ? null : [state as ListingState] },
    sort: sort as CaseSort,
  }
  const deadlines = {
    isLate: view === 'late',
    filter: { ...common, kind: (asked.due || null) as DeadlineName | null },
    order: asked.order as ListOrder,
  }
  const placed = { position: asked.row, onPosition: (row: number) => ask({ row }) }
  return (
    <>
      <PageHead
        title="名单案件"
        extra={
          view === 'cases' ? (
            <ExportButtons list="cases" title="名单案件" variables={cases} />
          ) : (
            <ExportButtons list="deadlines" title="期限" variables={deadlineVariables(deadlines)} />
          )
        }
      >
        <p className="standing">
          <Link to="/listings/concerns">待核事项</Link>
          <Link to="/listings/objections">异议</Link>
        </p>
      </PageHead>
      {board.error && <RefusalNotice of={board.error} onAgain={() => void board.refetch()} />}
      <Strip
        columns={(board.data ?? board.previousData)?.caseBoard ?? []}
        state={view === 'cases' ? state : '-'}
        onState={(state) => ask({ state, view: 'cases', row: 0 }, { push: true })}
      />
      <form className="filters" onSubmit={(event) => event.preventDefault()} aria-label="筛选">
        <Segmented aria-label="看什么" value={view} options={VIEWS} onChange={(view) => narrow({ view })} />
        {view === 'cases' ? (
          <CaseFilters of={asked} onChange={narrow} />
        ) : (
          <DeadlineFilters of={asked} onChange={narrow} />
        )}
      </form>
      {view === 'cases' ? (
        <Cases isLeads={state === 'LEAD'} {...cases} {...placed} />
      ) : (
        <DeadlineTable {...deadlines} {...placed} />
      )}
    </>
  )
}

/** The API asks for cases without a keeper by an empty name. */
const keeperIn = (chosen: string): string | null => {
  if (chosen === '') return null
  return chosen === NO_KEEPER ? '' : chosen
}

interface CasesProps {
  isLeads: boolean
  filter: CaseFilter
  sort: CaseSort
  position: number
  onPosition: (row: number) => void
}

const Cases = ({ isLeads, ...table }: CasesProps) => (isLeads ? <LeadTable {...table} /> : <CaseTable {...table} />)

interface StripProps {
  columns: BoardQuery['caseBoard']
  /** An empty text selects all open states. */
  state: string
  onState: (state: string) => void
}

const Strip = ({ columns, state, onState }: StripProps) => {
  const open = columns.filter((column) => !ENDED.includes(column.state))
  const most = Math.max(1, ...open.map(({ cases }) => cases))
  return (
    <ul className="board" aria-label="各状态的案件">
      <Card
        title="未办结"
        cases={countAll(open.map(({ cases }) => cases))}
        late={countAll(open.map(({ late }) => late))}
        isChosen={state === ''}
        onChoose={() => onState('')}
      />
      {columns.map((column) => (
        <Card
          key={column.state}
          title={labelOf('ListingState', column.state)}
          cases={countAll([column.cases])}
          late={countAll([column.late])}
          share={ENDED.includes(column.state) ? undefined : column.cases / most}
          isChosen={state === column.state}
          onChoose={() => onState(state === column.state ? '' : column.state)}
        />
      ))}
    </ul>
  )
}

interface Count {
  n: number
  text: string
}

const countAll = (counts: readonly number[]): Count => {
  const n = counts.reduce((total, one) => total + one, 0)
  return {
    n,
    text: formatCount(
      n,
      counts.some((one) => one >= LIST_COUNTED_MOST),
    ),
  }
}

interface CardProps {
  title: string
  cases: Count
  late: Count
  share?: number | undefined
  isChosen: boolean
  onChoose: () => void
}

const Card = ({ title, cases, late, share, isChosen, onChoose }: CardProps) => (
  <li>
    <button type="button" aria-pressed={isChosen} onClick={onChoose} className={cases.n === 0 ? 'none' : ''}>
      <span>{title}</span> <b>{cases.text}</b>
      {late.n > 0 ? (
        <span className="bad"> 逾期 {late.text}</span>
      ) : (
        <span className="soft"> {cases.n === 0 ? '' : '无逾期'}</span>
      )}
      {share !== undefined && (
        <span className="share" aria-hidden="true" style={{ width: `${Math.round(share * 100)}%` }} />
      )}
    </button>
  </li>
)
