import { Button, type ButtonProps, Input, Modal } from 'antd'
import { type ReactNode, useId, useState } from 'react'
import { RefusalNotice } from './refusal.js'

export interface ConfirmProps {
  action: string
  follows: readonly ReactNode[]
  asks?: { label: string; optional?: boolean; most?: number }
  onDo: (text: string) => Promise<unknown>
  danger?: boolean
  disabled?: boolean
  hint?: string
  button?: ButtonProps
  children?: ReactNode
  onOpen?: () => void
  /** False while `children` lack an answer. */
  isReady?: boolean
}

export const confirmWords = (act: string): string => (act.startsWith('确认') ? act : `确认${act}`)

const TEXT_MOST = 1_000

export const ConfirmButton = (props: ConfirmProps) => {
  const {
    action,
    follows,
    asks,
    onDo,
    danger = true,
    disabled = false,
    hint,
    button,
    children,
    onOpen,
    isReady = true,
  } = props
  const [isOpen, setOpen] = useState(false)
  const [text, setText] = useState('')
  const [isBusy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const id = useId()
  const isComplete = isReady && (asks === undefined || asks.optional === true || text.trim() !== '')
  const open = () => {
    onOpen?.()
    setOpen(true)
  }

  const act = async () => {
    setBusy(true)
    setError(null)
    try {
      await onDo(text.trim())
      setOpen(false)
      setText('')
    } catch (thrown) {
      setError(thrown)
    } finally {
      setBusy(false)
    }
  }
  return (
    <>
      <Button danger={danger} disabled={disabled} title={hint} {...button} onClick={open}>
        {action}
      </Button>
      <Modal
        open={isOpen}
        title={action}
        okText={confirmWords(action)}
        cancelText="返回"
        okButtonProps={{ danger, disabled: !isComplete, loading: isBusy }}
        onOk={act}
        onCancel={() => setOpen(false)}
        closable={{ 'aria-label': '关闭' }}
      >
        <p>接下来会：</p>
        <ul>
          {follows.map((sentence, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: fixed order
            <li key={i}>{sentence}</li>
          ))}
        </ul>
        {children}
        {asks && (
          <>
            <label htmlFor={id}>
              {asks.label}
              {asks.optional ? '（可不填）' : ''}
            </label>
            <Input.TextArea
              id={id}
              value={text}
              onChange={(event) => setText(event.target.value)}
              rows={3}
              maxLength={asks.most ?? TEXT_MOST}
            />
          </>
        )}
        {error !== null && <RefusalNotice of={error} />}
      </Modal>
    </>
  )
}
