import { Button, Input, Modal } from 'antd'
import { type ReactNode, useId, useState } from 'react'
import { today } from '../../pieces/dates.js'
import { RefusalNotice } from '../../pieces/refusal.js'
import { type CaseDocument, type CaseFile, lastMoveOf } from './case.js'
import { PAPER_MOST, type PaperUpload, uploadPaper } from './paper-files.js'

const dayOfPaper = (of: CaseFile, kind: CaseDocument['kind']): string | null => {
  if (kind === 'NOTICE') return lastMoveOf(of, 'notifyListing')?.on ?? null
  return kind === 'REMOVAL' ? of.removedOn : of.decidedOn
}

interface StoreProps {
  of: CaseFile
  document: CaseDocument
  onChanged: () => void
}

export const StoreSignedButton = ({ of, document, onChanged }: StoreProps) => {
  const id = useId()
  const known = document.named ?? document.number
  const [number, setNumber] = useState('')
  const [day, setDay] = useState<string | null>(null)
  const issuedOn = day ?? document.issuedOn ?? dayOfPaper(of, document.kind) ?? today()
  const written = known ?? number.trim()
  return (
    <StoreButton
      action="存入签章件"
      title={`签章件：${document.title}`}
      paper={{ use: 'SIGNED', listing: of.id, kind: document.kind, number: written, issuedOn }}
      isComplete={written !== '' && issuedOn !== ''}
      isPrimary={document.signed === null && document.named !== null}
      onChanged={onChanged}
    >
      <p>
        已签字、盖章并出具的文书。存入后不能更改，当事人可以下载；再次存入的，以最新一份为准。文件加密保存，只有本案的经办人、复核人和当事人可以读取，每次读取都留下记录。
      </p>
      {known === null ? (
        <p className="labelled">
          <label htmlFor={`${id}n`}>文号</label>
          <Input id={`${id}n`} value={number} maxLength={128} onChange={({ target }) => setNumber(target.value)} />
        </p>
      ) : (
        <p>文号：{known}</p>
      )}
      <p className="labelled">
        <label htmlFor={`${id}d`}>出具日期</label>
        <Input
          id={`${id}d`}
          type="date"
          value={issuedOn}
          max={today()}
          onChange={({ target }) => setDay(target.value)}
        />
      </p>
    </StoreButton>
  )
}

export const StoreMaskedButton = ({ of, document, onChanged }: StoreProps) => (
  <StoreButton
    action="上传公开件"
    title={`公开件：${document.title}`}
    paper={{ use: 'MASKED', listing: of.id, kind: document.kind }}
    isComplete
    onChanged={onChanged}
  >
    <p>
      请先隐去身份证号、住址、电话和其他自然人信息，再上传。由另一人逐页核对后才公开；公开期间，任何人可以在该条目的页面下载。
    </p>
  </StoreButton>
)

interface StoreButtonProps {
  action: string
  title: string
  paper: PaperUpload
  isComplete: boolean
  isPrimary?: boolean
  onChanged: () => void
  children: ReactNode
}

const StoreButton = ({ action, title, paper, isComplete, isPrimary, onChanged, children }: StoreButtonProps) => {
  const [isOpen, setOpen] = useState(false)
  const [file, setFile] = useState<File | null>(null)
  const [isBusy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const isFit = file !== null && file.size <= PAPER_MOST
  const act = async () => {
    if (file === null) return
    setBusy(true)
    setError(null)
    try {
      await uploadPaper(paper, file)
      setOpen(false)
      onChanged()
    } catch (thrown) {
      setError(thrown)
    } finally {
      setBusy(false)
    }
  }
  return (
    <>
      <Button type={isPrimary ? 'primary' : 'default'} onClick={() => setOpen(true)}>
        {action}
      </Button>
      <Modal
        open={isOpen}
        title={title}
        okText="存入"
        cancelText="返回"
        okButtonProps={{ loading: isBusy, disabled: !isComplete || !isFit }}
        onOk={act}
        onCancel={() => setOpen(false)}
        closable={{ 'aria-label': '关闭' }}
        destroyOnHidden
      >
        {children}
        <FileField onChange={setFile} isTooLarge={file !== null && !isFit} />
        {error !== null && <RefusalNotice of={error} />}
      </Modal>
    </>
  )
}

const FileField = ({ onChange, isTooLarge }: { onChange: (file: File | null) => void; isTooLarge: boolean }) => {
  const id = useId()
  return (
    <>
      <p className="labelled">
        <label htmlFor={id}>文件（PDF、PNG 或 JPEG，不超过 20 MB，不含脚本、附件，不加密）</label>
        <input
          id={id}
          type="file"
          accept=".pdf,.png,.jpg,.jpeg"
          onChange={({ target }) => onChange(target.files?.[0] ?? null)}
        />
      </p>
      {isTooLarge && (
        <p className="bad" role="alert">
          文件超过 20 MB。
        </p>
      )}
    </>
  )
}
