import { Alert, Button, Input, Select } from 'antd'
import { useMemo } from 'react'
import { useAddressState } from '../../../pieces/address.js'
import { useConnection } from '../../../pieces/connection.js'
import { exactInstantText } from '../../../pieces/dates.js'
import { TextFilter } from '../../../pieces/lists/filters.js'
import { formatNumber } from '../../../pieces/numbers.js'
import { PageHead } from '../../../pieces/page.js'
import { type TableColumn, VirtualTable } from '../../../pieces/virtual-table.js'
import { labelOf, optionsOf } from '../../../pieces/words.js'
import { AuditLogDocument, type AuditLogQuery } from './audit-log.generated.js'
import { AuditRowDrawer } from './row.js'
import { FAULT_WORDS, VerificationPanel } from './verification.js'

type AuditLogRow = AuditLogQuery['auditLog']['nodes'][number]

/** `text` is local time in Asia/Shanghai. */
const instantOf = (text: string): string => `${text.length === 16 ? `${text}:00` : text}+08:00`

export default function AuditLogPage() {
  const [asked, ask] = useAddressState({
    client: '',
    role: '',
    kind: '',
    operator: '',
    request: '',
    from: '',
    until: '',
    row: 0,
    open: 0,
  })
  const { client, role, kind, operator, request, from, until } = asked
  const filter = useMemo(
    () => ({
      ...(client && { client }),
      ...(role && { role }),
      ...(kind && { kind }),
      ...(operator && { operator }),
      ...(request && { request }),
      ...(from && { from: instantOf(from) }),
      ...(until && { until: instantOf(until) }),
    }),
    [client, role, kind, operator, request, from, until],
  )
  const rows = useConnection(AuditLogDocument, { filter } as never, (data) => (data as AuditLogQuery).auditLog)
  const open = (number: number) => ask({ open: number })
  const columns: readonly TableColumn<AuditLogRow>[] = [
    {
      key: 'number',
      title: '行',
      width: 90,
      render: ({ number }) => (
        <Button
          type="link"
          size="small"
          className="source"
          onClick={() => open(number)}
          aria-label={`查看第 ${formatNumber(number)} 行`}
        >
          {formatNumber(number)}
        </Button>
      ),
    },
    { key: 'at', title: '时刻', width: 180, render: ({ at }) => exactInstantText(at) },
    { key: 'kind', title: '种类', width: 130, render: ({ kind }) => kindWords(kind) },
    {
      key: 'client',
      title: '谁',
      render: ({ client, erased }) => (erased ? <span className="soft">内容已抹去</span> : (client ?? '—')),
    },
    { key: 'role', title: '角色', width: 100, render: ({ role }) => labelOf('Role', role) },
    { key: 'purpose', title: '用途', width: 120, render: ({ purpose }) => purpose ?? '—' },
    {
      key: 'outcome',
      title: '结果',
      width: 140,
      render: ({ outcome, lost }) => {
        if (lost) return <span className="bad">内容缺失</span>
        return outcome === 'DONE' ? '已答复' : outcome === null ? '—' : <span className="warn">{outcome}</span>
      },
    },
    {
      key: 'shown',
      title: '展示主体',
      width: 100,
      align: 'right',
      render: ({ shownCount }) => formatNumber(shownCount),
    },
  ]
  return (
    <>
      <PageHead title="查询痕迹" extra={<Button onClick={rows.refresh}>刷新</Button>}>
        <p className="soft">
          对已登录者的每次答复、每次办理各留一行，先写下、后答复，逐行以校验值相连。查看痕迹本身也留痕迹。
        </p>
      </PageHead>
      <div className="stack">
        <VerificationPanel onRow={open} />
        <section aria-label="痕迹">
          <form className="filters" onSubmit={(event) => event.preventDefault()} aria-label="筛选">
            <TextFilter
              label="系统或人员"
              value={client}
              onChange={(client) => ask({ client, row: 0 })}
              width="11rem"
            />
            <Select
              aria-label="角色"
              value={role}
              onChange={(role) => ask({ role, row: 0 })}
              options={[
                { value: '', label: '全部角色' },
                ...optionsOf('Role').filter(({ value }) => value !== 'public'),
              ]}
              style={{ width: '9rem' }}
            />
            <Select
              aria-label="种类"
              value={kind}
              onChange={(kind) => ask({ kind, row: 0 })}
              options={[
                { value: '', label: '全部种类' },
                ...optionsOf('AuditLogKind').map(({ value }) => ({ value, label: kindWords(value) })),
              ]}
              style={{ width: '10rem' }}
            />
            <TextFilter
              label="主体代码"
              value={operator}
              onChange={(operator) => ask({ operator, row: 0 })}
              width="13rem"
            />
            <TextFilter
              label="请求编号"
              value={request}
              onChange={(request) => ask({ request, row: 0 })}
              width="13rem"
            />
            <span className="choice">
              自{' '}
              <Input
                type="datetime-local"
                aria-label="自何时"
                value={from}
                onChange={({ target }) => ask({ from: target.value, row: 0 })}
                style={{ width: '13rem' }}
              />
            </span>
            <span className="choice">
              至{' '}
              <Input
                type="datetime-local"
                aria-label="至何时"
                value={until}
                onChange={({ target }) => ask({ until: target.value, row: 0 })}
                style={{ width: '13rem' }}
              />
            </span>
          </form>
          <LostRows numbers={rows.rows.flatMap(({ number, lost }) => (lost ? [number] : []))} />
          <VirtualTable
            label="查询痕迹"
            columns={columns}
            rows={rows}
            rowKey={({ number }) => String(number)}
            empty="没有符合条件的痕迹。"
            position={asked.row}
            onPosition={(row) => ask({ row })}
            minWidth={1_000}
            isMarked={({ number }) => number === asked.open}
          />
        </section>
      </div>
      <AuditRowDrawer number={asked.open} onClose={() => ask({ open: 0 })} />
    </>
  )
}

const LostRows = ({ numbers }: { numbers: readonly number[] }) => {
  if (numbers.length === 0) return null
  const ranges = formatRanges(numbers)
  return <Alert type="error" showIcon title={`第 ${ranges} 行的内容缺失`} description={FAULT_WORDS.FILE_LOST} />
}

const formatRanges = (numbers: readonly number[]): string => {
  const ranges: { first: number; last: number }[] = []
  for (const number of numbers) {
    const range = ranges.at(-1)
    if (range?.first === number + 1) range.first = number
    else ranges.push({ first: number, last: number })
  }
  return ranges
    .map(({ first, last }) => (first === last ? formatNumber(last) : `${formatNumber(first)}–${formatNumber(last)}`))
    .join('、')
}

const kindWords = (kind: string): string => labelOf('AuditLogKind', kind).split(/[，,。]/)[0] ?? kind
