import { useQuery } from '@apollo/client/react'
import { Button, Checkbox, Input, Radio } from 'antd'
import { useMemo } from 'react'
import { useAddressState } from '../../pieces/address.js'
import { LoadingNotice } from '../../pieces/empty.js'
import { ChoiceFilter, OrderFilter, PlatformFilter, RegionFilter, TextFilter } from '../../pieces/lists/filters.js'
import { PageHead } from '../../pieces/page.js'
import { RefusalNotice } from '../../pieces/refusal.js'
import { optionsOf } from '../../pieces/words.js'
import { PlatformsDocument } from './deliveries.generated.js'
import { AllDeliveries, type ChosenDeliveries, LateDeliveries } from './lists.js'
import { PlatformPanels } from './platforms.js'
import { RestoredNotice } from './restored-notice.js'
import { DELIVERY_STATE_WORDS } from './words.js'

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
    action: '',
    code: '',
    subject: '',
    name: '',
    region: '',
    order: 'NEWEST',
    row: 0,
  })
  const { data: seen, loading, error, refetch } = useQuery(PlatformsDocument)
  const names = useMemo(() => new Map(seen?.platforms.map(({ id, name }) => [id, name.zh])), [seen])
  const platform = seen?.platforms.find(({ id }) => id === asked.platform)
  const placed = { of: asked, row: asked.row, onRow: (row: number) => ask({ row }) }
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
      {seen?.databaseRestored && <RestoredNotice of={seen.databaseRestored} names={names} />}
      {seen && (
        <PlatformPanels
          of={seen.platforms}
          only={platform ?? null}
          onOnly={(id) => ask({ platform: id, code: '', row: 0 }, { push: true })}
          onDone={() => void refetch()}
        />
      )}
      <h2 id="list">{asked.late ? '逾期未确认的推送' : '推送记录'}</h2>
      <DeliveryFilters of={asked} names={names} onChange={(change) => ask({ ...change, row: 0 })} />
      {asked.late ? <LateDeliveries {...placed} /> : <AllDeliveries names={names} {...placed} />}
    </>
  )
}

interface DeliveryFiltersProps {
  of: ChosenDeliveries & { late: boolean }
  names: ReadonlyMap<string, string>
  onChange: (change: Partial<ChosenDeliveries & { late: boolean }>) => void
}

const DeliveryFilters = ({ of, names, onChange }: DeliveryFiltersProps) => (
  <form className="filters" onSubmit={(event) => event.preventDefault()} aria-label="筛选">
    <Radio.Group
      aria-label="状态"
      optionType="button"
      options={VIEWS}
      value={of.late ? null : of.state}
      onChange={({ target }) => onChange({ state: target.value as string, late: false })}
    />
    <Checkbox
      checked={of.late}
      onChange={({ target }) => onChange({ late: target.checked, state: '', code: '', kind: '', action: '' })}
    >
      只看逾期未确认
    </Checkbox>
    <PlatformFilter names={names} value={of.platform} onChange={(platform) => onChange({ platform })} />
    <TextFilter label="名称或代码" value={of.name} onChange={(name) => onChange({ name })} />
    <RegionFilter value={of.region} onChange={(region) => onChange({ region })} />
    {!of.late && (
      <>
        <ChoiceFilter
          label="对象种类"
          all="全部对象"
          value={of.kind}
          onChange={(kind) => onChange({ kind })}
          options={optionsOf('SubjectKind')}
          width="8rem"
        />
        <ChoiceFilter
          label="内容"
          all="全部内容"
          value={of.action}
          onChange={(action) => onChange({ action })}
          options={optionsOf('DeliveryAction')}
          width="8rem"
        />
        <CodeFilter key={of.code} value={of.code} onChange={(code) => onChange({ code })} />
        <OrderFilter value={of.order} onChange={(order) => onChange({ order })} />
        {of.subject && <Button onClick={() => onChange({ subject: '' })}>只看一个对象的，点此看全部</Button>}
      </>
    )}
  </form>
)

const CodeFilter = ({ value, onChange }: { value: string; onChange: (code: string) => void }) => (
  <Input
    aria-label="回执代码"
    placeholder="回执代码，回车"
    defaultValue={value}
    maxLength={64}
    onPressEnter={(event) => onChange(event.currentTarget.value.trim())}
    onBlur={({ target }) => {
      if (target.value.trim() !== value) onChange(target.value.trim())
    }}
    allowClear
    style={{ width: '9rem' }}
  />
)
