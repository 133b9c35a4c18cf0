import { useApolloClient } from '@apollo/client/react'
import { Button, Modal } from 'antd'
import { useRef, useState } from 'react'
import { instantText } from '../../pieces/dates.js'
import { EmptyNotice } from '../../pieces/empty.js'
import { refusalSentence } from '../../pieces/refusal.js'
import { saveBase64 } from '../../pieces/save-file.js'
import { labelOf } from '../../pieces/words.js'
import { PaperLink } from './attachments.js'
import type { CaseDocument, CaseFile } from './case.js'
import { type DraftFormat, DraftOfDocumentDocument } from './listing.generated.js'
import { MaskedCopies } from './masked-copies.js'
import { StoreMaskedButton, StoreSignedButton } from './store-paper.js'

export const DocumentsPanel = ({ of, onChanged }: { of: CaseFile; onChanged: () => void }) => {
  const [shown, setShown] = useState<CaseDocument | null>(null)
  const documents = of.documents ?? []
  return (
    <section className="panel wide" aria-labelledby="documents">
      <h2 id="documents">文书</h2>
      {documents.length === 0 ? (
        <EmptyNotice>提出列入建议以后，按模板起草文书。</EmptyNotice>
      ) : (
        <ul className="document-list" aria-label="文书">
          {documents.map((document) => (
            <li key={document.kind}>
              <div>
                <b>{document.title}</b>
                <DocumentState of={document} />
                {document.missing.length > 0 && document.signed === null && (
                  <details>
                    <summary>草稿有 {document.missing.length} 处须手填</summary>
                    <ul className="lines">
                      {document.missing.map(({ name, zh, why, unconfirmed, basis }) => (
                        <li key={name}>
                          {zh}（{labelOf('BlankReason', why)}）
                          {unconfirmed && (
                            <span className="soft">
                              ：“{unconfirmed}”，出处：{basis}，请核实后手填
                            </span>
                          )}
                        </li>
                      ))}
                    </ul>
                  </details>
                )}
                <MaskedCopies of={document} onChanged={onChanged} />
              </div>
              <div className="no-print filters">
                <Button onClick={() => setShown(document)}>查看、打印草稿</Button>
                <DraftButtons of={of} document={document} />
                {document.kind !== 'REPAIR_APPLICATION' && (
                  <StoreSignedButton of={of} document={document} onChanged={onChanged} />
                )}
                {document.signed !== null && <StoreMaskedButton of={of} document={document} onChanged={onChanged} />}
              </div>
            </li>
          ))}
        </ul>
      )}
      {shown && <Shown document={shown} onClose={() => setShown(null)} />}
    </section>
  )
}

const DocumentState = ({ of: { kind, number, issuedOn, enteredBy, signed } }: { of: CaseDocument }) => {
  if (kind === 'REPAIR_APPLICATION') return <div className="soft">供当事人填写、签章</div>
  if (signed === null)
    return (
      <div className="soft">
        草稿{number !== null && `；已登记 ${number}，${issuedOn} 出具，${enteredBy} 登记`}，尚未存入签章件
      </div>
    )
  return (
    <div className="soft">
      {number}，{issuedOn} 出具；<PaperLink of={signed}>签章件</PaperLink> 由 {signed.storedBy} 于{' '}
      {instantText(signed.storedAt)} 存入
    </div>
  )
}

const DraftButtons = ({ of, document }: { of: CaseFile; document: CaseDocument }) => {
  const client = useApolloClient()
  const [busy, setBusy] = useState<DraftFormat | null>(null)
  const [words, setWords] = useState('')
  const save = async (format: DraftFormat) => {
    setBusy(format)
    setWords('')
    try {
      const variables = { id: of.id, kind: document.kind, format }
      const { data } = await client.query({ query: DraftOfDocumentDocument, variables, fetchPolicy: 'no-cache' })
      const draft = data?.listing?.documents[0]?.draft
      if (draft == null) throw new TypeError('no draft')
      saveBase64(draft, `${document.title}.${format.toLowerCase()}`)
    } catch (error) {
      setWords(refusalSentence(error))
    } finally {
      setBusy(null)
    }
  }
  return (
    <>
      {(['PDF', 'DOCX'] as const).map((format) => (
        <Button key={format} loading={busy === format} onClick={() => void save(format)}>
          下载草稿{format === 'PDF' ? ' PDF' : ' Word'}
        </Button>
      ))}
      {words !== '' && (
        <span role="alert" className="bad">
          {words}
        </span>
      )}
    </>
  )
}

const Shown = ({ document, onClose }: { document: CaseDocument; onClose: () => void }) => {
  const frame = useRef<HTMLIFrameElement>(null)
  return (
    <Modal
      open
      width={900}
      title={document.title}
      onCancel={onClose}
      closable={{ 'aria-label': '关闭' }}
      footer={
        <>
          <Button onClick={onClose}>返回</Button>
          <Button type="primary" onClick={() => frame.current?.contentWindow?.print()}>
            打印
          </Button>
        </>
      }
    >
      <iframe
        ref={frame}
        className="paper"
        title={document.title}
        sandbox="allow-same-origin allow-modals"
        srcDoc={document.html}
      />
    </Modal>
  )
}
