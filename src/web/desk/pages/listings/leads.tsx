/** Leads that nothing could carry come last, and can be dropped together. */
import { useApolloClient, useQuery } from '@apollo/client/react'
import { Checkbox, Select } from 'antd'
import { useState } from 'react'
import { Link } from 'react-router'
import { operatorCodeOf } from '../../pieces/code.js'
import { useConnection } from '../../pieces/connection.js'
import { today } from '../../pieces/dates.js'
import { BulkButton } from '../../pieces/lists/bulk-button.js'
import { formatNumber } from '../../pieces/numbers.js'
import { placeWords } from '../../pieces/places.js'
import { type TableColumn, VirtualTable } from '../../pieces/virtual-table.js'
import { labelOf, optionsOf } from '../../pieces/words.js'
import { useMay } from '../../session/session.js'
import { AbsencesDocument, HandOverCasesDocument } from '../worklist/worklist.generated.js'
import {
  type CaseFilter,
  type CaseSort,
  CasesDocument,
  type CasesQuery,
  DropLeadDocument,
  type LeadGround,
  type NotListedReason,
} from './listings.generated.js'

type LeadRow = CasesQuery['cases']['nodes'][number]

const TONES: Record<LeadGround, string> = {
  HEAVIER_PENALTY: 'good',
  MAY_BE_HEAVIER: 'warn',
  IF_NOT_PERFORMED: 'soft',
  NONE: 'bad',
}

const nameOf = ({ operator }: LeadRow): string => operator.name ?? operatorCodeOf(operator)

const PenaltyCell = ({ of }: { of: LeadRow['penalty'] }) => {
  if (of == null) return <span className="soft">—</span>
  const fine = of.fineYuan == null ? '' : `罚款 ${formatNumber(Number(of.fineYuan))} 元`
  return (
    <span title={of.violation ?? ''}>
      {of.documentNumber} <span className="soft">{[of.decidedOn, fine].filter(Boolean).join(' · ')}</span>
      {!of.linked && <span className="warn">（可关联）</span>}
    </span>
  )
}

const COLUMNS: readonly TableColumn<LeadRow>[] = [
  { key: 'name', title: '主体', render: (row) => <Link to={`/listings/${row.id}`}>{nameOf(row)}</Link> },
  { key: 'place', title: '地区', width: 104, render: ({ operator }) => placeWords(operator.region ?? null) },
  {
    key: 'ground',
    title: '可能的列入根据',
    width: 150,
    render: ({ leadGround }) =>
      leadGround && <span className={TONES[leadGround]}>{labelOf('LeadGround', leadGround)}</span>,
  },
  { key: 'penalty', title: '处罚决定', width: 270, render: ({ penalty }) => <PenaltyCell of={penalty} /> },
  { key: 'keeper', title: '经办人', width: 90, render: ({ keeper }) => keeper ?? <span className="soft">无</span> },
  { key: 'reason', title: '事由', render: ({ reason }) => <span title={reason}>{reason}</span> },
]

export interface LeadTableProps {
  filter: CaseFilter
  sort: CaseSort
  position: number
  onPosition: (row: number) => void
}

export const LeadTable = ({ filter, sort, ...placed }: LeadTableProps) => {
  const may = useMay('move_listing')
  const rows = useConnection(CasesDocument, { filter, sort }, (data) => data.cases)
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  const [dropped, setDropped] = useState<ReadonlySet<string>>(new Set())
  const choose = (ids: readonly string[], isChosen: boolean) => {
    const next = new Set(chosen)
    for (const id of ids) isChosen ? next.add(id) : next.delete(id)
    setChosen(next)
  }
  const pick: TableColumn<LeadRow> = {
    key: 'pick',
    title: '选',
    width: 44,
    render: (row) => (
      <Checkbox
        aria-label={`选中 ${nameOf(row)}`}
        checked={chosen.has(row.id)}
        disabled={dropped.has(row.id)}
        onChange={({ target }) => choose([row.id], target.checked)}
      />
    ),
  }
  const settled: TableColumn<LeadRow> = {
    key: 'done',
    title: '办理',
    width: 90,
    render: ({ id }) => (dropped.has(id) ? <span className="good">不予列入</span> : ''),
  }
  return (
    <>
      {may && (
        <LeadActs
          leads={rows.rows.filter(({ id }) => !dropped.has(id))}
          chosen={chosen}
          onChoose={choose}
          onDropped={(done) => {
            setDropped(new Set([...dropped, ...done]))
            choose([...done], false)
          }}
        />
      )}
      <VirtualTable
        label="线索"
        columns={may ? [pick, ...COLUMNS, ...(dropped.size > 0 ? [settled] : [])] : COLUMNS}
        rows={rows}
        rowKey={({ id }) => id}
        empty="没有符合条件的线索。"
        minWidth={1_000}
        isMarked={({ id }) => dropped.has(id)}
        {...placed}
      />
    </>
  )
}

interface LeadActsProps {
  leads: readonly LeadRow[]
  chosen: ReadonlySet<string>
  onChoose: (ids: readonly string[], isChosen: boolean) => void
  onDropped: (ids: ReadonlySet<string>) => void
}

const LeadActs = ({ leads, chosen, onChoose, onDropped }: LeadActsProps) => {
  const client = useApolloClient()
  const [why, setWhy] = useState<NotListedReason>('BELOW_THRESHOLD')
  const picked = leads.filter(({ id }) => chosen.has(id))
  const ids = leads.map(({ id }) => id)
  const groundless = leads.filter(({ leadGround }) => leadGround === 'NONE').map(({ id }) => id)
  return (
    <div className="bulk">
      <Checkbox
        checked={chosen.size > 0 && chosen.size === leads.length}
        indeterminate={chosen.size > 0 && chosen.size < leads.length}
        onChange={({ target }) => onChoose(ids, target.checked)}
      >
        选中已载入的 {leads.length} 项
      </Checkbox>
      {groundless.length > 0 && (
        <button type="button" className="pick" onClick={() => onChoose(groundless, true)}>
          选中没有可关联处罚的 {groundless.length} 项
        </button>
      )}
      <HandOverLeads leads={picked} onDone={(done) => onChoose([...done], false)} />
      <BulkButton
        action="不予列入"
        danger
        rows={picked}
        rowKey={({ id }) => id}
        describe={nameOf}
        follows={['所选线索就此办结，不再提示；已知的处罚不会再次产生线索。']}
        asks="事由"
        onDo={async ({ id }, reason) => {
          const input = { id, on: today(), reason, notListed: why }
          await client.mutate({ mutation: DropLeadDocument, variables: { input } })
          return '已不予列入'
        }}
        onClosed={onDropped}
      >
        <Select
          aria-label="不予列入的理由"
          value={why}
          onChange={setWhy}
          options={optionsOf('NotListedReason') as { value: NotListedReason; label: string }[]}
          style={{ width: '20rem' }}
        />
      </BulkButton>
    </div>
  )
}

const OFFICE = '-'

const HandOverLeads = ({
  leads,
  onDone,
}: {
  leads: readonly LeadRow[]
  onDone: (ids: ReadonlySet<string>) => void
}) => {
  const client = useApolloClient()
  const colleagues = useQuery(AbsencesDocument).data?.colleagues ?? []
  const [to, setTo] = useState<string | null>(null)
  return (
    <BulkButton
      action="移交"
      rows={leads}
      rowKey={({ id }) => id}
      describe={nameOf}
      follows={['所选线索由接手人经办；他人仍可办理。']}
      asks="说明"
      isReady={to !== null}
      onDo={async ({ id }, note) => {
        const variables = { ids: [id], note, ...(to !== OFFICE && to !== null && { to }) }
        const { data } = await client.mutate({ mutation: HandOverCasesDocument, variables })
        if (data?.handOverCases.listings.length === 0) throw { code: 'NOT_MOVED', detail: '此案不能由您移交。' }
        return to === OFFICE ? '已退回本单位' : `已移交 ${to}`
      }}
      onClosed={onDone}
    >
      <Select
        aria-label="接手人"
        placeholder="接手人"
        value={to}
        onChange={setTo}
        options={[
          { value: OFFICE, label: '退回本单位' },
          ...colleagues.map(({ name }) => ({ value: name, label: name })),
        ]}
        style={{ width: '16rem' }}
      />
    </BulkButton>
  )
}
