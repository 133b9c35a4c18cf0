import { useQuery } from '@apollo/client/react'
import { Checkbox, Select } from 'antd'
import { RegionFilter, TextFilter } from '../../pieces/lists/filters.js'
import { optionsOf } from '../../pieces/words.js'
import { ListKindsDocument } from './listings.generated.js'

interface ChosenCases {
  name: string
  region: string
  list: string
  penalty: string
  heavy: boolean
  sort: string
  late: boolean
}

export interface CaseFiltersProps {
  of: ChosenCases
  onChange: (change: Partial<ChosenCases>) => void
}

export const CaseFilters = ({ of, onChange }: CaseFiltersProps) => {
  const kinds = useQuery(ListKindsDocument).data?.listKinds ?? []
  return (
    <>
      <TextFilter label="名称或代码" value={of.name} onChange={(name) => onChange({ name })} />
      <RegionFilter value={of.region} onChange={(region) => onChange({ region })} />
      {kinds.length > 1 && (
        <Select
          aria-label="名单"
          value={of.list}
          onChange={(list) => onChange({ list })}
          options={[
            { value: '', label: '全部名单' },
            ...kinds.map(({ id, name: { zh } }) => ({ value: id, label: zh })),
          ]}
          style={{ width: '16rem' }}
        />
      )}
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
}
