import { useQuery } from '@apollo/client/react'
import { Checkbox, Select } from 'antd'
import { ChoiceFilter, OrderFilter, RegionFilter, TextFilter } from '../../pieces/lists/filters.js'
import { optionsOf } from '../../pieces/words.js'
import { useSession } from '../../session/session.js'
import { CaseFilterChoicesDocument } from './listings.generated.js'

export const NO_KEEPER = '-'

interface ChosenOfBoth {
  name: string
  region: string
  list: string
}

interface ChosenCases extends ChosenOfBoth {
  keeper: string
  penalty: string
  heavy: boolean
  sort: string
  late: boolean
}

interface ChosenDeadlines extends ChosenOfBoth {
  due: string
  order: string
}

interface ListFilterProps<T> {
  of: T
  onChange: (change: Partial<T>) => void
}

const FiltersOfBoth = ({ of, onChange }: ListFilterProps<ChosenOfBoth>) => {
  const kinds = useQuery(CaseFilterChoicesDocument).data?.listKinds ?? []
  return (
    <>
      <TextFilter label="名称或代码" value={of.name} onChange={(name) => onChange({ name })} />
      <RegionFilter value={of.region} onChange={(region) => onChange({ region })} />
      {kinds.length > 1 && (
        <ChoiceFilter
          label="名单"
          all="全部名单"
          value={of.list}
          onChange={(list) => onChange({ list })}
          options={kinds.map(({ id, name: { zh } }) => ({ value: id, label: zh }))}
          width="16rem"
        />
      )}
    </>
  )
}

export const CaseFilters = ({ of, onChange }: ListFilterProps<ChosenCases>) => (
  <>
    <FiltersOfBoth of={of} onChange={onChange} />
    <KeeperFilter value={of.keeper} onChange={(keeper) => onChange({ keeper })} />
    <TextFilter label="处罚文号" value={of.penalty} onChange={(penalty) => onChange({ penalty })} width="13rem" />
    <Select
      aria-label="次序"
      value={of.sort}
      onChange={(sort) => onChange({ sort })}
      options={optionsOf('CaseSort')}
      style={{ width: '12rem' }}
    />
    <Checkbox checked={of.heavy} onChange={({ target }) => onChange({ heavy: target.checked })}>
      较重行政处罚
    </Checkbox>
    <Checkbox checked={of.late} onChange={({ target }) => onChange({ late: target.checked })}>
      只看主管部门已逾期的
    </Checkbox>
  </>
)

export const DeadlineFilters = ({ of, onChange }: ListFilterProps<ChosenDeadlines>) => (
  <>
    <FiltersOfBoth of={of} onChange={onChange} />
    <ChoiceFilter
      label="期限"
      all="全部期限"
      value={of.due}
      onChange={(due) => onChange({ due })}
      options={optionsOf('DeadlineName')}
    />
    <OrderFilter value={of.order} onChange={(order) => onChange({ order })} />
  </>
)

const KeeperFilter = ({ value, onChange }: { value: string; onChange: (keeper: string) => void }) => {
  const { name: self } = useSession()
  const colleagues = useQuery(CaseFilterChoicesDocument).data?.colleagues ?? []
  const names = colleagues.map(({ name }) => name)
  // The address may name a person who has left.
  const others = [...new Set([...names, value])].filter((name) => name !== '' && name !== NO_KEEPER && name !== self)
  return (
    <ChoiceFilter
      label="经办人"
      all="全部经办人"
      value={value}
      onChange={onChange}
      options={[
        ...(names.includes(self) || value === self ? [{ value: self, label: '只看我的' }] : []),
        { value: NO_KEEPER, label: '没有经办人的' },
        ...others.map((name) => ({ value: name, label: name })),
      ]}
    />
  )
}
