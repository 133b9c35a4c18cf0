import { useQuery } from '@apollo/client/react'
import { Alert, Button, Form, Input, Select } from 'antd'
import { useState } from 'react'
import { PROVINCE_DIVISION } from '../../../../domain/operators/places.js'
import { confirmWords } from '../../pieces/confirm.js'
import { today } from '../../pieces/dates.js'
import { DIVISION_OPTIONS } from '../../pieces/places.js'
import { recordBodyOf, recordLineOf } from '../../pieces/record-body.js'
import { RefusalNotice } from '../../pieces/refusal.js'
import { DecisionsDocument } from '../listing/listing.generated.js'
import {
  draftOfMove,
  type FilesKeeper,
  type FormField,
  type FormMove,
  faultOfRefusal,
  fieldsOfForm,
  isFilled,
  type MatterDraft,
  type MatterFormInput,
  readDraft,
} from './form-fields.js'
import { HoldersDocument, type MatterFormFragment, MattersDocument } from './matters.generated.js'

interface MatterFormProps {
  kind: MatterFormFragment
  move: FormMove
  /** False when the matter no longer offers the move; the form stays. */
  isOffered: boolean
  /** Content that chooses rules of clocks. */
  known?: MatterDraft
  /** Code of the operator, whose penalties may be linked. */
  code?: string | null
  /** Calls `keep` with the matter's id once its move names the files. */
  send: (input: MatterFormInput, keep: FilesKeeper) => Promise<unknown>
}

export const MatterForm = ({ kind, move, isOffered, known, code = null, send }: MatterFormProps) => {
  const [form] = Form.useForm<MatterDraft>()
  const [isBusy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const draft: MatterDraft = Form.useWatch([], form) ?? {}
  const fields = fieldsOfForm(kind, move, { ...known, ...draft })
  const missing = fields.filter(({ key, required }) => required && !isFilled(draft[key]))
  const files = fields.filter(({ as }) => as === 'FILES')
  const fault = faultOfRefusal(error, fields)
  const act = async () => {
    setBusy(true)
    setError(null)
    try {
      const { input, keep } = await readDraft(draft, fields)
      await send(input, keep)
    } catch (thrown) {
      setError(thrown)
    } finally {
      setBusy(false)
    }
  }
  const itemOf = (field: FormField) => (
    <FormItem
      key={field.key}
      kind={kind}
      code={code}
      field={field}
      fault={fault?.key === field.key ? fault.reason : null}
    />
  )
  return (
    <Form
      form={form}
      name={`${kind.id}-${move.code}`}
      layout="vertical"
      className="move-form"
      aria-label={move.name.zh}
      initialValues={{ on: today(), ...draftOfMove(kind, move, known) }}
      onFinish={() => missing.length === 0 && isOffered && void act()}
    >
      {fields.filter(({ as }) => as !== 'FILES').map(itemOf)}
      {files.length > 0 && (
        <details open={files.some(({ required }) => required)}>
          <summary>材料（PDF、PNG 或 JPEG，每份不超过 20 MB）</summary>
          {files.map(itemOf)}
        </details>
      )}
      {error !== null && !fault && <RefusalNotice of={error} />}
      {!isOffered && <GoneNotice title={move.name.zh} />}
      <Button type="primary" htmlType="submit" loading={isBusy} disabled={missing.length > 0 || !isOffered}>
        {confirmWords(move.name.zh)}
      </Button>
      {missing.length > 0 && <span className="soft"> 尚须填写：{missing.map(({ title }) => title).join('、')}</span>}
    </Form>
  )
}

const GoneNotice = ({ title }: { title: string }) => (
  <Alert type="warning" showIcon title={`此事项现在没有由您办理的“${title}”。填写的内容仍留在这里，需要的请先复制。`} />
)

interface FormItemProps {
  kind: MatterFormFragment
  code: string | null
  field: FormField
  fault: string | null
}

const FormItem = ({ kind, code, field: { key, title, required, ...field }, fault }: FormItemProps) => (
  <div className="labelled">
    <Form.Item name={key} label={`${title}${required ? '' : '（可不填）'}`}>
      <FieldInput kind={kind} code={code} isPast={key === 'on'} {...field} />
    </Form.Item>
    {fault !== null && (
      <span className="bad" role="alert">
        {fault}
      </span>
    )}
  </div>
)

/** `Form.Item` gives id, value and onChange. */
interface FieldInputProps extends Omit<FormField, 'key' | 'title' | 'required'> {
  kind: MatterFormFragment
  code: string | null
  isPast: boolean
  id?: string
  value?: string
  onChange?: (value: unknown) => void
}

const CHOICE = {
  placeholder: '请选择',
  showSearch: { optionFilterProp: 'label' },
  style: { width: '100%', maxWidth: '28rem' },
}

const FieldInput = ({ as, most, values = [], kind, code, isPast, ...given }: FieldInputProps) => {
  const typed = { ...given, ...(most !== undefined && { maxLength: most }) }
  switch (as) {
    case 'SEAT':
    case 'SEATS':
      return <SeatChoice kind={kind} isMany={as === 'SEATS'} {...given} />
    case 'LINK':
      return <LinkChoice kind={kind} code={code} {...given} />
    case 'CHOICE':
      return (
        <Select {...CHOICE} {...given} options={values.map(({ code, name }) => ({ value: code, label: name.zh }))} />
      )
    case 'TEXT':
      return <Input.TextArea {...typed} rows={3} />
    case 'DAY':
      return <Input {...typed} type="date" {...(isPast && { max: today() })} />
    case 'NUMBER':
      return <Input {...typed} type="number" min={1} />
    case 'FILES':
      return (
        <input
          id={given.id}
          type="file"
          multiple
          accept=".pdf,.png,.jpg,.jpeg"
          onChange={({ target }) => given.onChange?.([...(target.files ?? [])])}
        />
      )
    default:
      return <Input {...typed} />
  }
}

type MatterChoiceProps = Pick<FieldInputProps, 'kind' | 'id' | 'value' | 'onChange'>

const SEATS_COPIED_MOST = 5
const LINK_MOST = 1_000

const SeatChoice = ({ kind, isMany, ...given }: MatterChoiceProps & { isMany: boolean }) => {
  const [region, setRegion] = useState(PROVINCE_DIVISION)
  const [chosen, setChosen] = useState<readonly { value: string; label: string }[]>([])
  const { data, previousData } = useQuery(HoldersDocument, { variables: { region, kind: isMany ? null : kind.id } })
  const found = (data ?? previousData)?.organisations.map(({ seat, name }) => ({ value: seat, label: name.zh })) ?? []
  const others = found.filter(({ value }) => chosen.every((one) => one.value !== value))
  return (
    <div className="filters">
      {(isMany || kind.heldBy.includes('agency')) && (
        <Select
          aria-label="单位所在地区"
          value={region}
          options={DIVISION_OPTIONS}
          showSearch={{ optionFilterProp: 'label' }}
          style={{ width: '14rem' }}
          onChange={setRegion}
        />
      )}
      <Select
        {...CHOICE}
        {...given}
        {...(isMany && { mode: 'multiple', maxCount: SEATS_COPIED_MOST })}
        options={[...chosen, ...others]}
        onChange={(value, options) => {
          setChosen([options ?? []].flat())
          given.onChange?.(value)
        }}
      />
    </div>
  )
}

const LinkChoice = ({ kind, code, ...given }: MatterChoiceProps & { code: string | null }) => {
  const penalties = useQuery(DecisionsDocument, { variables: { code: code ?? '' }, skip: code === null })
  const matters = useQuery(MattersDocument, { variables: { queue: 'WAITING', kind: kind.id, first: 50 } })
  const options = [
    ...(penalties.data?.operator?.records.nodes ?? []).map(({ id, kind, body }) => ({
      value: id,
      label: recordLineOf(kind, recordBodyOf(body)),
    })),
    ...(matters.data?.matters.nodes ?? []).map((one) => ({ value: one.id, label: `${one.number} ${one.about ?? ''}` })),
  ]
  return options.length === 0 ? (
    <Input {...given} maxLength={LINK_MOST} />
  ) : (
    <Select {...CHOICE} {...given} options={options} />
  )
}
