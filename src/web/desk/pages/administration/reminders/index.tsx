import { useApolloClient, useQuery } from '@apollo/client/react'
import { useState } from 'react'
import { Link } from 'react-router'
import { ConfirmButton } from '../../../pieces/confirm.js'
import { agoText, instantText } from '../../../pieces/dates.js'
import { EmptyNotice, LoadingNotice } from '../../../pieces/empty.js'
import { PageHead } from '../../../pieces/page.js'
import { regionWords } from '../../../pieces/places.js'
import { PlainTable } from '../../../pieces/plain-table.js'
import { RefusalNotice } from '../../../pieces/refusal.js'
import { labelOf } from '../../../pieces/words.js'
import { useMay } from '../../../session/session.js'
import { timingWords } from '../../reminders/choice.js'
import { OfficeProposalsDocument, type OfficeProposalsQuery } from '../office.generated.js'
import { WaitingOfficeProposal } from '../office-proposals.js'
import {
  ReminderRobotsDocument,
  type ReminderRobotsQuery,
  RemoveReminderRobotDocument,
  ResendReminderDocument,
  UndeliveredRemindersDocument,
  type UndeliveredRemindersQuery,
} from './reminder-channels.generated.js'
import { RobotForm } from './robot-form.js'

export default function ReminderChannelsPage() {
  const manages = useMay('manage_registered')
  const [words, setWords] = useState('')
  return (
    <>
      <PageHead title="提醒渠道">
        <p className="soft">
          群机器人向工作群发送提醒，由一名管理员提出、另一名确认；各人的邮箱由本人在“提醒设置”中登记，管理员看不到。邮件服务器在
          <Link to="/administration/settings">本机关设置</Link>中设定。
        </p>
      </PageHead>
      <p role="status" className="good said">
        {words}
      </p>
      {manages && <Robots onDone={setWords} />}
      <Undelivered manages={manages} onDone={setWords} />
    </>
  )
}

interface ChannelSectionProps {
  onDone: (words: string) => void
}

const Robots = ({ onDone }: ChannelSectionProps) => {
  const { data, loading, error, refetch } = useQuery(ReminderRobotsDocument, { fetchPolicy: 'network-only' })
  const proposed = useQuery(OfficeProposalsDocument, { fetchPolicy: 'network-only' })
  const robots = (data as ReminderRobotsQuery | undefined)?.notificationRobots
  const waiting = ((proposed.data as OfficeProposalsQuery | undefined)?.officeProposals ?? []).filter(
    ({ kind, state }) => kind === 'ROBOT' && state === 'PROPOSED',
  )
  const done = (words: string) => {
    onDone(words)
    void refetch()
    void proposed.refetch()
  }
  return (
    <section aria-label="群机器人">
      <div className="page-title">
        <h2>群机器人</h2>
        <RobotForm onDone={done} />
      </div>
      {error && <RefusalNotice of={error} onAgain={() => void refetch()} />}
      {waiting.map((one) => (
        <WaitingOfficeProposal key={one.id} of={one} onDone={done} />
      ))}
      {robots === undefined && loading && <LoadingNotice of="群机器人" />}
      {robots?.length === 0 && <EmptyNotice>还没有登记群机器人。</EmptyNotice>}
      {robots !== undefined && robots.length > 0 && (
        <PlainTable
          label="群机器人"
          columns={['群名称', '形式', '范围', '内容', '时间', '最近送达', '未能送达', '登记人', '办理'].map(
            (title) => ({ title }),
          )}
          rows={robots.map((one) => robotRow(one, done))}
        />
      )}
    </section>
  )
}

const robotRow = (one: ReminderRobotsQuery['notificationRobots'][number], onDone: (words: string) => void) => ({
  key: one.name,
  isMarked: one.undelivered > 0,
  cells: [
    one.name,
    labelOf('RobotForm', one.form),
    regionWords(one.region),
    one.kinds.map((kind) => labelOf('NotificationKind', kind)).join('、') || '无',
    timingWords(one),
    one.sentAt === null ? '尚无' : agoText(one.sentAt),
    `${one.undelivered} 条`,
    `${one.changedBy}，${instantText(one.changedAt)}`,
    <span key="deeds" className="filters">
      <RobotForm present={one} onDone={onDone} />
      <RemoveRobot name={one.name} onDone={onDone} />
    </span>,
  ],
})

const RemoveRobot = ({ name, onDone }: ChannelSectionProps & { name: string }) => {
  const apollo = useApolloClient()
  return (
    <ConfirmButton
      action="删除"
      follows={[`不再向“${name}”发送提醒；`, '尚未发出的一并取消；', '机器人的地址和密钥即行删除。']}
      button={{ type: 'link', size: 'small', 'aria-label': `删除：${name}` }}
      onDo={async () => {
        await apollo.mutate({ mutation: RemoveReminderRobotDocument, variables: { name } })
        onDone(`“${name}”已删除。`)
      }}
    />
  )
}

const Undelivered = ({ manages, onDone }: ChannelSectionProps & { manages: boolean }) => {
  const apollo = useApolloClient()
  const { data, loading, error, refetch } = useQuery(UndeliveredRemindersDocument, { fetchPolicy: 'network-only' })
  const all = (data as UndeliveredRemindersQuery | undefined)?.undeliveredNotifications
  return (
    <section aria-label="未能送达的提醒">
      <h2>未能送达的提醒</h2>
      <p className="soft">
        三天内反复发送仍不成功，或对方邮箱不收的，不再发送；请当面转告，并请本人核对邮箱。近 30 天：
      </p>
      {error && <RefusalNotice of={error} onAgain={() => void refetch()} />}
      {all === undefined && loading && <LoadingNotice of="未能送达的提醒" />}
      {all?.length === 0 && <EmptyNotice>没有未能送达的提醒。</EmptyNotice>}
      {all !== undefined && all.length > 0 && (
        <PlainTable
          label="未能送达的提醒"
          columns={['收件人', '事项', '写成时间', '放弃时间', '尝试', ...(manages ? ['办理'] : [])].map((title) => ({
            title,
          }))}
          rows={all.map((one) => ({
            key: String(one.number),
            cells: [
              one.person ?? `群：${one.group}`,
              `${one.items} 项`,
              instantText(one.createdAt),
              instantText(one.endedAt),
              `${one.attempts} 次`,
              ...(manages
                ? [
                    <ConfirmButton
                      key="resend"
                      action="重新发送"
                      danger={false}
                      follows={['按现在登记的地址再发送一次；', '仍不成功的，三天后再次列在这里。']}
                      button={{ type: 'link', size: 'small', 'aria-label': `重新发送：${one.person ?? one.group}` }}
                      onDo={async () => {
                        await apollo.mutate({ mutation: ResendReminderDocument, variables: { number: one.number } })
                        onDone('已重新发送。')
                        void refetch()
                      }}
                    />,
                  ]
                : []),
            ],
          }))}
        />
      )}
    </section>
  )
}
