import { useApolloClient, useQuery } from '@apollo/client/react'
import { useMemo, useState } from 'react'
import { useAddressState } from '../../../pieces/address.js'
import { agoText, instantText } from '../../../pieces/dates.js'
import { PageHead } from '../../../pieces/page.js'
import { regionWords } from '../../../pieces/places.js'
import { type TableColumn, VirtualTable } from '../../../pieces/virtual-table.js'
import { useMay } from '../../../session/session.js'
import { filterAccounts, loadedConnectionOf } from '../account-list.js'
import { type OneTimeSecret, OneTimeSecretDialog } from '../one-time-secret.js'
import { ConfirmAccountButton, PendingNotice } from '../pending.js'
import { AccountFilters, RegisterForm, roleWords } from '../register.js'
import {
  AddClientDocument,
  type ClientLineFragment,
  ClientsDocument,
  ConfirmClientDocument,
} from './clients.generated.js'
import { EndClientButton, RotateClientButton } from './deeds.js'

const OLD_DAYS = 365
const DAY_MS = 86_400_000

const isOld = ({ createdAt, rotatedAt, endedAt }: ClientLineFragment): boolean =>
  endedAt === null && Date.now() - Date.parse(rotatedAt ?? createdAt) > OLD_DAYS * DAY_MS

export default function ClientsPage() {
  const manages = useMay('manage_registered')
  const apollo = useApolloClient()
  const [asked, ask] = useAddressState({ name: '', role: '', ended: false as boolean, row: 0 })
  const [told, setTold] = useState<OneTimeSecret | null>(null)
  const query = useQuery(ClientsDocument)
  const found = filterAccounts(query.data?.clients as ClientLineFragment[] | undefined, asked)
  const refetch = query.refetch

  const columns = useMemo<TableColumn<ClientLineFragment>[]>(() => {
    const tell = (secret: string, client: ClientLineFragment, title: string) => {
      setTold(secretOf(secret, client, title))
      void refetch()
    }
    const shown: TableColumn<ClientLineFragment>[] = [
      {
        key: 'name',
        title: '名称（客户端标识）',
        render: ({ name }) => (
          <code className="code" title={name}>
            {name}
          </code>
        ),
      },
      {
        key: 'state',
        title: '状态',
        width: 240,
        render: (client) => {
          const { endedAt, previousUntil, pendingSince } = client
          if (endedAt !== null) return <span className="soft">已停用 {instantText(endedAt)}</span>
          if (pendingSince !== null) return <PendingNotice of={client} />
          if (previousUntil !== null) return <span className="warn">旧密钥有效至 {instantText(previousUntil)}</span>
          return <span className="good">在用</span>
        },
      },
      { key: 'role', title: '角色', width: 120, render: ({ role }) => roleWords(role) },
      {
        key: 'agency',
        title: '所属单位',
        width: 170,
        render: ({ agency, agencyName }) => agencyName?.zh ?? agency ?? '—',
      },
      { key: 'region', title: '区划', width: 90, render: ({ region }) => regionWords(region) },
      {
        key: 'secret',
        title: '密钥启用',
        width: 150,
        render: (one) => (
          <span title={instantText(one.rotatedAt ?? one.createdAt)}>
            {agoText(one.rotatedAt ?? one.createdAt)}
            {isOld(one) && <span className="warn"> 一年未更换</span>}
          </span>
        ),
      },
    ]
    if (!manages) return shown
    const confirm = async ({ name, pendingSince }: ClientLineFragment) => {
      await apollo.mutate({ mutation: ConfirmClientDocument, variables: { name, pendingSince } as never })
      void refetch()
    }
    return [
      ...shown,
      {
        key: 'deeds',
        title: '办理',
        width: 210,
        render: (client) =>
          client.endedAt === null && (
            <>
              <ConfirmAccountButton of={client} what="系统" onDo={() => confirm(client)} />
              <RotateClientButton of={client} onSecret={(secret, next) => tell(secret, next, '新的密钥')} />
              <EndClientButton of={client} onEnd={() => void refetch()} />
            </>
          ),
      },
    ]
  }, [manages, apollo, refetch])

  return (
    <>
      <PageHead
        title="系统"
        extra={
          manages && (
            <RegisterForm
              what="系统"
              nameLabel="名称（即客户端标识）"
              onSend={async (input) => {
                const { data } = await apollo.mutate({
                  mutation: AddClientDocument,
                  variables: { input } as never,
                  fetchPolicy: 'no-cache',
                })
                if (data) setTold(secretOf(data.addClient.secret, data.addClient.client, '系统已登记'))
                void refetch()
              }}
            />
          )
        }
      >
        <p className="soft">
          以密钥取得令牌、经接口查询或报送的系统。新登记的系统和新的密钥，须由负有安全职责的另一名管理员确认后方可使用；此前旧密钥在其有效期内照常可用。
        </p>
      </PageHead>
      <AccountFilters asked={asked} ask={ask} />
      <div className="fit">
        <VirtualTable
          label="系统"
          columns={columns}
          rows={loadedConnectionOf(found, query)}
          rowKey={({ name }) => name}
          empty={query.data?.clients.length === 0 ? '还没有登记系统。' : '没有符合条件的系统。'}
          position={asked.row}
          onPosition={(row) => ask({ row })}
          minWidth={manages ? 1_210 : 1_000}
        />
      </div>
      <OneTimeSecretDialog of={told} onClose={() => setTold(null)} />
    </>
  )
}

const secretOf = (text: string, client: ClientLineFragment, title: string): OneTimeSecret => ({
  title,
  what: '密钥',
  text,
  fields: [
    { label: '名称', value: <code className="code">{client.name}</code> },
    { label: '角色', value: roleWords(client.role) },
    ...(client.previousUntil === null
      ? []
      : [{ label: '旧密钥', value: `有效至 ${instantText(client.previousUntil)}` }]),
  ],
  advice: '请经安全的途径交给该系统的负责人，由其以名称和密钥向 /oauth/token 取得令牌；不要用邮件或聊天软件发送。',
})
