import { browserSupportsWebAuthn } from '@simplewebauthn/browser'
import { Alert, Button, Form, Input, Modal } from 'antd'
import { useEffect, useId, useState } from 'react'
import { RefusalNotice } from '../pieces/refusal.js'
import { NewPasswordFields } from './new-password.js'
import { askAuthenticator, NO_PASSKEY, type SignInRefusal, signIn, signInByPasskey, useSignIn } from './session.js'

interface SignInForms {
  name: string
  password: string
  newPassword?: string
  code?: string
}

type SignInStep = 'PASSWORD' | 'ONE_TIME' | 'AGED'

const NEXT_STEPS: Record<string, SignInStep> = { PASSWORD_TO_CHOOSE: 'ONE_TIME', PASSWORD_AGED: 'AGED' }
const NOTICES = {
  ONE_TIME: '这是一次性密码，请设定您自己的密码',
  AGED: '密码使用已满规定的日数，请设定新密码',
}

const NETWORK: SignInRefusal = { code: 'NETWORK', detail: '', retryAfter: null }

const SignInForm = ({ name = '' }: { name?: string }) => {
  const [step, setStep] = useState<SignInStep>('PASSWORD')
  const [factor, setFactor] = useState<SignInRefusal | null>(null)
  const [refused, setRefused] = useState<SignInRefusal | null>(null)
  const [isBusy, setBusy] = useState(false)
  const [form] = Form.useForm<SignInForms>()
  const id = useId()

  const run = async (attempt: () => Promise<SignInRefusal | null>) => {
    setBusy(true)
    const answer = await attempt().catch(() => NETWORK)
    setBusy(false)
    const next = answer === null ? undefined : NEXT_STEPS[answer.code]
    if (next !== undefined) setStep(next)
    if (answer?.code === 'SECOND_FACTOR_NEEDED') setFactor(answer)
    setRefused(next !== undefined || answer?.code === 'SECOND_FACTOR_NEEDED' ? null : answer)
  }
  const send = () =>
    run(() => {
      const { name, password, newPassword, code } = form.getFieldsValue()
      return signIn({ name, password, newPassword, code })
    })
  const showPasskey = () =>
    run(async () => {
      const { name, password, newPassword } = form.getFieldsValue()
      // Each challenge is good once, so another is fetched.
      const asked = await signIn({ name, password, newPassword })
      if (!asked?.passkey) return asked
      const passkey = await askAuthenticator(asked.passkey)
      return passkey === null ? NO_PASSKEY : signIn({ name, password, newPassword, passkey })
    })
  useEffect(() => {
    if (step !== 'PASSWORD') document.getElementById(`${id}_newPassword`)?.focus()
  }, [step, id])
  useEffect(() => {
    if (factor !== null) document.getElementById(`${id}_code`)?.focus()
  }, [factor, id])

  return (
    <Form form={form} name={id} layout="vertical" initialValues={{ name }} onFinish={() => send()} requiredMark={false}>
      <Form.Item label="姓名（登录名）" name="name" rules={[{ required: true, message: '请填写登录名。' }]}>
        <Input autoComplete="username" autoFocus={name === ''} maxLength={256} />
      </Form.Item>
      <Form.Item label="密码" name="password" rules={[{ required: true, message: '请填写密码。' }]}>
        <Input.Password autoComplete="current-password" autoFocus={name !== ''} maxLength={256} />
      </Form.Item>
      {step !== 'PASSWORD' && <NewPasswordFields title={NOTICES[step]} />}
      {factor !== null && (
        <>
          <Alert
            type="info"
            showIcon
            title="密码正确，还需第二重验证"
            action={
              factor.factors?.includes('PASSKEY') && (
                <Button disabled={isBusy} onClick={() => void showPasskey()}>
                  出示通行密钥
                </Button>
              )
            }
          />
          <br />
          <Form.Item
            label={factor.factors?.includes('CODE') ? '动态验证码（或恢复码）' : '恢复码'}
            name="code"
            rules={[{ required: true, message: '请填写，或出示通行密钥。' }]}
          >
            <Input autoComplete="one-time-code" maxLength={64} />
          </Form.Item>
        </>
      )}
      {refused && <RefusalNotice of={refused} />}
      <Button type="primary" htmlType="submit" loading={isBusy} block>
        登录
      </Button>
      {factor === null && step === 'PASSWORD' && browserSupportsWebAuthn() && (
        <p>
          <Button block disabled={isBusy} onClick={() => void run(signInByPasskey)}>
            使用通行密钥
          </Button>
        </p>
      )}
    </Form>
  )
}

export const SignInPage = () => (
  <main className="sign-in">
    <h1>工作台</h1>
    <p>吉林省电子商务信用信息枢纽</p>
    <SignInForm />
    <p className="soft">
      账号由管理员设立，首次登录使用一次性密码。公众查询请至<a href="/">公开页面</a>。怎样登录，见
      <a href="/help/sign-in">帮助</a>。
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
