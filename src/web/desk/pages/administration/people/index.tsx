import { useApolloClient, useQuery } from '@apollo/client/react'
import { useMemo, useState } from 'react'
import { useAddressState } from '../../../pieces/address.js'
import { ConfirmButton } from '../../../pieces/confirm.js'
import { ConfirmersNotice } from '../../../pieces/confirmers.js'
import { agoText, instantText } from '../../../pieces/dates.js'
import { PageHead } from '../../../pieces/page.js'
import { regionWords } from '../../../pieces/places.js'
import { type TableColumn, VirtualTable } from '../../../pieces/virtual-table.js'
import { labelOf } from '../../../pieces/words.js'
import { useMay, useSession } from '../../../session/session.js'
import { filterAccounts, loadedConnectionOf } from '../account-list.js'
import { type OneTimeSecret, OneTimeSecretDialog } from '../one-time-secret.js'
import { ConfirmAccountButton, PendingNotice } from '../pending.js'
import { AccountFilters, PERSON_ROLE_OPTIONS, RegisterForm, roleWords } from '../register.js'
import { EndPersonButton } from './end-person.js'
import {
  AddPersonDocument,
  ConfirmPersonDocument,
  PeopleDocument,
  type PersonLineFragment,
  ResetPersonDocument,
  ResetSecondFactorDocument,
  WakePersonDocument,
} from './people.generated.js'

export default function PeoplePage() {
  const manages = useMay('manage_registered')
  const { name: me } = useSession()
  const apollo = useApolloClient()
  const [asked, ask] = useAddressState({ name: '', role: '', ended: false as boolean, row: 0 })
  const [told, setTold] = useState<OneTimeSecret | null>(null)
  const query = useQuery(PeopleDocument)
  const found = filterAccounts(query.data?.people as PersonLineFragment[] | undefined, asked)
  const refetch = query.refetch

  const columns = useMemo<TableColumn<PersonLineFragment>[]>(() => {
    const shown: TableColumn<PersonLineFragment>[] = [
      {
        key: 'name',
        title: '姓名（登录名）',
        render: ({ name }) => (
          <span title={name}>
            {name}
            {name === me && <span className="soft"> 本人</span>}
          </span>
        ),
      },
      { key: 'state', title: '状态', width: 240, render: (one) => <PersonState of={one} /> },
      {
        key: 'role',
        title: '角色',
        width: 150,
        render: ({ role, duty }) => `${roleWords(role)}${duty === null ? '' : `（${labelOf('Duty', duty)}）`}`,
      },
      {
        key: 'agency',
        title: '所属单位、区划',
        width: 170,
        render: ({ agency, agencyName, region }) => (
          <>
            {agencyName?.zh ?? agency ?? '—'} <span className="soft">{regionWords(region)}</span>
          </>
        ),
      },
      {
        key: 'seen',
        title: '最近使用',
        width: 96,
        render: ({ seenAt }) => <span title={instantText(seenAt)}>{agoText(seenAt)}</span>,
      },
    ]
    if (!manages) return shown
    const reset = async ({ name }: PersonLineFragment) => {
      const { data } = await apollo.mutate({
        mutation: ResetPersonDocument,
        variables: { name },
        fetchPolicy: 'no-cache',
      })
      if (data) setTold(passwordOf(data.resetPerson, '密码已重设'))
      void refetch()
    }
    const confirm = async ({ name, pendingSince }: PersonLineFragment) => {
      await apollo.mutate({ mutation: ConfirmPersonDocument, variables: { name, pendingSince } as never })
      void refetch()
    }
    const resetFactor = async ({ name }: PersonLineFragment) => {
      await apollo.mutate({ mutation: ResetSecondFactorDocument, variables: { name } })
      void refetch()
    }
    const wake = async ({ name }: PersonLineFragment) => {
      await apollo.mutate({ mutation: WakePersonDocument, variables: { name } })
      void refetch()
    }
    return [
      ...shown,
      {
        key: 'deeds',
        title: '办理',
        width: 224,
        render: (person) =>
          person.endedAt === null && (
            <>
              <ConfirmAccountButton of={person} what="人员" onDo={() => confirm(person)} />
              <ConfirmButton
                action="重设密码"
                danger={false}
                follows={[
                  `“${person.name}”得到新的一次性密码，只显示一次，登录时须换成自选的密码；`,
                  '原来的密码立即作废；第二重验证不变，通行密钥仍可登录，疑被他人掌握的须另行清除；',
                  person.name === me
                    ? '您自己现在的登录随即结束。'
                    : '其全部登录立即结束，正在填写的内容须重新登录后才能提交。',
                ]}
                button={{ type: 'link', size: 'small', 'aria-label': `重设密码：${person.name}` }}
                onDo={() => reset(person)}
              />
              {person.asleep && (
                <ConfirmButton
                  action="唤醒"
                  danger={false}
                  follows={[
                    `“${person.name}”可以用原来的密码登录；`,
                    '请先确认本人仍在岗：休眠的账号多属已调离的人员，应予停用。',
                  ]}
                  button={{ type: 'link', size: 'small', 'aria-label': `唤醒：${person.name}` }}
                  onDo={() => wake(person)}
                />
              )}
              {person.secondFactor && (
                <ConfirmButton
                  action="清除第二重验证"
                  follows={[
                    `“${person.name}”的通行密钥、动态验证码和恢复码全部作废，其全部登录立即结束；`,
                    '须由负有安全职责的另一名管理员确认，此前不能登录；',
                    '此后本人以密码登录，并重新启用第二重验证。请当面核实确属遗失。',
                  ]}
                  button={{ type: 'link', size: 'small', 'aria-label': `清除第二重验证：${person.name}` }}
                  onDo={() => resetFactor(person)}
                />
              )}
              <EndPersonButton of={person} isSelf={person.name === me} onDone={() => void refetch()} />
            </>
          ),
      },
    ]
  }, [manages, apollo, refetch, me])

  return (
    <>
      <PageHead
        title="人员"
        extra={
          manages && (
            <RegisterForm
              what="人员"
              nameLabel="姓名（登录名）"
              roles={PERSON_ROLE_OPTIONS}
              systems={query.data?.clients ?? []}
              onSend={async (input) => {
                const { data } = await apollo.mutate({
                  mutation: AddPersonDocument,
                  variables: { input } as never,
                  fetchPolicy: 'no-cache',
                })
                if (data) setTold(passwordOf(data.addPerson, '人员已登记'))
                void refetch()
              }}
            />
          )
        }
      >
        <p className="soft">
          可以登录工作台的人员。同一人须只有一个登录名：提出与复核须是不同的人。新登记的人员和重设的密码，须由负有安全职责的另一名管理员确认后方可登录。
        </p>
      </PageHead>
      <PendingConfirmers of={found} />
      <AccountFilters asked={asked} ask={ask} />
      <div className="fit">
        <VirtualTable
          label="人员"
          columns={columns}
          rows={loadedConnectionOf(found, query)}
          rowKey={({ name }) => name}
          empty="没有符合条件的人员。"
          position={asked.row}
          onPosition={(row) => ask({ row })}
          minWidth={manages ? 1_000 : 800}
        />
      </div>
      <OneTimeSecretDialog of={told} onClose={() => setTold(null)} />
    </>
  )
}

const PendingConfirmers = ({ of }: { of: readonly PersonLineFragment[] | undefined }) => {
  const waiting = (of ?? []).filter(({ pendingSince, endedAt }) => pendingSince !== null && endedAt === null)
  const by = [...new Set(waiting.map(({ changedBy }) => changedBy))]
  return by.map((name) => (
    <ConfirmersNotice key={name ?? ''} kind="CONFIRM_ACCOUNT" by={name} who="负有安全职责的管理员" />
  ))
}

const PersonState = ({ of }: { of: PersonLineFragment }) => {
  const { endedAt, oneTimeUntil, pendingSince, asleep, secondFactor } = of
  if (endedAt !== null) return <span className="soft">已停用 {instantText(endedAt)}</span>
  if (pendingSince !== null) return <PendingNotice of={of} />
  if (asleep) return <span className="warn">久未登录，休眠</span>
  if (oneTimeUntil === null)
    return <span className="good">在用 {secondFactor && <span className="soft">已启用第二重验证</span>}</span>
  if (Date.parse(oneTimeUntil) < Date.now()) return <span className="bad">一次性密码已过期，须重设</span>
  return <span className="warn">待其换密码，至 {instantText(oneTimeUntil)}</span>
}

const passwordOf = (
  issued: { oneTimePassword: string; goodUntil: string; person: PersonLineFragment },
  title: string,
): OneTimeSecret => ({
  title,
  what: '一次性密码',
  text: issued.oneTimePassword,
  fields: [
    { label: '登录名', value: issued.person.name },
    { label: '角色', value: roleWords(issued.person.role) },
    { label: '须在此前使用', value: instantText(issued.goodUntil) },
  ],
  advice: '请当面或经安全的途径交给本人。本人首次登录时须换成自选的密码，此后这个密码作废。',
})
