import { useQuery } from '@apollo/client/react'
import { Select } from 'antd'
import { useCallback, useMemo, useState } from 'react'
import { describeRejectRule } from '../../../../domain/intake/reject-words.js'
import { columnTitles } from '../../../words/column-words.js'
import { useShortcuts } from '../../frame/shortcuts.js'
import { useAddressState } from '../../pieces/address.js'
import { useConnection } from '../../pieces/connection.js'
import { instantText } from '../../pieces/dates.js'
import { EmptyNotice } from '../../pieces/empty.js'
import { ExportButtons } from '../../pieces/lists/export.js'
import { OrderFilter } from '../../pieces/lists/filters.js'
import { formatNumber } from '../../pieces/numbers.js'
import { PageHead } from '../../pieces/page.js'
import { RefusalNotice } from '../../pieces/refusal.js'
import { type TableColumn, VirtualTable } from '../../pieces/virtual-table.js'
import { labelOf, optionsOf } from '../../pieces/words.js'
import { useMay } from '../../session/session.js'
import { LikeRejects } from './bulk-rejects.js'
import { useOwnAgencies } from './own-agencies.js'
import { RejectDrawer } from './reject.js'
import { IntakeRejectsDocument, type IntakeRejectsQuery, RejectFiltersDocument } from './rejects.generated.js'

type RejectRow = IntakeRejectsQuery['rejects']['nodes'][number]
type RejectStateName = RejectRow['state']

const likenessOf = (row: RejectRow | undefined) => {
  const field = row?.problems[0]?.field
  return row && field ? { feed: row.feed, rule: row.rule, field } : null
}

const Problem = ({ of: { feed, rule, problems } }: { of: RejectRow }) => {
  const [problem] = problems
  const field = problem?.heading ?? columnTitles(feed)(problem?.field ?? '')
  const words = [describeRejectRule(rule), field].filter(Boolean).join('：')
  return <span title={words}>{words}</span>
}

export default function RejectsPage() {
  const own = useOwnAgencies()
  const mayCorrect = useMay('correct_rejects')
  const [asked, ask] = useAddressState({ feed: '', rule: '', state: 'OPEN', run: '', order: 'NEWEST', id: '', row: 0 })
  const { feed, rule, state, run } = asked
  const shared = {
    ...(feed && { feed }),
    ...(run && { run }),
    ...(state !== 'ALL' && { state: state as RejectStateName }),
  }
  const listed = { ...shared, ...(rule && { rule }), order: asked.order }
  const rows = useConnection(IntakeRejectsDocument, listed as never, (data) => (data as IntakeRejectsQuery).rejects)
  const filters = useQuery(RejectFiltersDocument, { variables: shared })
  const feeds = own(filters.data?.agencies ?? []).flatMap(({ feeds }) => feeds)
  const titleOf = (id: string) => feeds.find((each) => each.id === id)?.title.zh ?? id
  const isMirrored = (id: string) => feeds.some((each) => each.id === id && each.kind === 'MIRROR')
  // Rows settled on this page stay in the table.
  const [settled, setSettled] = useState<ReadonlyMap<string, RejectStateName>>(new Map())
  const [words, setWords] = useState('')
  const stateOf = (row: RejectRow): RejectStateName => settled.get(row.id) ?? row.state

  const picked = asked.id || (rows.rows[0]?.id ?? '')
  const at = rows.rows.findIndex(({ id }) => id === picked)
  const like = likenessOf(rows.rows[at])
  const pick = useCallback((id: string) => ask({ id }), [ask])
  const move = useCallback(
    (step: 1 | -1) => {
      const next = rows.rows[at + step]
      if (next === undefined) {
        setWords(step === 1 ? '已经是最后一条。' : '已经是第一条。')
        return
      }
      rows.reach(at + step + 20)
      pick(next.id)
    },
    [rows, at, pick],
  )
  useShortcuts(
    useMemo(
      () => [
        { keys: 'j', words: '下一条', does: () => move(1) },
        { keys: 'k', words: '上一条', does: () => move(-1) },
      ],
      [move],
    ),
  )
  const columns: readonly TableColumn<RejectRow>[] = [
    {
      key: 'row',
      title: '条目',
      render: (row) => (
        <button type="button" className="pick" aria-pressed={row.id === picked} onClick={() => pick(row.id)}>
          {row.source.page == null ? '' : `第 ${row.source.page} 页`}第 {row.source.row} 行 {titleOf(row.feed)}
        </button>
      ),
    },
    {
      key: 'rule',
      title: '问题',
      render: (row) => <Problem of={row} />,
    },
    {
      key: 'state',
      title: '状态',
      width: 88,
      render: (row) => {
        const now = stateOf(row)
        return <span className={now === 'TAKEN' ? 'good' : ''}>{labelOf('RejectState', now).slice(0, 6)}</span>
      },
    },
    {
      key: 'at',
      title: '接收',
      width: 108,
      render: ({ receivedAt }) => <span title={instantText(receivedAt)}>{instantText(receivedAt).slice(5)}</span>,
    },
  ]
  const choose = (change: Partial<typeof asked>) => {
    setSettled(new Map())
    setWords('')
    ask({ id: '', row: 0, ...change })
  }
  return (
    <>
      <PageHead title="拒收条目" />
      <form className="filters" onSubmit={(event) => event.preventDefault()} aria-label="筛选">
        <Select
          aria-label="数据源"
          value={feed}
          onChange={(feed) => choose({ feed, rule: '' })}
          options={[
            { value: '', label: '全部数据源' },
            ...feeds.map(({ id, title }) => ({ value: id, label: title.zh })),
          ]}
          style={{ width: '14rem' }}
        />
        <Select
          aria-label="规则"
          value={rule}
          onChange={(rule) => choose({ rule })}
          options={[
            { value: '', label: '全部规则' },
            ...(filters.data?.rejectRules ?? []).map(({ rule, count: n }) => ({
              value: rule,
              label: `${describeRejectRule(rule)} ${formatNumber(n)}`,
            })),
          ]}
          style={{ width: '15rem' }}
        />
        <Select
          aria-label="状态"
          value={state}
          onChange={(state) => choose({ state })}
          options={[...optionsOf('RejectState'), { value: 'ALL', label: '全部状态' }]}
          style={{ width: '10rem' }}
        />
        <OrderFilter value={asked.order} onChange={(order) => choose({ order })} />
        <ExportButtons list="rejects" title="拒收条目" variables={listed} />
        {run && (
          <button type="button" className="pick" onClick={() => choose({ run: '' })}>
            只看一次运行的，点此看全部
          </button>
        )}
      </form>
      {filters.error && <RefusalNotice of={filters.error} onAgain={() => void filters.refetch()} />}
      <p role="status" className="good said">
        {words}
      </p>
      {like !== null && mayCorrect && (
        <div className="bulk">
          <LikeRejects
            key={`${like.feed} ${like.rule} ${like.field}`}
            {...like}
            onDone={(done) => {
              if (done.size === 0) return
              choose({})
              setWords(`已更正并接收 ${done.size} 条。`)
              rows.refresh()
              void filters.refetch()
            }}
          />
        </div>
      )}
      <div className="beside">
        <VirtualTable
          label="拒收条目"
          columns={columns}
          rows={rows}
          rowKey={({ id }) => id}
          empty="没有符合条件的拒收条目。"
          position={asked.row}
          onPosition={(row) => ask({ row })}
          minWidth={450}
          isMarked={({ id }) => id === picked}
        />
        <section className="panel picked" aria-label="所选条目">
          {picked === '' ? (
            <EmptyNotice>{rows.isLoading ? '正在载入…' : '没有选中的条目。'}</EmptyNotice>
          ) : (
            <RejectDrawer
              id={picked}
              feedTitle={titleOf(rows.rows[at]?.feed ?? feed)}
              isMirrored={isMirrored(rows.rows[at]?.feed ?? feed)}
              onMove={move}
              onSettled={(words, reject) => {
                setSettled((before) => new Map(before).set(reject.id, reject.state))
                setWords(words)
                const next = rows.rows.slice(at + 1).find((row) => stateOf(row) === 'OPEN')
                if (next) pick(next.id)
              }}
            />
          )}
        </section>
      </div>
    </>
  )
}
