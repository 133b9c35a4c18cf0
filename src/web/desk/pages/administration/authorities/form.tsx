import { useApolloClient } from '@apollo/client/react'
import { Input, Modal } from 'antd'
import { useId, useState } from 'react'
import { RefusalNotice } from '../../../pieces/refusal.js'
import { type AuthorityStatementLineFragment, StateAuthorityDocument } from './authorities.generated.js'

type FieldName = 'address' | 'telephone' | 'contact' | 'reconsiderationBody' | 'court' | 'fineBank'

export const AUTHORITY_FIELDS: readonly { field: FieldName; label: string; optional?: true }[] = [
  { field: 'address', label: '地址' },
  { field: 'telephone', label: '电话' },
  { field: 'contact', label: '承办机构或者联系人', optional: true },
  { field: 'reconsiderationBody', label: '行政复议机关' },
  { field: 'court', label: '管辖人民法院' },
  { field: 'fineBank', label: '罚款缴款银行和账户', optional: true },
]

interface AuthorityFormProps {
  name: string | null
  before: AuthorityStatementLineFragment | null
  onDone: () => void
  onClose: () => void
}

type AuthorityDraft = Record<FieldName | 'name', string>

const draftOf = (name: string | null, before: AuthorityStatementLineFragment | null): AuthorityDraft => ({
  name: name ?? '',
  address: before?.address ?? '',
  telephone: before?.telephone ?? '',
  contact: before?.contact ?? '',
  reconsiderationBody: before?.reconsiderationBody ?? '',
  court: before?.court ?? '',
  fineBank: before?.fineBank ?? '',
})

export const AuthorityForm = ({ name, before, onDone, onClose }: AuthorityFormProps) => {
  const client = useApolloClient()
  const [given, setGiven] = useState(() => draftOf(name, before))
  const [isBusy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const isComplete =
    given.name.trim() !== '' && AUTHORITY_FIELDS.every(({ field, optional }) => optional || given[field].trim() !== '')
  const act = async () => {
    setBusy(true)
    setError(null)
    try {
      await client.mutate({ mutation: StateAuthorityDocument, variables: { input: given } })
      onDone()
    } catch (thrown) {
      setError(thrown)
    } finally {
      setBusy(false)
    }
  }
  return (
    <Modal
      open
      title={name === null ? '登记机关' : `机关资料：${name}`}
      okText="提交确认"
      cancelText="返回"
      okButtonProps={{ loading: isBusy, disabled: !isComplete }}
      onOk={act}
      onCancel={onClose}
      closable={{ 'aria-label': '关闭' }}
    >
      {name === null && (
        <TextField
          label="机关名称（与处罚决定书一致）"
          value={given.name}
          onChange={(text) => setGiven({ ...given, name: text })}
        />
      )}
      {AUTHORITY_FIELDS.map(({ field, label, optional }) => (
        <TextField
          key={field}
          label={optional ? `${label}（可不填）` : label}
          value={given[field]}
          onChange={(text) => setGiven({ ...given, [field]: text })}
        />
      ))}
      {error !== null && <RefusalNotice of={error} />}
    </Modal>
  )
}

const TextField = ({ label, value, onChange }: { label: string; value: string; onChange: (text: string) => void }) => {
  const id = useId()
  return (
    <p className="labelled">
      <label htmlFor={id}>{label}</label>
      <Input id={id} value={value} maxLength={200} onChange={({ target }) => onChange(target.value)} />
    </p>
  )
}
