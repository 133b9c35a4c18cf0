import { useQuery } from '@apollo/client/react'
import type { InputRef } from 'antd'
import { useCallback, useMemo, useRef, useState } from 'react'
import { Link } from 'react-router'
import { useShortcuts } from '../../frame/shortcuts.js'
import { useAddressState } from '../../pieces/address.js'
import { useConnection } from '../../pieces/connection.js'
import { EmptyNotice } from '../../pieces/empty.js'
import { ExportButtons } from '../../pieces/lists/export.js'
import { PageHead } from '../../pieces/page.js'
import { type TableColumn, VirtualTable } from '../../pieces/virtual-table.js'
import { labelOf } from '../../pieces/words.js'
import { useMay } from '../../session/session.js'
import { BulkIdentity } from './bulk-identity.js'
import { IdentityFeedsDocument, IntakeUnmatchedDocument, type IntakeUnmatchedQuery } from './identity.generated.js'
import { NOTHING_CHOSEN, UnmatchedFilters, variablesOf } from './identity-filters.js'
import { useOwnAgencies } from './own-agencies.js'
import { type MadeIdentityDecision, UnmatchedSubjectPanel } from './subject.js'
import { UndoDecisionButton } from './undo.js'

type UnmatchedRow = IntakeUnmatchedQuery['unmatched']['nodes'][number]
type UnmatchedStateName = UnmatchedRow['state']

const saidBy = ({
  feed,
  subject: { name, uscc, orgCode, regNo, shop },
}: Pick<UnmatchedRow, 'feed' | 'subject'>): string => JSON.stringify([feed, name, uscc, orgCode, regNo, shop])

export default function IdentityPage() {
  const own = useOwnAgencies()
  const may = useMay('decide_identity')
  const [asked, ask] = useAddressState({ ...NOTHING_CHOSEN, id: '', row: 0 })
  const { feed, state } = asked
  const chosen = variablesOf(asked)
  const rows = useConnection(IntakeUnmatchedDocument, chosen, (data) => data.unmatched)
  const { data } = useQuery(IdentityFeedsDocument)
  const feeds = own(data?.agencies ?? []).flatMap(({ feeds }) => feeds)
  const titleOf = (id: string) => feeds.find((each) => each.id === id)?.title.zh ?? id
  // Rows decided on this page stay in the table.
  const [settled, setSettled] = useState<ReadonlyMap<string, UnmatchedStateName>>(new Map())
  const [last, setLast] = useState<MadeIdentityDecision | null>(null)
  const [words, setWords] = useState('')
  const undoInput = useRef<InputRef>(null)
  const stateOf = (row: UnmatchedRow): UnmatchedStateName => settled.get(row.id) ?? row.state

  const picked = asked.id || (rows.rows[0]?.id ?? '')
  const at = rows.rows.findIndex(({ id }) => id === picked)
  const pick = useCallback((id: string) => ask({ id }), [ask])
  const move = useCallback(
    (step: 1 | -1) => {
      const next = rows.rows[at + step]
      if (next === undefined) return setWords(step === 1 ? '已经是最后一条。' : '已经是第一条。')
      rows.reach(at + step + 20)
      pick(next.id)
    },
    [rows, at, pick],
  )
  useShortcuts(
    useMemo(
      () => [
        { keys: 'j', words: '暂缓，下一条', does: () => move(1) },
        { keys: 'k', words: '上一条', does: () => move(-1) },
        { keys: 'u', words: '撤销上一项认定', does: () => undoInput.current?.focus() },
      ],
      [move],
    ),
  )
  const mark = (like: Pick<UnmatchedRow, 'feed' | 'subject'>, state: UnmatchedStateName) => {
    const alike = rows.rows.filter((row) => saidBy(row) === saidBy(like))
    const next = new Map(settled)
    for (const { id } of alike) next.set(id, state)
    setSettled(next)
    return next
  }
  const onDecided = (done: MadeIdentityDecision) => {
    const next = mark(done.unmatched, done.state)
    setLast(done)
    setWords(done.words)
    const waiting = rows.rows.slice(at + 1).find((row) => (next.get(row.id) ?? row.state) === 'OPEN')
    if (waiting) pick(waiting.id)
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur()
  }
  const columns: readonly TableColumn<UnmatchedRow>[] = [
    {
      key: 'subject',
      title: '来件所说的主体',
      render: (row) => (
        <button type="button" className="pick" aria-pressed={row.id === picked} onClick={() => pick(row.id)}>
          {row.subject.name ?? row.subject.uscc ?? row.subject.regNo ?? '未指明'}
        </button>
      ),
    },
    {
      key: 'proposal',
      title: '建议',
      render: ({ proposal, noProposal }) =>
        proposal ? (
          <span className="good">{proposal.operator.name}</span>
        ) : (
          <span className="soft">{noProposal ? labelOf('NoProposal', noProposal) : '无'}</span>
        ),
    },
    {
      key: 'state',
      title: '状态',
      width: 84,
      render: (row) => {
        const now = stateOf(row)
        return <span className={now === 'MATCHED' ? 'good' : ''}>{labelOf('UnmatchedState', now).slice(0, 6)}</span>
      },
    },
  ]
  const choose = (change: Partial<typeof asked>) => {
    setSettled(new Map())
    setWords('')
    ask({ id: '', row: 0, ...change })
  }
  return (
    <>
      <PageHead title="身份认定" extra={may ? <Link to="/intake/merge">合并主体</Link> : undefined} />
      <form className="filters" onSubmit={(event) => event.preventDefault()} aria-label="筛选">
        <UnmatchedFilters of={asked} feeds={feeds} onChange={choose} />
        <ExportButtons list="unmatched" title="身份认定" variables={chosen} />
      </form>
      <p role="status" className="good said">
        {words}
      </p>
      {may && state === 'OPEN' && (
        <BulkIdentity
          feed={feed}
          onDone={(subjects) => {
            const next = new Map(settled)
            for (const like of subjects)
              for (const { id } of rows.rows.filter((row) => saidBy(row) === saidBy(like))) next.set(id, 'MATCHED')
            setSettled(next)
            setWords(`已按建议归入 ${subjects.length} 个主体。`)
          }}
        />
      )}
      {last && (
        <UndoDecisionButton
          key={last.decision}
          decision={last.decision}
          input={undoInput}
          onUndone={() => {
            mark(last.unmatched, 'OPEN')
            setWords(`${last.unmatched.subject.name ?? '来件'}的认定已撤销，回到待认定。`)
            pick(last.unmatched.id)
            setLast(null)
          }}
        />
      )}
      <div className="beside">
        <VirtualTable
          label="待认定的信用信息"
          columns={columns}
          rows={rows}
          rowKey={({ id }) => id}
          empty="没有符合条件的信用信息。"
          position={asked.row}
          onPosition={(row) => ask({ row })}
          minWidth={430}
          isMarked={({ id }) => id === picked}
        />
        <section className="panel picked" aria-label="所选来件">
          {picked === '' ? (
            <EmptyNotice>{rows.isLoading ? '正在载入…' : '没有选中的来件。'}</EmptyNotice>
          ) : (
            <UnmatchedSubjectPanel
              id={picked}
              feedTitle={titleOf(rows.rows[at]?.feed ?? feed)}
              onDecided={onDecided}
              onUndone={(id) => {
                setSettled((before) => new Map(before).set(id, 'OPEN'))
                setWords('认定已撤销，回到待认定。')
              }}
              onMove={move}
            />
          )}
        </section>
      </div>
    </>
  )
}
