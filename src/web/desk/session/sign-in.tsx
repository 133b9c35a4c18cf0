import { Alert, Button, Form, Input, Modal } from 'antd'
import { useEffect, useId, useState } from 'react'
import { RefusalNotice } from '../pieces/refusal.js'
import { type SignInRefusal, signIn, useSignIn } from './session.js'

interface SignInFields {
  name: string
  password: string
  newPassword?: string
  again?: string
}

const SignInForm = ({ name = '' }: { name?: string }) => {
  const [isOneTime, setOneTime] = useState(false)
  const [refused, setRefused] = useState<SignInRefusal | null>(null)
  const [isBusy, setBusy] = useState(false)
  const [form] = Form.useForm<SignInFields>()
  const id = useId()

  const send = async ({ name, password, newPassword }: SignInFields) => {
    setBusy(true)
    const refused = await signIn({ name, password, newPassword }).catch(
      (): SignInRefusal => ({ code: 'NETWORK', detail: '', retryAfter: null }),
    )
    setBusy(false)
    if (refused?.code === 'PASSWORD_TO_CHOOSE') {
      setOneTime(true)
      setRefused(null)
      return
    }
    setRefused(refused)
  }
  useEffect(() => {
    if (isOneTime) document.getElementById(`${id}_newPassword`)?.focus()
  }, [isOneTime, id])

  return (
    <Form form={form} name={id} layout="vertical" initialValues={{ name }} onFinish={send} requiredMark={false}>
      <Form.Item label="姓名（登录名）" name="name" rules={[{ required: true, message: '请填写登录名。' }]}>
        <Input autoComplete="username" autoFocus={name === ''} maxLength={256} />
      </Form.Item>
      <Form.Item label="密码" name="password" rules={[{ required: true, message: '请填写密码。' }]}>
        <Input.Password autoComplete="current-password" autoFocus={name !== ''} maxLength={256} />
      </Form.Item>
      {isOneTime && (
        <>
          <Alert
            type="info"
            showIcon
            title="这是一次性密码，请设定您自己的密码"
            description="至少 12 个字符；不含登录名，不是常见密码，不是重复或顺排的字符。以后即以新密码登录。"
          />
          <br />
          <Form.Item label="新密码" name="newPassword" rules={[{ required: true, message: '请设定新密码。' }]}>
            <Input.Password autoComplete="new-password" maxLength={256} />
          </Form.Item>
          <Form.Item
            label="再次输入新密码"
            name="again"
            dependencies={['newPassword']}
            rules={[
              { required: true, message: '请再次输入新密码。' },
              ({ getFieldValue }) => ({
                validator: async (_, value) => {
                  if (value && value !== getFieldValue('newPassword')) throw new Error('两次输入的新密码不一致。')
                },
              }),
            ]}
          >
            <Input.Password autoComplete="new-password" maxLength={256} />
          </Form.Item>
        </>
      )}
      {refused && <RefusalNotice of={refused} />}
      <Button type="primary" htmlType="submit" loading={isBusy} block>
        登录
      </Button>
    </Form>
  )
}

export const SignInPage = () => (
  <main className="sign-in">
    <h1>
      工作台 <small>Desk</small>
    </h1>
    <p>吉林省电子商务信用信息枢纽</p>
    <SignInForm />
    <p className="soft">
      账号由管理员设立，首次登录使用一次性密码。公众查询请至<a href="/">公开页面</a>。
    </p>
  </main>
)

export const SignInAgain = () => {
  const { isAskedAgain, session } = useSignIn()
  return (
    <Modal
      open={isAskedAgain}
      title="登录已失效，请重新登录"
      footer={null}
      closable={false}
      mask={{ closable: false }}
      keyboard={false}
      destroyOnHidden
    >
      <p>页面上已填写的内容都还在；登录后，刚才的请求会自动重新发出。</p>
      <SignInForm name={session?.name ?? ''} />
    </Modal>
  )
}
