import { Button, Form, Input } from 'antd'
import { useState } from 'react'
import { ConfirmButton } from '../../pieces/confirm.js'
import { agoText, instantText } from '../../pieces/dates.js'
import { LoadingNotice } from '../../pieces/empty.js'
import { PageHead } from '../../pieces/page.js'
import { RefusalNotice } from '../../pieces/refusal.js'
import { NewPasswordFields } from '../../session/new-password.js'
import type { OwnAccount } from '../../session/session.js'
import { AccountDialogs } from './dialogs.js'
import { FactorsPanel } from './factors.js'
import { type AccountAction, useOwnAccount } from './own-account.js'

export default function OwnAccountPage() {
  const own = useOwnAccount()
  const { account, act } = own
  return (
    <>
      <PageHead title="我的账号">
        <p className="soft">登录密码、第二重验证，以及您在各处的登录。更改均记入查询痕迹。</p>
      </PageHead>
      {account === null && own.error === null && <LoadingNotice />}
      {own.error !== null && <RefusalNotice of={own.error} onAgain={own.load} />}
      {account && (
        <>
          <FactorsPanel account={account} act={act} />
          <SessionsPanel account={account} act={act} />
          <PasswordPanel account={account} act={act} />
        </>
      )}
      <AccountDialogs of={own} />
    </>
  )
}

interface AccountPanelProps {
  account: OwnAccount
  act: AccountAction
}

const PLACES = { LOOPBACK: '服务器本机', INTERNAL: '内部网络', EXTERNAL: '外部网络' }

const SessionsPanel = ({ account: { sessions }, act }: AccountPanelProps) => (
  <section aria-label="我的登录" className="account-panel">
    <h2>我的登录</h2>
    <p className="soft">不认识的登录请立即结束，并更改密码。</p>
    <table className="plain-table roomy" aria-label="我的登录">
      <thead>
        <tr>
          <th scope="col">浏览器</th>
          <th scope="col">来自</th>
          <th scope="col">登录于</th>
          <th scope="col">最近使用</th>
          <th scope="col">办理</th>
        </tr>
      </thead>
      <tbody>
        {sessions.map((one) => (
          <tr key={one.number}>
            <th scope="row">{one.browser ?? '程序'}</th>
            <td>{one.place === null ? '—' : PLACES[one.place]}</td>
            <td>{instantText(one.startedAt)}</td>
            <td>{agoText(one.seenAt)}</td>
            <td>
              {one.current ? (
                <span className="good">本次登录</span>
              ) : (
                <ConfirmButton
                  action="结束"
                  follows={['该处立即退出登录，正在填写的内容须重新登录后才能提交。']}
                  button={{ type: 'link', size: 'small', 'aria-label': `结束：${one.browser ?? '程序'}` }}
                  onDo={() => act('end-sessions', { number: one.number })}
                />
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
    {sessions.length > 1 && (
      <p>
        <ConfirmButton
          action="结束其他登录"
          follows={['除本次登录外，您在各处的登录立即结束。']}
          onDo={() => act('end-sessions', { number: null })}
        />
      </p>
    )}
  </section>
)

const PasswordPanel = ({ account, act }: AccountPanelProps) => {
  const [form] = Form.useForm<{ password: string; newPassword: string }>()
  const [refused, setRefused] = useState<unknown>(null)
  const [isDone, setDone] = useState(false)
  const change = async ({ password, newPassword }: { password: string; newPassword: string }) => {
    setRefused(null)
    setDone(false)
    try {
      await act('change-password', { password, newPassword })
      form.resetFields()
      setDone(true)
    } catch (thrown) {
      setRefused(thrown)
    }
  }
  return (
    <section aria-label="登录密码" className="account-panel own-password">
      <h2>登录密码</h2>
      <p>
        设定于 {instantText(account.passwordSince)}，须在 {instantText(account.passwordDueOn)} 之前更换。
      </p>
      <Form
        form={form}
        name="own-password"
        layout="vertical"
        requiredMark={false}
        onFinish={(given) => void change(given)}
      >
        <Form.Item label="现在的密码" name="password" rules={[{ required: true, message: '请填写现在的密码。' }]}>
          <Input.Password autoComplete="current-password" maxLength={256} />
        </Form.Item>
        <NewPasswordFields title="更改之后，您在其他各处的登录随即结束" />
        {refused !== null && <RefusalNotice of={refused} />}
        <p role="status" className="good">
          {isDone && '密码已更改。'}
        </p>
        <Button htmlType="submit">更改密码</Button>
      </Form>
    </section>
  )
}
