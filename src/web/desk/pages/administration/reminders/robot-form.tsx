import { useApolloClient } from '@apollo/client/react'
import { AutoComplete, Button, Form, Input, Modal, Select } from 'antd'
import { useId, useState } from 'react'
import { REGION_OPTIONS, typedRegionWords } from '../../../pieces/places.js'
import { RefusalNotice } from '../../../pieces/refusal.js'
import { optionsOf } from '../../../pieces/words.js'
import { ChoiceFields, type ReminderChoice } from '../../reminders/choice.js'
import { useRequest } from '../../reminders/request.js'
import { ProposeReminderRobotDocument, type ReminderRobotsQuery } from './reminder-channels.generated.js'

type RobotRow = ReminderRobotsQuery['notificationRobots'][number]

interface RobotDraft {
  name: string
  form: string
  robotAddress?: string
  robotSecret?: string
  region?: string
  reason: string
}

const KINDS = optionsOf('NotificationKind').flatMap(({ value }) => (value === 'MATTER' ? [] : [value]))
const ALL: ReminderChoice = { kinds: KINDS, digestHour: null, quietFrom: null, quietTo: null }

const choiceOf = ({ kinds, digestHour, quietFrom, quietTo }: ReminderChoice): ReminderChoice => ({
  ...{ kinds, digestHour, quietFrom, quietTo },
})

export const RobotForm = ({ present, onDone }: { present?: RobotRow; onDone: (words: string) => void }) => {
  const apollo = useApolloClient()
  const [isOpen, setOpen] = useState(false)
  const { isBusy, error, send } = useRequest()
  const [choice, setChoice] = useState<ReminderChoice>(present ? choiceOf(present) : ALL)
  const [form] = Form.useForm<RobotDraft>()
  const id = useId()
  const title = present ? `修改群机器人：${present.name}` : '登记群机器人'
  const save = (draft: RobotDraft) =>
    send(
      () =>
        apollo.mutate({ mutation: ProposeReminderRobotDocument, variables: { input: { ...draft, choice } as never } }),
      () => {
        setOpen(false)
        onDone(`测试消息已发到“${draft.name}”；改动已提出，待另一名管理员确认。`)
      },
    )
  return (
    <>
      <Button
        {...(present ? { type: 'link' as const, size: 'small' as const } : { type: 'primary' as const })}
        aria-label={present ? `修改：${present.name}` : title}
        onClick={() => setOpen(true)}
      >
        {present ? '修改' : title}
      </Button>
      <Modal
        open={isOpen}
        title={title}
        okText="发送测试消息并提出"
        cancelText="返回"
        okButtonProps={{ loading: isBusy }}
        onOk={() => form.submit()}
        onCancel={() => setOpen(false)}
        closable={{ 'aria-label': '关闭' }}
        destroyOnHidden
      >
        <Form
          form={form}
          name={id}
          layout="vertical"
          initialValues={{ name: present?.name, form: present?.form, region: present?.region }}
          onFinish={save}
        >
          <RobotFields isNew={present === undefined} />
          <ChoiceFields value={choice} offered={KINDS} onChange={setChoice} />
          <Form.Item label="依据" name="reason" rules={[{ required: true, message: '请写明依据。' }]}>
            <Input.TextArea rows={2} maxLength={2000} />
          </Form.Item>
        </Form>
        {error !== null && <RefusalNotice of={error} />}
      </Modal>
    </>
  )
}

const RobotFields = ({ isNew }: { isNew: boolean }) => {
  const kind = Form.useWatch('form')
  const region = Form.useWatch('region')
  const unchanged = isNew ? '' : '（不填为不变）'
  return (
    <>
      <Form.Item label="群名称" name="name" rules={[{ required: true, message: '请填写群名称。' }]}>
        <Input autoComplete="off" maxLength={40} disabled={!isNew} />
      </Form.Item>
      <Form.Item label="形式" name="form" rules={[{ required: true, message: '请选择形式。' }]}>
        <Select options={optionsOf('RobotForm')} placeholder="请选择" />
      </Form.Item>
      <Form.Item
        label={`机器人地址（webhook）${unchanged}`}
        name="robotAddress"
        extra="在群设置中添加自定义机器人后取得；加密保存，不再显示。"
        rules={[{ required: isNew, message: '请填写地址。' }]}
      >
        <Input autoComplete="off" maxLength={500} />
      </Form.Item>
      {kind === 'DINGTALK' && (
        <Form.Item
          label={`加签密钥${unchanged}`}
          name="robotSecret"
          extra="机器人的安全设置选“加签”。"
          rules={[{ required: isNew, message: '请填写加签密钥。' }]}
        >
          <Input.Password autoComplete="off" maxLength={200} />
        </Form.Item>
      )}
      <Form.Item
        label="区划"
        name="region"
        extra={typedRegionWords(region) ?? '不填为全省；限于市、县的，只提醒该区划内主体的案件。'}
        rules={[{ pattern: /^\d{6}$/, message: '六位区划代码。' }]}
      >
        <AutoComplete allowClear options={REGION_OPTIONS} placeholder="全省，或选择市州，或填写六位代码" />
      </Form.Item>
    </>
  )
}
