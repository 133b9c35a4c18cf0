import { useApolloClient } from '@apollo/client/react'
import { Button, Input } from 'antd'
import { useState } from 'react'
import { ConfirmButton } from '../../pieces/confirm.js'
import { RefusalNotice } from '../../pieces/refusal.js'
import type { ReminderSettingsFragment } from './fragments.generated.js'
import { ConfirmMailAddressDocument, RemoveMailAddressDocument, SendMailCodeDocument } from './reminders.generated.js'
import { useRequest } from './request.js'

const CODE_LENGTH = 6

interface MailAddressProps {
  of: ReminderSettingsFragment
  onDone: (words: string) => void
}

export const MailAddress = ({ of, onDone }: MailAddressProps) => (
  <section className="panel wide" aria-label="邮箱">
    <h2>邮箱</h2>
    <p>
      {of.mailAddress === null ? '尚未登记邮箱，目前不会收到提醒。' : `提醒发到：${of.mailAddress}`}{' '}
      {of.mailAddress !== null && <StopButton onDone={onDone} />}
    </p>
    {of.mailAvailable ? (
      <AddressForms of={of} onDone={onDone} />
    ) : (
      <p className="warn">尚未配置邮件服务器，暂不能登记邮箱，请联系管理员。</p>
    )}
  </section>
)

const StopButton = ({ onDone }: Pick<MailAddressProps, 'onDone'>) => {
  const apollo = useApolloClient()
  return (
    <ConfirmButton
      action="停止提醒"
      follows={['删除您的邮箱地址和提醒设置；', '尚未发出的提醒一并取消；', '以后可以重新登记。']}
      button={{ type: 'link', size: 'small' }}
      onDo={async () => {
        await apollo.mutate({ mutation: RemoveMailAddressDocument })
        onDone('已停止提醒，邮箱地址已删除。')
      }}
    />
  )
}

const AddressForms = ({ of, onDone }: MailAddressProps) => {
  const apollo = useApolloClient()
  const [typed, setTyped] = useState(of.pendingAddress ?? '')
  const { isBusy, error, send } = useRequest()
  const mailAddress = typed.trim()
  const ask = () =>
    send(
      () => apollo.mutate({ mutation: SendMailCodeDocument, variables: { mailAddress } }),
      () => onDone(`确认码已发到 ${mailAddress}，15 分钟内有效。`),
    )
  return (
    <>
      <form className="filters" onSubmit={(event) => event.preventDefault()}>
        <Input
          aria-label="邮箱地址"
          type="email"
          placeholder={of.mailAddress === null ? '邮箱地址' : '更换为另一邮箱地址'}
          value={typed}
          onChange={({ target }) => setTyped(target.value)}
          maxLength={254}
          style={{ width: '18rem' }}
        />
        <Button loading={isBusy} disabled={!mailAddress.includes('@')} onClick={() => void ask()}>
          发送确认码
        </Button>
      </form>
      {error !== null && <RefusalNotice of={error} />}
      {of.pendingAddress !== null && <CodeForm onDone={onDone} />}
    </>
  )
}

const CodeForm = ({ onDone }: Pick<MailAddressProps, 'onDone'>) => {
  const apollo = useApolloClient()
  const [code, setCode] = useState('')
  const { isBusy, error, send } = useRequest()
  const confirm = () =>
    send(
      () => apollo.mutate({ mutation: ConfirmMailAddressDocument, variables: { mailCode: code } }),
      () => onDone('邮箱已确认。'),
    )
  return (
    <>
      <form className="filters" onSubmit={(event) => event.preventDefault()}>
        <Input
          aria-label="确认码"
          placeholder="确认码"
          inputMode="numeric"
          autoComplete="one-time-code"
          value={code}
          onChange={({ target }) => setCode(target.value.trim())}
          maxLength={CODE_LENGTH}
          style={{ width: '7rem' }}
        />
        <Button type="primary" loading={isBusy} disabled={code.length < CODE_LENGTH} onClick={() => void confirm()}>
          确认邮箱
        </Button>
      </form>
      {error !== null && <RefusalNotice of={error} />}
    </>
  )
}
