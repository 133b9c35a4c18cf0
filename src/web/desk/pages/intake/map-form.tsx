import { Button, Input, Select } from 'antd'
import { useId, useState } from 'react'
import { EmptyNotice } from '../../pieces/empty.js'
import { RefusalNotice } from '../../pieces/refusal.js'
import type { FeedMapLineInput } from './maps.generated.js'

const LEFT_OUT_FIELD = ''

export interface HeadingLine {
  key: number
  heading: string
  field: string
}

export interface ConstantField {
  key: number
  field: string
  value: string
}

const CHINESE = /\p{Script=Han}/u

const bestForm = (forms: readonly (readonly string[])[], headings: readonly string[]): number => {
  const scores = forms.map((fields) => {
    const known = headings.filter((heading) => fields.includes(heading)).length
    const chinese = fields.filter((field) => CHINESE.test(field)).length / Math.max(fields.length, 1)
    return known + chinese / 2
  })
  return Math.max(0, scores.indexOf(Math.max(...scores)))
}

const formSummary = (fields: readonly string[]): string =>
  `${fields.slice(0, 3).join('、')}${fields.length > 3 ? ` 等 ${fields.length} 项` : ''}`

const headingLinesOf = (headings: readonly string[], fields: readonly string[]): HeadingLine[] =>
  [...new Set(headings)].map((heading, key) => ({
    key,
    heading,
    field: fields.includes(heading) ? heading : LEFT_OUT_FIELD,
  }))

const feedMapInputOf = (lines: readonly HeadingLine[], constants: readonly ConstantField[]): FeedMapLineInput[] => [
  ...lines.map(({ heading, field }) => ({ heading, field: field === LEFT_OUT_FIELD ? null : field })),
  ...constants.filter(({ field, value }) => field !== '' && value !== '').map(({ field, value }) => ({ field, value })),
]

const [HEADING_MOST, VALUE_MOST] = [100, 500]

export interface MapFormProps {
  forms: readonly (readonly string[])[]
  headings: readonly string[]
  from: string
  onSave: (lines: FeedMapLineInput[]) => Promise<unknown>
}

export const MapForm = ({ forms, headings, from, onSave }: MapFormProps) => {
  const [form, setForm] = useState(() => bestForm(forms, headings))
  const fields = forms[form] ?? []
  const [lines, setLines] = useState<HeadingLine[]>(() => headingLinesOf(headings, fields))
  const [constants, setConstants] = useState<ConstantField[]>([])
  const [added, setAdded] = useState('')
  const [next, setNext] = useState(headings.length)
  const [isBusy, setBusy] = useState(false)
  const [refused, setRefused] = useState<unknown>(null)
  const [formId, addId] = [useId(), useId()]

  const used = [...lines, ...constants].map(({ field }) => field)
  const choices = (own: string) =>
    fields.map((field) => ({ value: field, label: field, disabled: field !== own && used.includes(field) }))
  const choose = (key: number, field: string) =>
    setLines((before) => before.map((line) => (line.key === key ? { ...line, field } : line)))
  const changeConstant = (key: number, change: Partial<ConstantField>) =>
    setConstants((before) => before.map((one) => (one.key === key ? { ...one, ...change } : one)))
  const changeForm = (chosen: number) => {
    const known = forms[chosen] ?? []
    setForm(chosen)
    setLines((before) =>
      before.map((line) => ({ ...line, field: known.includes(line.field) ? line.field : LEFT_OUT_FIELD })),
    )
    setConstants((before) => before.filter(({ field }) => known.includes(field)))
  }
  const addHeading = () => {
    const heading = added.trim()
    if (heading === '' || lines.some((line) => line.heading === heading)) return
    setLines((before) => [
      ...before,
      { key: next, heading, field: fields.includes(heading) ? heading : LEFT_OUT_FIELD },
    ])
    setNext(next + 1)
    setAdded('')
  }
  const save = async () => {
    setBusy(true)
    setRefused(null)
    try {
      await onSave(feedMapInputOf(lines, constants))
    } catch (thrown) {
      setRefused(thrown)
    } finally {
      setBusy(false)
    }
  }
  return (
    <section className="panel" aria-label="新的映射">
      <h2>新的映射</h2>
      {forms.length > 1 && (
        <div className="item-field">
          <label htmlFor={formId}>字段所属的格式</label>
          <Select
            id={formId}
            value={form}
            onChange={changeForm}
            options={forms.map((names, value) => ({ value, label: formSummary(names) }))}
          />
        </div>
      )}
      <h3>表头和字段</h3>
      {lines.length === 0 ? (
        <EmptyNotice>还没有表头，请在下面逐个添加。</EmptyNotice>
      ) : (
        <p className="soft">{headings.length > 0 && from}</p>
      )}
      {lines.map(({ key, heading, field }) => (
        <div key={key} className="item-field">
          <label htmlFor={`${formId}${key}`}>{heading}</label>
          <div className="map-choice">
            <Select
              id={`${formId}${key}`}
              value={field}
              showSearch={{ optionFilterProp: 'label' }}
              onChange={(field) => choose(key, field)}
              options={[{ value: LEFT_OUT_FIELD, label: '（不采用）' }, ...choices(field)]}
            />
            <Button
              aria-label={`删去：${heading}`}
              onClick={() => setLines((before) => before.filter((line) => line.key !== key))}
            >
              删去
            </Button>
          </div>
        </div>
      ))}
      <div className="item-field">
        <label htmlFor={addId}>文件中的另一个表头</label>
        <div className="map-choice">
          <Input
            id={addId}
            value={added}
            maxLength={HEADING_MOST}
            onChange={(event) => setAdded(event.target.value)}
            onPressEnter={addHeading}
          />
          <Button onClick={addHeading} disabled={added.trim() === ''}>
            添加表头
          </Button>
        </div>
      </div>
      <h3>文件中没有、每行都相同的</h3>
      {constants.map(({ key, field, value }) => (
        <div key={key} className="map-choice map-constant">
          <Select
            aria-label="固定值的字段"
            value={field || undefined}
            placeholder="选择字段"
            showSearch={{ optionFilterProp: 'label' }}
            onChange={(field) => changeConstant(key, { field })}
            options={choices(field)}
          />
          <Input
            aria-label={field === '' ? '固定值' : `${field}的固定值`}
            value={value}
            maxLength={VALUE_MOST}
            onChange={(event) => changeConstant(key, { value: event.target.value })}
          />
          <Button onClick={() => setConstants((before) => before.filter((one) => one.key !== key))}>删去</Button>
        </div>
      ))}
      <Button
        onClick={() => {
          setConstants((before) => [...before, { key: next, field: '', value: '' }])
          setNext(next + 1)
        }}
      >
        添加固定值
      </Button>
      <div className="acts">
        <Button
          type="primary"
          loading={isBusy}
          disabled={lines.every(({ field }) => field === LEFT_OUT_FIELD)}
          onClick={() => void save()}
        >
          保存映射
        </Button>
      </div>
      {refused !== null && <RefusalNotice of={refused} />}
    </section>
  )
}
