import { Form, Input, Modal } from 'antd'
import { useState } from 'react'
import { RefusalNotice } from '../../pieces/refusal.js'
import { OneTimeSecretDialog } from '../administration/one-time-secret.js'
import type { OwnAccountControl } from './own-account.js'

export const AccountDialogs = ({ of }: { of: OwnAccountControl }) => (
  <>
    {of.isProofAsked && <ProofDialog onProve={of.prove} onLeave={of.leaveProof} />}
    <OneTimeSecretDialog
      of={
        of.recoveryCodes && {
          title: '您的恢复码',
          what: '恢复码',
          text: of.recoveryCodes.join('\n'),
          fields: [{ label: '个数', value: `${of.recoveryCodes.length} 个，每个只能用一次` }],
          advice: '手机或通行密钥不在手边时，以恢复码代替动态验证码登录。请打印或抄下，锁好保管，不要与密码放在一起。',
        }
      }
      onClose={of.closeRecoveryCodes}
    />
  </>
)

const ProofDialog = ({ onProve, onLeave }: { onProve: (password: string) => Promise<void>; onLeave: () => void }) => {
  const [refused, setRefused] = useState<unknown>(null)
  const [form] = Form.useForm<{ password: string }>()
  return (
    <Modal
      open
      title="请再次输入密码"
      okText="继续"
      cancelText="返回"
      onOk={() => form.submit()}
      onCancel={onLeave}
      closable={{ 'aria-label': '关闭' }}
    >
      <p>更改登录方式之前，须确认是您本人。</p>
      <Form
        form={form}
        name="proof"
        layout="vertical"
        requiredMark={false}
        onFinish={({ password }) => void onProve(password).catch(setRefused)}
      >
        <Form.Item label="密码" name="password" rules={[{ required: true, message: '请填写密码。' }]}>
          <Input.Password autoComplete="current-password" autoFocus maxLength={256} />
        </Form.Item>
      </Form>
      {refused !== null && <RefusalNotice of={refused} />}
    </Modal>
  )
}
