import { Alert, Button, Modal } from 'antd'
import { type ReactNode, useRef, useState } from 'react'
import { LabelledField } from '../../pieces/field.js'

export interface OneTimeSecret {
  title: string
  what: string
  text: string
  fields: readonly { label: string; value: ReactNode }[]
  advice: string
  extra?: ReactNode
}

export const OneTimeSecretDialog = ({ of, onClose }: { of: OneTimeSecret | null; onClose: () => void }) => (
  // The secret cannot be shown again, so only the button closes the dialog.
  <Modal
    open={of !== null}
    title={of?.title}
    mask={{ closable: false }}
    keyboard={false}
    closable={false}
    footer={
      <Button type="primary" onClick={onClose}>
        我已保存，关闭
      </Button>
    }
    destroyOnHidden
  >
    {of && <Content of={of} />}
  </Modal>
)

const Content = ({ of }: { of: OneTimeSecret }) => {
  const shown = useRef<HTMLElement>(null)
  const [copied, setCopied] = useState<'no' | 'yes' | 'marked'>('no')
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(of.text)
      setCopied('yes')
    } catch {
      // Browsers deny the clipboard without TLS.
      if (shown.current) getSelection()?.selectAllChildren(shown.current)
      setCopied('marked')
    }
  }
  return (
    <>
      <Alert
        type="warning"
        showIcon
        title={`${of.what}只显示这一次`}
        description="关闭后任何人都无法再次查看，包括管理员；枢纽只保存其校验值。遗失只能更换。"
      />
      <dl className="fields narrow once">
        {of.fields.map(({ label, value }) => (
          <LabelledField key={label} label={label}>
            {value}
          </LabelledField>
        ))}
        <LabelledField label={of.what}>
          <code className="code secret" ref={shown}>
            {of.text}
          </code>{' '}
          <Button size="small" onClick={() => void copy()}>
            复制{of.what}
          </Button>{' '}
          <span role="status" className="soft">
            {copied === 'yes' && '已复制。'}
            {copied === 'marked' && '已选中，请按 Ctrl+C 复制。'}
          </span>
        </LabelledField>
      </dl>
      <p>{of.advice}</p>
      {of.extra}
    </>
  )
}
