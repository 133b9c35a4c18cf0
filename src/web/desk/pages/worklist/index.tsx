import { useQuery } from '@apollo/client/react'
import { Button, Segmented, Select } from 'antd'
import { Link } from 'react-router'
import { TASKS, WORK_KINDS, type WorkKind } from '../../../../domain/worklist/tasks.js'
import { ITEMS_COUNTED_MOST, listRolesOfTask } from '../../../../domain/worklist/worklist.js'
import { groupBy } from '../../../../foundation/groups.js'
import { useAddressState } from '../../pieces/address.js'
import { operatorCodeOf } from '../../pieces/code.js'
import { daysUntilText, dayText, instantText, waitedText } from '../../pieces/dates.js'
import { EmptyNotice, LoadingNotice } from '../../pieces/empty.js'
import { formatCount, formatNumber } from '../../pieces/numbers.js'
import { PageHead } from '../../pieces/page.js'
import { PlainTable } from '../../pieces/plain-table.js'
import { RefusalNotice } from '../../pieces/refusal.js'
import { labelOf } from '../../pieces/words.js'
import { useMay, useSession } from '../../session/session.js'
import { amendmentWords } from '../administration/calendar/words.js'
import { officeProposalWords } from '../administration/proposal-words.js'
import { AbsencesPanel } from './absences.js'
import { pathOfItem, type WorkCountLine, worklistPath } from './places.js'
import { WorkCountsDocument, WorklistDocument, type WorklistQuery, type WorkScope } from './worklist.generated.js'

type WorkLine = WorklistQuery['worklist']['nodes'][number]

const SCOPES = [
  { value: 'MINE', label: '我的' },
  { value: 'OFFICE', label: '本单位' },
  { value: 'LATE', label: '已逾期' },
]
const PAGE_ROWS = 50

export default function WorklistPage() {
  const absent = useMay('see_moves')
  const cards = useMay('see_trials')
  const { role } = useSession()
  const acts = WORK_KINDS.some((kind) => listRolesOfTask(kind).includes(role))
  const [asked, ask] = useAddressState({ scope: 'MINE', kind: '' })
  const counts = useQuery(WorkCountsDocument)
  const { data, error, loading, refetch, fetchMore } = useQuery(WorklistDocument, {
    variables: {
      scope: asked.scope as WorkScope,
      kind: asked.kind === '' ? null : (asked.kind as WorkKind),
      first: PAGE_ROWS,
      cards,
    },
    fetchPolicy: 'network-only',
  })
  const again = () => {
    void counts.refetch()
    void refetch()
  }
  const more = data?.worklist.pageInfo
  return (
    <>
      <PageHead
        title="待办"
        extra={
          <Button loading={loading} onClick={again}>
            刷新
          </Button>
        }
      >
        <p className="soft">
          {acts
            ? '先到期的在前。“我的”是由您经办或代办的案件，以及须由您这样的第二人办理的；“本单位”是您可以办理的全部事项。'
            : `${labelOf('Role', role)}只查看、不办理，这里没有待办；全单位等待办理的见“今日”。`}
        </p>
      </PageHead>
      <Filters asked={asked} ask={ask} counts={counts.data?.workCounts ?? []} />
      {error && <RefusalNotice of={error} onAgain={again} />}
      {data === undefined ? (
        loading && <LoadingNotice of="待办" />
      ) : data.worklist.nodes.length === 0 ? (
        <NothingWaits scope={asked.scope} kind={asked.kind} counts={counts.data?.workCounts ?? []} />
      ) : (
        <Items of={data} />
      )}
      {more?.hasNextPage && (
        <Button loading={loading} onClick={() => void fetchMore(pageAfter(more.endCursor))}>
          再载入
        </Button>
      )}
      {absent && <AbsencesPanel />}
    </>
  )
}

const pageAfter = (after: string | null) => ({
  variables: { after },
  updateQuery: (before: WorklistQuery, { fetchMoreResult: next }: { fetchMoreResult: WorklistQuery }) => ({
    ...next,
    worklist: { ...next.worklist, nodes: [...before.worklist.nodes, ...next.worklist.nodes] },
  }),
})

interface FiltersProps {
  asked: { scope: string; kind: string }
  ask: (change: { scope?: string; kind?: string }) => void
  counts: readonly WorkCountLine[]
}

const Filters = ({ asked, ask, counts }: FiltersProps) => (
  <form className="filters" aria-label="筛选" onSubmit={(event) => event.preventDefault()}>
    <Segmented aria-label="范围" value={asked.scope} options={SCOPES} onChange={(scope) => ask({ scope })} />
    <Select
      aria-label="事项"
      value={asked.kind}
      onChange={(kind) => ask({ kind })}
      options={[{ value: '', label: '全部事项' }, ...kindOptions(counts, asked.kind)]}
      style={{ width: '20rem' }}
    />
  </form>
)

const kindOptions = (counts: readonly WorkCountLine[], chosen: string) =>
  counts
    .filter(({ kind, office }) => office > 0 || kind === chosen)
    .map(({ kind, office, atLeast }) => ({
      value: kind,
      label: `${TASKS[kind].zh}（${formatCount(office, atLeast.includes('OFFICE'))}）`,
    }))

type NothingProps = Pick<FiltersProps, 'counts'> & FiltersProps['asked']

const NothingWaits = ({ scope, kind, counts }: NothingProps) => {
  const chosen = counts.filter((one) => kind === '' || one.kind === kind)
  const office = chosen.reduce((sum, one) => sum + one.office, 0)
  if (scope !== 'MINE' || office === 0) return <EmptyNotice>没有等待办理的事项。</EmptyNotice>
  return (
    <EmptyNotice>
      没有须由您本人办理的；
      <Link to={worklistPath('OFFICE', kind === '' ? undefined : (kind as WorkKind))}>
        本单位有{' '}
        {formatCount(
          office,
          chosen.some(({ atLeast }) => atLeast.includes('OFFICE')),
        )}{' '}
        件
      </Link>
      ，您也可以办理。
    </EmptyNotice>
  )
}

const Items = ({ of }: { of: WorklistQuery }) => (
  <PlainTable
    label="待办"
    columns={[{ title: '事项' }, { title: '对象' }, { title: '最后一天' }, { title: '已等待' }, { title: '经办人' }]}
    rows={foldLines(of.worklist.nodes).map((line) => ({
      key: `${line.kind} ${line.listing?.id ?? ''} ${line.subject ?? ''} ${proposalOf(line)?.id ?? ''} ${line.since ?? ''}`,
      cells: [
        TASKS[line.kind].zh,
        <Subject key="to" of={line} all={of} />,
        <Due key="due" of={line} />,
        <span key="since" className="nowrap">
          <Since at={line.since} />
        </span>,
        <span key="keeper" className="nowrap">
          {line.keeper ?? (line.listing ? '无' : '—')}
        </span>,
      ],
    }))}
  />
)

/** Tasks without a subject are one row a kind, which leads to their list. */
const foldLines = (lines: readonly WorkLine[]): WorkLine[] => {
  const isFolded = (line: WorkLine) =>
    line.listing === null && line.operator === null && line.subject === null && proposalOf(line) === null
  const folded = groupBy(lines.filter(isFolded), ({ kind }) => kind)
  return lines.flatMap((line) => {
    const same = isFolded(line) ? (folded.get(line.kind) ?? []) : [line]
    if (same[0] !== line) return []
    return [{ ...line, count: same.reduce((sum, { count }) => sum + count, 0) }]
  })
}

const proposalOf = ({ calendarProposal, officeProposal, activation }: WorkLine) =>
  calendarProposal ?? officeProposal ?? activation

const Subject = ({ of, all }: { of: WorkLine; all: WorklistQuery }) => {
  const proposal = proposalOf(of)
  const { kind, subject, listing, operator } = of
  const code = operator && operatorCodeOf(operator)
  const path = pathOfItem({ kind, subject, proposal, listing: listing?.id ?? null, operator: code })
  if (proposal === null) return <Link to={path}>{wordsOf(of, all)}</Link>
  return (
    <>
      <Link to={path}>{proposalWords(of, all).join('；')}</Link>
      <div className="soft">
        {proposal.proposedBy} 提出：{proposal.reason}
        {of.officeProposal?.endorsedBy && `；${of.officeProposal.endorsedBy} 已确认，还须一人`}
      </div>
    </>
  )
}

const proposalWords = ({ calendarProposal, officeProposal, activation }: WorkLine, all: WorklistQuery): string[] => {
  if (calendarProposal) return amendmentWords(calendarProposal)
  if (officeProposal) return officeProposalWords(officeProposal)
  if (!activation) return []
  const before = all.scorecards?.find(({ state }) => state === 'IN_FORCE')?.version
  return [
    `自 ${dayText(activation.effectiveOn)} 起，评分卡${before ? `由 ${before} ` : ''}改为 ${activation.scorecard}`,
  ]
}

const Since = ({ at }: { at: string | null }) =>
  at === null ? '—' : <span title={instantText(at)}>{waitedText(at)}</span>

const Due = ({ of: { dueOn, late } }: { of: WorkLine }) => {
  if (dueOn === null) return late ? <span className="bad">已逾期</span> : '—'
  return (
    <span className="nowrap">
      {dueOn} <span className={late ? 'bad' : 'soft'}>{daysUntilText(dueOn)}</span>
    </span>
  )
}

const wordsOf = (
  { operator, listing, subject, count, kind }: WorkLine,
  { agencies, platforms }: WorklistQuery,
): string => {
  if (operator !== null) {
    const list = listing?.list?.name.zh
    return `${operator.name ?? operatorCodeOf(operator)}${list ? `（${list}）` : ''}`
  }
  const { process } = TASKS[kind]
  if (process === 'ACCOUNT' || process === 'CLIENT' || kind === 'CONFIRM_AUTHORITY') return subject ?? ''
  const feed = agencies.flatMap(({ feeds }) => feeds).find(({ id }) => id === subject)?.title.zh
  const name = feed ?? platforms.find(({ id }) => id === subject)?.name.zh
  if (name === undefined) return count === 1 ? '查看' : `${formatNumber(count)} 件`
  return `${name}：${formatCount(count, count >= ITEMS_COUNTED_MOST)} 件`
}
