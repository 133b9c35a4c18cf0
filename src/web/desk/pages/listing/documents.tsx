import { useApolloClient } from '@apollo/client/react'
import { Button, Input, Modal } from 'antd'
import { useId, useRef, useState } from 'react'
import { today } from '../../pieces/dates.js'
import { EmptyNotice } from '../../pieces/empty.js'
import { RefusalNotice } from '../../pieces/refusal.js'
import { labelOf } from '../../pieces/words.js'
import type { CaseFile } from './case.js'
import { FileHashInput } from './file-hash.js'
import { RecordDocumentDocument } from './listing.generated.js'

type CaseDocument = NonNullable<CaseFile['documents']>[number]

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
                <div className="soft">
                  {document.number === null
                    ? '尚未登记文号'
                    : `${document.number}，${document.issuedOn} 出具，${document.enteredBy} 登记`}
                </div>
                {document.missing.length > 0 && (
                  <details>
                    <summary>{document.missing.length} 处须手填</summary>
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
              </div>
              <div className="no-print">
                <Button onClick={() => setShown(document)}>查看、打印</Button>{' '}
                <RecordAs of={of} document={document} onChanged={onChanged} />
              </div>
            </li>
          ))}
        </ul>
      )}
      {shown && <Shown document={shown} onClose={() => setShown(null)} />}
    </section>
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

const RecordAs = ({ of, document, onChanged }: { of: CaseFile; document: CaseDocument; onChanged: () => void }) => {
  const client = useApolloClient()
  const id = useId()
  const [isOpen, setOpen] = useState(false)
  const [given, setGiven] = useState({ number: '', sha256: '', issuedOn: today() })
  const [isBusy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const set = (change: Partial<typeof given>) => setGiven((before) => ({ ...before, ...change }))
  const act = async () => {
    setBusy(true)
    setError(null)
    try {
      const input = { listing: of.id, kind: document.kind, ...given, number: given.number.trim() }
      await client.mutate({ mutation: RecordDocumentDocument, variables: { input } })
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
      <Button onClick={() => setOpen(true)}>登记文号</Button>
      <Modal
        open={isOpen}
        title={`登记：${document.title}`}
        okText="登记"
        cancelText="返回"
        okButtonProps={{
          loading: isBusy,
          disabled: given.number.trim() === '' || !/^[0-9a-f]{64}$/i.test(given.sha256),
        }}
        onOk={act}
        onCancel={() => setOpen(false)}
        closable={{ 'aria-label': '关闭' }}
      >
        <p>
          登记以后不能修改，只能再登记一份；同类以最新一份为准。
          {document.kind === 'DECISION' && '文号须与作出决定时的一致。'}
        </p>
        <p className="labelled">
          <label htmlFor={`${id}n`}>文号</label>
          <Input
            id={`${id}n`}
            value={given.number}
            maxLength={128}
            onChange={({ target }) => set({ number: target.value })}
          />
        </p>
        <p className="labelled">
          <label htmlFor={`${id}d`}>出具之日</label>
          <Input
            id={`${id}d`}
            type="date"
            value={given.issuedOn}
            max={today()}
            onChange={({ target }) => set({ issuedOn: target.value })}
          />
        </p>
        <p className="labelled">
          <label htmlFor={`${id}h`}>文件的 SHA-256</label>
          <FileHashInput id={`${id}h`} value={given.sha256} onChange={(sha256) => set({ sha256 })} />
        </p>
        {error !== null && <RefusalNotice of={error} />}
      </Modal>
    </>
  )
}
