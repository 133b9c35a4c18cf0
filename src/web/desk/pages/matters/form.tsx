import { useQuery } from '@apollo/client/react'
import { Alert, Button, Input, Select } from 'antd'
import { type ReactNode, useId, useState } from 'react'
import { confirmWords } from '../../pieces/confirm.js'
import { today } from '../../pieces/dates.js'
import { DIVISION_OPTIONS, PROVINCE } from '../../pieces/places.js'
import { RefusalNotice } from '../../pieces/refusal.js'
import { sha256Of } from '../listing/file-hash.js'
import { sendBytes } from '../listing/paper-files.js'
import {
  draftOfMove,
  FILES,
  type FormField,
  type FormMove,
  faultOfRefusal,
  fieldsOfForm,
  inputOfDraft,
  type MatterDraft,
  OPENING,
  wordsAfter,
} from './form-fields.js'
import { HoldersDocument, type MatterFormFragment, type MoveMatterInput } from './matters.generated.js'

type FormInput = Omit<MoveMatterInput, 'id' | 'move'>

interface MatterFormProps {
  kind: MatterFormFragment
  move: FormMove
  /** False when the matter no longer offers the move; the form stays. */
  isOffered: boolean
  /** Content that chooses rules of clocks. */
  known?: MatterDraft
  /** Calls `keep` with the matter's id once its move names the files. */
  send: (input: FormInput, keep: (matter: string) => Promise<unknown>) => Promise<unknown>
}

type FilesByType = Readonly<Record<string, readonly File[]>>

const FaultNotice = ({ of, at }: { of: ReturnType<typeof faultOfRefusal>; at: string }) =>
  of?.key === at && (
    <span className="bad" role="alert">
      {of.reason}
    </span>
  )

export const MatterForm = ({ kind, move, isOffered, known, send }: MatterFormProps) => {
  const id = useId()
  const [draft, setDraft] = useState<MatterDraft>({ on: today(), ...draftOfMove(kind, move, known) })
  const [files, setFiles] = useState<FilesByType>({})
  const [isBusy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const fields = fieldsOfForm(kind, move, { ...known, ...draft })
  const fault = faultOfRefusal(error)
  const isBeside = fault !== null && [FILES, ...fields.map(({ key }) => key)].includes(fault.key)
  const missing = missingIn(kind, move, fields, { draft, files })
  const act = async () => {
    setBusy(true)
    setError(null)
    try {
      const named = await nameFiles(files)
      const attachments = named.map(({ file: _, ...one }) => one)
      await send({ ...inputOfDraft(draft, fields, move.code === OPENING), attachments }, (matter) =>
        Promise.all(
          named.map(({ sha256, file }) => sendBytes(`/v1/matters/${matter}/attachments/${sha256}`, 'PUT', file)),
        ),
      )
    } catch (thrown) {
      setError(thrown)
    } finally {
      setBusy(false)
    }
  }
  return (
    <form
      className="move-form"
      aria-label={move.name.zh}
      onSubmit={(event) => {
        event.preventDefault()
        if (missing.length === 0 && isOffered && !isBusy) void act()
      }}
    >
      {fields.map((field) => (
        <Labelled key={field.key} id={`${id}${field.key}`} title={field.title} isOptional={!field.required}>
          <FieldInput
            id={`${id}${field.key}`}
            kind={kind}
            field={field}
            value={draft[field.key] ?? ''}
            onChange={(value) => setDraft((before) => ({ ...before, [field.key]: value }))}
          />
          <FaultNotice of={fault} at={field.key} />
        </Labelled>
      ))}
      <FileInputs kind={kind} move={move} onChange={(change) => setFiles((before) => ({ ...before, ...change }))} />
      <FaultNotice of={fault} at={FILES} />
      {error !== null && !isBeside && <RefusalNotice of={error} />}
      {!isOffered && <GoneNotice title={move.name.zh} />}
      <Button type="primary" htmlType="submit" loading={isBusy} disabled={missing.length > 0 || !isOffered}>
        {confirmWords(move.name.zh)}
      </Button>
      {missing.length > 0 && <span className="soft"> 尚须填写：{missing.join('、')}</span>}
    </form>
  )
}

const GoneNotice = ({ title }: { title: string }) => (
  <Alert type="warning" showIcon title={`此事项现在没有由您办理的“${title}”。填写的内容仍留在这里，需要的请先复制。`} />
)

const missingIn = (
  kind: MatterFormFragment,
  move: FormMove,
  fields: readonly FormField[],
  { draft, files }: { draft: MatterDraft; files: FilesByType },
): string[] => [
  ...fields.flatMap(({ key, title, required }) => (required && !draft[key]?.trim() ? [title] : [])),
  ...kind.attachments.flatMap(({ code, name }) => (needsFile(move, code) && !files[code]?.length ? [name.zh] : [])),
]

const needsFile = (move: FormMove, type: string): boolean => wordsAfter(move.requires, 'attachment').includes(type)

interface FileInputsProps {
  kind: MatterFormFragment
  move: FormMove
  onChange: (change: FilesByType) => void
}

const FileInputs = ({ kind, move, onChange }: FileInputsProps) => {
  const id = useId()
  const needed = kind.attachments.filter(({ code }) => needsFile(move, code))
  const offered = needed.length > 0 ? needed : kind.attachments
  if (offered.length === 0) return null
  return (
    <details open={needed.length > 0}>
      <summary>材料（PDF、PNG 或 JPEG，每份不超过 20 MB）</summary>
      {offered.map(({ code, name }) => (
        <Labelled key={code} id={`${id}${code}`} title={name.zh} isOptional={!needsFile(move, code)}>
          <input
            id={`${id}${code}`}
            type="file"
            multiple
            accept=".pdf,.png,.jpg,.jpeg"
            onChange={({ target }) => onChange({ [code]: [...(target.files ?? [])] })}
          />
        </Labelled>
      ))}
    </details>
  )
}

const nameFile = async (type: string, file: File) => {
  const sha256 = await sha256Of(file)
  if (sha256 === null)
    throw { code: 'NO_HASH', detail: '此浏览器不能计算文件的指纹，请改用加密的网址（https）打开工作台。' }
  return { type, name: file.name, bytes: file.size, sha256, file }
}

const nameFiles = (files: FilesByType) =>
  Promise.all(Object.entries(files).flatMap(([type, own]) => own.map((file) => nameFile(type, file))))

interface LabelledProps {
  id: string
  title: string
  isOptional: boolean
  children: ReactNode
}

const Labelled = ({ id, title, isOptional, children }: LabelledProps) => (
  <div className="labelled">
    <label htmlFor={id}>{`${title}${isOptional ? '（可不填）' : ''}`}</label>
    {children}
  </div>
)

interface FieldInputProps {
  id: string
  kind: MatterFormFragment
  field: FormField
  value: string
  onChange: (value: string) => void
}

const FieldInput = ({ field: { key, as, most, values = [] }, kind, ...given }: FieldInputProps) => {
  const input = { ...given, onChange: ({ target }: { target: { value: string } }) => given.onChange(target.value) }
  if (as === 'SEAT') return <SeatChoice kind={kind} {...given} />
  if (values.length > 0)
    return <Choice {...given} options={values.map(({ code, name }) => ({ value: code, label: name.zh }))} />
  if (as === 'TEXT') return <Input.TextArea {...input} rows={3} maxLength={most ?? 0} />
  if (as === 'DAY') return <Input {...input} type="date" {...(key === 'on' && { max: today() })} />
  return (
    <Input
      {...input}
      {...(as === 'NUMBER' && { type: 'number', min: 1 })}
      {...(most !== undefined && { maxLength: most })}
    />
  )
}

type OptionChoiceProps = Omit<FieldInputProps, 'kind' | 'field'> & { options: { value: string; label: string }[] }

const Choice = ({ value, ...props }: OptionChoiceProps) => (
  <Select
    {...props}
    value={value || null}
    placeholder="请选择"
    showSearch={{ optionFilterProp: 'label' }}
    style={{ width: '100%', maxWidth: '28rem' }}
  />
)

const SeatChoice = ({ kind, onChange, ...props }: Omit<FieldInputProps, 'field'>) => {
  const [region, setRegion] = useState(PROVINCE)
  const { data, previousData } = useQuery(HoldersDocument, { variables: { region, kind: kind.id } })
  const found = (data ?? previousData)?.organisations ?? []
  return (
    <div className="filters">
      {kind.heldBy.includes('agency') && (
        <Select
          aria-label="单位所在地区"
          value={region}
          options={DIVISION_OPTIONS}
          showSearch={{ optionFilterProp: 'label' }}
          style={{ width: '14rem' }}
          onChange={(chosen) => {
            setRegion(chosen)
            onChange('')
          }}
        />
      )}
      <Choice
        {...props}
        onChange={onChange}
        options={found.map(({ seat, name }) => ({ value: seat, label: name.zh }))}
      />
    </div>
  )
}
