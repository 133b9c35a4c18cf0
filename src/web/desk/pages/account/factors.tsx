import { browserSupportsWebAuthn, startRegistration } from '@simplewebauthn/browser'
import { Alert, Button, Form, Input, Modal, QRCode, Space } from 'antd'
import { useState } from 'react'
import { ConfirmButton } from '../../pieces/confirm.js'
import { agoText, instantText } from '../../pieces/dates.js'
import { RefusalNotice } from '../../pieces/refusal.js'
import type { OwnAccount } from '../../session/session.js'
import type { AccountAction } from './own-account.js'

interface FactorsProps {
  account: OwnAccount
  act: AccountAction
}

const GIVEN_UP = { code: 'NO_PASSKEY', detail: '通行密钥没有建立，请重试。' }

const hasFactor = ({ passkeys, codesSince }: OwnAccount): boolean => passkeys.length > 0 || codesSince !== null

export const FactorsPanel = ({ account, act }: FactorsProps) => (
  <section aria-label="第二重验证" className="account-panel">
    <h2>第二重验证</h2>
    {!hasFactor(account) && (
      <Alert
        type={account.required ? 'warning' : 'info'}
        showIcon
        title={account.required ? '您的账号须启用第二重验证' : '尚未启用第二重验证'}
        description="启用之后，仅凭密码不能登录，还须出示通行密钥（本机的指纹、面容、PIN 或安全密钥）或手机上的动态验证码。任选一种即可，两种都启用更稳妥。"
      />
    )}
    <h3>通行密钥</h3>
    <Passkeys account={account} act={act} />
    <h3>动态验证码</h3>
    <Codes account={account} act={act} />
    {hasFactor(account) && (
      <>
        <h3>恢复码</h3>
        <p>
          还有 {account.recoveryCodesLeft} 个未用。{account.recoveryCodesLeft < 3 && '请及时更换。'}{' '}
          <ConfirmButton
            action="更换恢复码"
            danger={false}
            follows={['得到一组新的恢复码，只显示一次；', '原来的恢复码立即作废。']}
            button={{ size: 'small' }}
            onDo={() => act('renew-recovery-codes')}
          />
        </p>
      </>
    )}
  </section>
)

const Passkeys = ({ account, act }: FactorsProps) => {
  const [name, setName] = useState('')
  const [error, setError] = useState<unknown>(null)
  const [isBusy, setBusy] = useState(false)
  const add = async () => {
    setBusy(true)
    setError(null)
    try {
      const { options } = await act('begin-passkey')
      const passkey = options && (await startRegistration({ optionsJSON: options }).catch(() => null))
      if (!passkey) throw GIVEN_UP
      await act('add-passkey', { passkey, name: name.trim() || '通行密钥' })
      setName('')
    } catch (thrown) {
      setError(thrown)
    } finally {
      setBusy(false)
    }
  }
  if (!account.passkeysPossible) return <p className="soft">本站以 IP 地址访问，不能使用通行密钥。</p>
  return (
    <>
      {account.passkeys.length > 0 && (
        <ul>
          {account.passkeys.map((one) => (
            <li key={one.id}>
              {one.name} <span className="soft">建立于 {instantText(one.addedAt)}，</span>
              <span className="soft">{one.usedAt === null ? '尚未使用' : `最近使用 ${agoText(one.usedAt)}`}</span>{' '}
              <ConfirmButton
                action="移除"
                follows={[`“${one.name}”不能再用于登录。`]}
                button={{ type: 'link', size: 'small', 'aria-label': `移除：${one.name}` }}
                onDo={() => act('remove-factor', { passkey: one.id })}
              />
            </li>
          ))}
        </ul>
      )}
      {browserSupportsWebAuthn() ? (
        <Space wrap>
          <Input
            aria-label="通行密钥的名称"
            placeholder="名称，如：办公室电脑"
            value={name}
            maxLength={40}
            onChange={(event) => setName(event.target.value)}
          />
          <Button type="primary" loading={isBusy} onClick={() => void add()}>
            建立通行密钥
          </Button>
        </Space>
      ) : (
        <p className="soft">此浏览器不支持通行密钥。</p>
      )}
      {error !== null && <RefusalNotice of={error} />}
    </>
  )
}

const Codes = ({ account, act }: FactorsProps) => {
  const [generator, setGenerator] = useState<CodeGenerator | null>(null)
  const [error, setError] = useState<unknown>(null)
  const begin = () =>
    act('begin-code').then(({ generator }) => {
      setError(null)
      setGenerator(generator ?? null)
    }, setError)
  if (account.codesSince !== null)
    return (
      <p>
        已启用 <span className="soft">自 {instantText(account.codesSince)}</span>{' '}
        <ConfirmButton
          action="移除"
          follows={['手机上的动态验证码不能再用于登录；', '更换手机时，移除之后可以重新启用。']}
          button={{ type: 'link', size: 'small', 'aria-label': '移除：动态验证码' }}
          onDo={() => act('remove-factor', { passkey: null })}
        />
      </p>
    )
  return (
    <>
      <Button onClick={() => void begin()}>启用动态验证码</Button>
      {error !== null && <RefusalNotice of={error} />}
      <Modal
        open={generator !== null}
        title="启用动态验证码"
        okText="启用"
        cancelText="返回"
        okButtonProps={{ htmlType: 'submit', form: FORM }}
        onCancel={() => setGenerator(null)}
        closable={{ 'aria-label': '关闭' }}
        destroyOnHidden
      >
        {generator && <CodeEnrolment of={generator} act={act} onDone={() => setGenerator(null)} />}
      </Modal>
    </>
  )
}

interface CodeGenerator {
  secret: string
  uri: string
}

const FORM = 'enrol-code'

const CodeEnrolment = ({ of, act, onDone }: { of: CodeGenerator; act: AccountAction; onDone: () => void }) => {
  const [error, setError] = useState<unknown>(null)
  return (
    <>
      <ol>
        <li>
          在手机的身份验证器（各应用商店均有，如 Microsoft Authenticator、Google Authenticator）中选“扫描二维码”。
          <QRCode type="svg" value={of.uri} size={180} aria-label="二维码，内容即下面的密钥" />
        </li>
        <li>
          不能扫描的，手工输入密钥：<code className="code">{of.secret.match(/.{4}/g)?.join(' ')}</code>
        </li>
        <li>填写它现在显示的六位数字。</li>
      </ol>
      <Form
        name={FORM}
        layout="vertical"
        requiredMark={false}
        onFinish={({ code }: { code: string }) => void act('add-code', { code }).then(onDone, setError)}
      >
        <Form.Item label="六位数字" name="code" rules={[{ required: true, message: '请填写六位数字。' }]}>
          <Input inputMode="numeric" autoComplete="one-time-code" maxLength={7} />
        </Form.Item>
      </Form>
      {error !== null && <RefusalNotice of={error} />}
    </>
  )
}
