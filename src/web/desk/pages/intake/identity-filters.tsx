import { Select } from 'antd'
import { ChoiceFilter, OrderFilter, RegionFilter, TextFilter } from '../../pieces/lists/filters.js'
import { optionsOf } from '../../pieces/words.js'
import type { ListOrder, RecordKind, UnmatchedState } from './identity.generated.js'

export const NOTHING_CHOSEN = { feed: '', state: 'OPEN', kind: '', region: '', name: '', order: 'OLDEST' }

type ChosenUnmatched = typeof NOTHING_CHOSEN

export const variablesOf = ({ feed, state, kind, region, name, order }: ChosenUnmatched) => ({
  feed: feed || null,
  state: state as UnmatchedState,
  filter: { kind: (kind || null) as RecordKind | null, region: region || null, name: name || null },
  order: order as ListOrder,
})

interface UnmatchedFiltersProps {
  of: ChosenUnmatched
  feeds: readonly { id: string; title: { zh: string } }[]
  onChange: (change: Partial<ChosenUnmatched>) => void
}

export const UnmatchedFilters = ({ of, feeds, onChange }: UnmatchedFiltersProps) => (
  <>
    <ChoiceFilter
      label="数据源"
      all="全部数据源"
      value={of.feed}
      onChange={(feed) => onChange({ feed })}
      options={feeds.map(({ id, title }) => ({ value: id, label: title.zh }))}
      width="14rem"
    />
    <Select
      aria-label="状态"
      value={of.state}
      onChange={(state) => onChange({ state })}
      options={optionsOf('UnmatchedState')}
      style={{ width: '16rem' }}
    />
    <TextFilter label="来件所称名称或代码" value={of.name} onChange={(name) => onChange({ name })} />
    <ChoiceFilter
      label="种类"
      all="全部种类"
      value={of.kind}
      onChange={(kind) => onChange({ kind })}
      options={optionsOf('RecordKind').filter(({ value }) => value !== 'MIRROR')}
    />
    <RegionFilter value={of.region} onChange={(region) => onChange({ region })} />
    <OrderFilter value={of.order} onChange={(order) => onChange({ order })} />
  </>
)
