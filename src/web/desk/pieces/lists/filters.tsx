import { Input, Select } from 'antd'
import { useEffect, useState } from 'react'
import { placeWords, REGION_OPTIONS } from '../places.js'

const CITY_DIGITS = 4
/** Debounce. */
const PAUSE_MS = 300

interface TextFilterProps {
  label: string
  placeholder?: string
  value: string
  onChange: (value: string) => void
  width?: string
}

export const TextFilter = ({ label, placeholder = label, value, onChange, width = '16rem' }: TextFilterProps) => {
  const [text, setText] = useState(value)
  useEffect(() => {
    if (text.trim() === value) return
    const timer = setTimeout(() => onChange(text.trim()), PAUSE_MS)
    return () => clearTimeout(timer)
  }, [text, value, onChange])
  return (
    <Input
      aria-label={label}
      placeholder={placeholder}
      value={text}
      onChange={({ target }) => setText(target.value)}
      maxLength={100}
      style={{ width }}
      allowClear
    />
  )
}

interface ChoiceFilterProps {
  label: string
  all: string
  value: string
  onChange: (value: string) => void
  options: readonly { value: string; label: string }[]
  width?: string
}

export const ChoiceFilter = ({ label, all, value, onChange, options, width = '12rem' }: ChoiceFilterProps) => (
  <Select
    aria-label={label}
    value={value}
    onChange={onChange}
    options={[{ value: '', label: all }, ...options]}
    style={{ width }}
  />
)

const GRADES = ['A', 'B', 'C', 'D'].map((grade) => ({ value: grade, label: grade }))

export const GradeFilter = (chosen: { value: string; onChange: (grade: string) => void }) => (
  <ChoiceFilter label="等级" all="全部等级" options={GRADES} width="8rem" {...chosen} />
)

interface PlatformFilterProps {
  names: ReadonlyMap<string, string>
  value: string
  onChange: (platform: string) => void
}

export const PlatformFilter = ({ names, ...chosen }: PlatformFilterProps) => (
  <ChoiceFilter
    label="平台"
    all="全部平台"
    options={[...names].map(([value, label]) => ({ value, label }))}
    width="15rem"
    {...chosen}
  />
)

interface RegionFilterProps {
  value: string
  onChange: (region: string) => void
}

const REGIONS = [
  { value: '', label: '全部地区' },
  ...REGION_OPTIONS.map(({ value }) => ({ value: value.slice(0, CITY_DIGITS), label: placeWords(value) })),
]

/** Chosen by name; the value is the leading digits of division codes. */
export const RegionFilter = ({ value, onChange }: RegionFilterProps) => (
  <Select
    aria-label="地区"
    value={value}
    onChange={onChange}
    options={REGIONS}
    showSearch={{ optionFilterProp: 'label' }}
    style={{ width: '11rem' }}
  />
)

const ORDERS = [
  { value: 'OLDEST', label: '由先到后' },
  { value: 'NEWEST', label: '由新到旧' },
]

export const OrderFilter = ({ value, onChange }: { value: string; onChange: (order: string) => void }) => (
  <Select aria-label="次序" value={value} onChange={onChange} options={ORDERS} style={{ width: '8rem' }} />
)
