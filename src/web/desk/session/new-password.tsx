import { Alert, Form, Input } from 'antd'

export const NewPasswordFields = ({ title }: { title: string }) => (
  <>
    <Alert
      type="info"
      showIcon
      title={title}
      description="至少 12 个字符；不含登录名，不是常见密码，不是近期用过的密码，不是重复或顺排的字符。"
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
)
