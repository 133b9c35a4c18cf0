import { Select } from 'antd'
import { labelOf } from '../../pieces/words.js'

export interface ReminderChoice {
  kinds: readonly string[]
  digestHour: number | null
  quietFrom: number | null
  quietTo: number | null
}

const HOURS = Array.from({ length: 24 }, (_, hour) => hour)
const hoursAs = (label: (hour: number) => string) => HOURS.map((hour) => ({ value: hour, label: label(hour) }))
const NONE = -1

export const timingWords = ({ digestHour, quietFrom, quietTo }: Omit<ReminderChoice, 'kinds'>): string =>
  `${digestHour === null ? '即时' : `每日 ${digestHour} 时汇总`}${quietFrom === null ? '' : `，${quietFrom} 时至 ${quietTo} 时免打扰`}`

interface ChoiceProps {
  value: ReminderChoice
  onChange: (choice: ReminderChoice) => void
}

export const ChoiceFields = ({ value, offered, onChange }: ChoiceProps & { offered: readonly string[] }) => (
  <>
    <fieldset className="choices">
      <legend>提醒内容</legend>
      {offered.map((kind) => (
        <label key={kind} className="choice">
          <input
            type="checkbox"
            checked={value.kinds.includes(kind)}
            onChange={({ target }) => {
              const others = value.kinds.filter((each) => each !== kind)
              onChange({ ...value, kinds: target.checked ? [...others, kind] : others })
            }}
          />{' '}
          {labelOf('NotificationKind', kind)}
        </label>
      ))}
    </fieldset>
    <TimingFields value={value} onChange={onChange} />
  </>
)

const QUIET_HOURS = 9

const TimingFields = ({ value, onChange }: ChoiceProps) => {
  const setQuiet = (from: number) => {
    const quietTo = value.quietTo ?? (from + QUIET_HOURS) % HOURS.length
    onChange({ ...value, ...(from === NONE ? { quietFrom: null, quietTo: null } : { quietFrom: from, quietTo }) })
  }
  return (
    <p className="filters">
      <Select
        aria-label="发送时间"
        value={value.digestHour ?? NONE}
        onChange={(hour) => onChange({ ...value, digestHour: hour === NONE ? null : hour })}
        options={[{ value: NONE, label: '即时发送' }, ...hoursAs((hour) => `每日 ${hour} 时汇总`)]}
        style={{ width: '11rem' }}
      />
      <Select
        aria-label="免打扰自"
        value={value.quietFrom ?? NONE}
        onChange={setQuiet}
        options={[{ value: NONE, label: '不设免打扰' }, ...hoursAs((hour) => `免打扰自 ${hour} 时`)]}
        style={{ width: '11rem' }}
      />
      {value.quietFrom !== null && (
        <Select
          aria-label="免打扰至"
          value={value.quietTo ?? NONE}
          onChange={(to) => onChange({ ...value, quietTo: to })}
          options={hoursAs((hour) => `至 ${hour} 时`)}
          style={{ width: '8rem' }}
        />
      )}
    </p>
  )
}
