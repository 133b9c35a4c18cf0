import { useApolloClient, useQuery } from '@apollo/client/react'
import { Button } from 'antd'
import { useState } from 'react'
import { instantText } from '../../pieces/dates.js'
import { EmptyNotice, LoadingNotice } from '../../pieces/empty.js'
import { LabelledField } from '../../pieces/field.js'
import { PageHead } from '../../pieces/page.js'
import { RefusalNotice } from '../../pieces/refusal.js'
import { ChoiceFields, type ReminderChoice } from './choice.js'
import type { ReminderSettingsFragment } from './fragments.generated.js'
import { MailAddress } from './mail-address.js'
import { ChooseRemindersDocument, RemindersDocument } from './reminders.generated.js'
import { useRequest } from './request.js'

export default function RemindersPage() {
  const { data, loading, error, refetch } = useQuery(RemindersDocument, { fetchPolicy: 'network-only' })
  const settings = data?.notificationSettings as ReminderSettingsFragment | undefined
  const [words, setWords] = useState('')
  const onDone = (told: string) => {
    setWords(told)
    void refetch()
  }
  return (
    <>
      <PageHead title="提醒设置">
        <p className="soft">
          选定的事项发到您的邮箱。邮件只写案件、企业名称、要办的事和期限，不写自然人和个体工商户的名称；详情请登录工作台查看。
        </p>
      </PageHead>
      {error && <RefusalNotice of={error} onAgain={() => void refetch()} />}
      <p role="status" className="good said">
        {words}
      </p>
      {settings === undefined && loading && <LoadingNotice of="提醒设置" />}
      {settings !== undefined &&
        (settings.offered.length === 0 ? (
          <EmptyNotice>您的角色没有需要提醒的事项。</EmptyNotice>
        ) : (
          <div className="panels">
            <MailAddress of={settings} onDone={onDone} />
            <Choice
              key={JSON.stringify([settings.kinds, settings.digestHour, settings.quietFrom])}
              of={settings}
              onDone={onDone}
            />
            <DeliveryState of={settings} />
          </div>
        ))}
    </>
  )
}

const Choice = ({ of, onDone }: { of: ReminderSettingsFragment; onDone: (words: string) => void }) => {
  const apollo = useApolloClient()
  const { kinds, digestHour, quietFrom, quietTo } = of
  const [choice, setChoice] = useState<ReminderChoice>({ kinds, digestHour, quietFrom, quietTo })
  const { isBusy, error, send } = useRequest()
  const save = () =>
    send(
      () => apollo.mutate({ mutation: ChooseRemindersDocument, variables: { input: choice as never } }),
      () => onDone('已保存。'),
    )
  return (
    <section className="panel wide" aria-label="内容和时间">
      <h2>内容和时间</h2>
      <ChoiceFields value={choice} offered={of.offered} onChange={setChoice} />
      <Button type="primary" loading={isBusy} onClick={() => void save()}>
        保存
      </Button>
      {error !== null && <RefusalNotice of={error} />}
    </section>
  )
}

const DeliveryState = ({ of }: { of: ReminderSettingsFragment }) => (
  <section className="panel wide" aria-label="发送情况">
    <h2>发送情况</h2>
    <dl className="fields">
      <LabelledField label="最近一次送达">{of.sentAt === null ? '尚无' : instantText(of.sentAt)}</LabelledField>
      <LabelledField label="待送">{`${of.owed} 封`}</LabelledField>
      <LabelledField label="近 30 天未能送达">
        <span className={of.undelivered > 0 ? 'bad' : ''}>
          {of.undelivered > 0 ? `${of.undelivered} 封，请核对邮箱地址` : '0 封'}
        </span>
      </LabelledField>
    </dl>
  </section>
)
