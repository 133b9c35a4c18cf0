import { useQuery } from '@apollo/client/react'
import { Button, Checkbox, Input, Radio, Select } from 'antd'
import { useMemo } from 'react'
import { Link } from 'react-router'
import { useAddressState } from '../../pieces/address.js'
import { type LoadedConnection, useConnection } from '../../pieces/connection.js'
import { agoText, daysUntilText, dayText, instantText } from '../../pieces/dates.js'
import { LoadingNotice } from '../../pieces/empty.js'
import { ExportButtons } from '../../pieces/lists/export.js'
import { PageHead } from '../../pieces/page.js'
import { chineseHalfOf, RefusalNotice } from '../../pieces/refusal.js'
import { type TableColumn, VirtualTable } from '../../pieces/virtual-table.js'
import { labelOf, optionsOf } from '../../pieces/words.js'
import {
  DeliveriesDocument,
  type DeliveriesQuery,
  DueDeliveriesDocument,
  type DueDeliveriesQuery,
  PlatformsDocument,
  type PlatformsQuery,
} from './deliveries.generated.js'
import { PlatformPanels } from './platforms.js'
import { RestoredNotice } from './restored-notice.js'
import { DELIVERY_STATE_WORDS, deliveryPath, subjectWords } from './words.js'

type DeliveryRow = DeliveriesQuery['deliveries']['nodes'][number]
type DueDeliveryRow = DueDeliveriesQuery['dueDeliveries']['nodes'][number]

const VIEWS = [
  { value: '', label: '全部' },
  ...(['REFUSED', 'OWED', 'CONFIRMED', 'CLOSED', 'FOLDED'] as const).map((value) => ({
    value: value as string,
    label: DELIVERY_STATE_WORDS[value].word,
  })),
]

export default function DeliveriesPage() {
  const [asked, ask] = useAddressState({
    state: '',
    late: false as boolean,
    platform: '',
    kind: '',
    code: '',
    subject: '',
    row: 0,
  })
  const { data, loading, error, refetch } = useQuery(PlatformsDocument)
  const seen = data as PlatformsQuery | undefined
  const names = useMemo(() => new Map(seen?.platforms.map(({ id, name }) => [id, name.zh])), [seen])
  const platform = seen?.platforms.find(({ id }) => id === asked.platform)
  return (
    <>
      <PageHead
        title="推送"
        extra={
          <Button loading={loading} onClick={() => void refetch()}>
            刷新
          </Button>
        }
      />
      {error && <RefusalNotice of={error} onAgain={() => void refetch()} />}
      {!seen && loading && <LoadingNotice of="各平台情况" />}
      {seen?.databaseRestored && (
        <RestoredNotice of={seen.databaseRestored} names={names} onDone={() => void refetch()} />
      )}
      {seen && (
        <PlatformPanels
          of={seen.platforms}
          only={platform ?? null}
          onOnly={(id) => ask({ platform: id, code: '', row: 0 }, { push: true })}
          onDone={() => void refetch()}
        />
      )}
      <h2 id="list">{asked.late ? '逾期未确认的推送' : '推送记录'}</h2>
      <form className="filters" onSubmit={(event) => event.preventDefault()} aria-label="筛选">
        <Radio.Group
          aria-label="状态"
          optionType="button"
          options={VIEWS}
          value={asked.late ? null : asked.state}
          onChange={({ target }) => ask({ state: target.value as string, late: false, row: 0 })}
        />
        <Checkbox
          checked={asked.late}
          onChange={({ target }) => ask({ late: target.checked, state: '', code: '', kind: '', row: 0 })}
        >
          只看逾期未确认
        </Checkbox>
        <Select
          aria-label="平台"
          value={asked.platform}
          onChange={(platform) => ask({ platform, row: 0 })}
          options={[{ value: '', label: '全部平台' }, ...[...names].map(([value, label]) => ({ value, label }))]}
          style={{ width: '15rem' }}
        />
        {!asked.late && (
          <>
            <Select
              aria-label="对象种类"
              value={asked.kind}
              onChange={(kind) => ask({ kind, row: 0 })}
              options={[{ value: '', label: '全部对象' }, ...optionsOf('SubjectKind')]}
              style={{ width: '8rem' }}
            />
            <Input
              key={asked.code}
              aria-label="回执代码"
              placeholder="回执代码，回车"
              defaultValue={asked.code}
              maxLength={64}
              onPressEnter={(event) => ask({ code: event.currentTarget.value.trim(), row: 0 })}
              onBlur={({ target }) => {
                if (target.value.trim() !== asked.code) ask({ code: target.value.trim(), row: 0 })
              }}
              allowClear
              style={{ width: '9rem' }}
            />
            {asked.subject && <Button onClick={() => ask({ subject: '', row: 0 })}>只看一个对象的，点此看全部</Button>}
          </>
        )}
      </form>
      {asked.late ? (
        <Late platform={asked.platform} row={asked.row} onRow={(row) => ask({ row })} />
      ) : (
        <All asked={asked} names={names} onRow={(row) => ask({ row })} />
      )}
    </>
  )
}

interface DeliveryFilters {
  state: string
  platform: string
  kind: string
  code: string
  subject: string
  row: number
}

const All = ({
  asked: { state, platform, kind, code, subject, row },
  names,
  onRow,
}: {
  asked: DeliveryFilters
  names: ReadonlyMap<string, string>
  onRow: (row: number) => void
}) => {
  const filter = useMemo(
    () => ({
      ...(state && { state }),
      ...(platform && { platform }),
      ...(kind && { kind }),
      ...(code && { code }),
      ...(subject && { subject }),
    }),
    [state, platform, kind, code, subject],
  )
  const rows = useConnection(
    DeliveriesDocument,
    { filter } as never,
    (data) => (data as DeliveriesQuery).deliveries,
  ) as LoadedConnection<DeliveryRow>
  const columns = useMemo<TableColumn<DeliveryRow>[]>(
    () => [
      {
        key: 'subject',
        title: '对象',
        render: (one) => <Link to={deliveryPath(one.id)}>{subjectWords(one)}</Link>,
      },
      { key: 'kind', title: '种类', width: 100, render: ({ kind }) => labelOf('SubjectKind', kind) },
      { key: 'action', title: '内容', width: 70, render: ({ action }) => labelOf('DeliveryAction', action) },
      { key: 'platform', title: '平台', width: 200, render: ({ platform }) => names.get(platform) ?? platform },
      {
        key: 'state',
        title: '状态',
        width: 90,
        render: ({ state }) => (
          <span className={DELIVERY_STATE_WORDS[state].tone}>{DELIVERY_STATE_WORDS[state].word}</span>
        ),
      },
      {
        key: 'why',
        title: '代码与办法',
        width: 300,
        render: ({ advice, lastError }) =>
          advice ? (
            <span title={advice.zh}>
              <code className="code">{advice.code}</code> {advice.zh}
            </span>
          ) : (
            <span className="soft" title={chineseHalfOf(lastError ?? '')}>
              {chineseHalfOf(lastError ?? '—')}
            </span>
          ),
      },
      { key: 'attempts', title: '尝试', width: 60, align: 'right', render: ({ attempts }) => attempts },
      {
        key: 'owed',
        title: '应报',
        width: 110,
        render: ({ owedAt }) => <span title={instantText(owedAt)}>{agoText(owedAt)}</span>,
      },
    ],
    [names],
  )
  return (
    <>
      <ExportButtons list="deliveries" title="推送" variables={{ filter }} />
      <VirtualTable
        label="推送记录"
        columns={columns}
        rows={rows}
        rowKey={({ id }) => id}
        empty="没有符合条件的推送。"
        position={row}
        onPosition={onRow}
        minWidth={1120}
      />
    </>
  )
}

const LATE: readonly TableColumn<DueDeliveryRow>[] = [
  {
    key: 'due',
    title: '最后一天',
    width: 210,
    render: ({ dueOn, late, provisional }) => (
      <>
        {dayText(dueOn)} <span className={late ? 'bad' : 'soft'}>{daysUntilText(dueOn)}</span>
        {provisional && <span className="soft">（可能变动）</span>}
      </>
    ),
  },
  {
    key: 'duty',
    title: '事项',
    render: ({ duty, delivery }) => <Link to={deliveryPath(delivery)}>{labelOf('TimelinessDuty', duty)}</Link>,
  },
  { key: 'platform', title: '平台', width: 200, render: ({ platformName }) => platformName.zh },
  { key: 'authority', title: '作出机关', width: 200, render: ({ authority }) => authority },
  {
    key: 'state',
    title: '状态',
    width: 90,
    render: ({ state }) => <span className={DELIVERY_STATE_WORDS[state].tone}>{DELIVERY_STATE_WORDS[state].word}</span>,
  },
  { key: 'attempts', title: '尝试', width: 60, align: 'right', render: ({ attempts }) => attempts },
  {
    key: 'error',
    title: '最近失败',
    width: 220,
    render: ({ lastError }) => <span title={chineseHalfOf(lastError ?? '')}>{chineseHalfOf(lastError ?? '—')}</span>,
  },
]

const Late = ({ platform, row, onRow }: { platform: string; row: number; onRow: (row: number) => void }) => {
  const asked = { lateOnly: true, ...(platform && { platform }) }
  const rows = useConnection(
    DueDeliveriesDocument,
    asked as never,
    (data) => (data as DueDeliveriesQuery).dueDeliveries,
  ) as LoadedConnection<DueDeliveryRow>
  return (
    <VirtualTable
      label="逾期未确认的推送"
      columns={LATE}
      rows={rows}
      rowKey={({ key, platform, duty }) => `${key} ${platform} ${duty}`}
      empty="没有逾期未确认的推送。"
      position={row}
      onPosition={onRow}
      minWidth={1120}
    />
  )
}
