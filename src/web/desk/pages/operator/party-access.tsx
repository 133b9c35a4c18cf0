import { useApolloClient, useQuery } from '@apollo/client/react'
import { Button } from 'antd'
import { useState } from 'react'
import { operatorCodeOf } from '../../pieces/code.js'
import { ConfirmButton } from '../../pieces/confirm.js'
import { instantText } from '../../pieces/dates.js'
import { EmptyNotice, LoadingNotice } from '../../pieces/empty.js'
import { RefusalNotice } from '../../pieces/refusal.js'
import { saveBase64 } from '../../pieces/save-file.js'
import { labelOf } from '../../pieces/words.js'
import { useMay } from '../../session/session.js'
import { type OneTimeSecret, OneTimeSecretDialog } from '../administration/one-time-secret.js'
import type { OperatorFile } from './file.js'
import {
  type DoorCodeFragment,
  DoorCodesDocument,
  IssueAccessCodeDocument,
  RevokeAccessCodeDocument,
} from './party-access.generated.js'

export const PartyAccessPanel = ({ of }: { of: OperatorFile }) => {
  const sees = useMay('see_access_codes')
  return sees ? <Codes of={of} /> : null
}

const Codes = ({ of }: { of: OperatorFile }) => {
  const code = operatorCodeOf(of)
  const apollo = useApolloClient()
  const issues = useMay('issue_access_code')
  const [told, setTold] = useState<OneTimeSecret | null>(null)
  const [words, setWords] = useState('')
  const { data, loading, error, refetch } = useQuery(DoorCodesDocument, {
    variables: { code },
    fetchPolicy: 'no-cache',
  })
  const codes = data?.operator?.accessCodes ?? []
  const good = codes.find((one) => one.good)

  const issue = async (reason: string) => {
    const variables = { input: { operator: code, reason } }
    // The code is shown once and never cached.
    const answer = await apollo.mutate({ mutation: IssueAccessCodeDocument, variables, fetchPolicy: 'no-cache' })
    if (!answer.data) throw new TypeError('no answer')
    const { code: accessCode, slip } = answer.data.issueAccessCode
    setWords('')
    setTold({
      title: '登录码已签发',
      what: '登录码',
      text: accessCode,
      fields: [
        { label: '主体', value: of.name ?? code },
        { label: '用在', value: '公开网站“我的记录”（/my）' },
      ],
      advice: '请随决定书送达当事人，或核实身份后当面交给本人；不要经第三人或公开渠道转交。',
      extra: (
        <Button onClick={() => saveBase64(slip, `查询告知单 ${of.name ?? code}.pdf`)}>
          下载送达用的查询告知单（PDF）
        </Button>
      ),
    })
    await refetch()
  }
  const revoke = async (reason: string) => {
    await apollo.mutate({ mutation: RevokeAccessCodeDocument, variables: { input: { operator: code, reason } } })
    setWords('登录码已撤销。')
    await refetch()
  }
  return (
    <section className="panel wide no-print" aria-labelledby="door">
      <h2 id="door">当事人的登录码</h2>
      <p className="soft">当事人凭登录码在公开网站“我的记录”查看本页所据的信息，陈述申辩、提出异议、申请修复。</p>
      {error && <RefusalNotice of={error} onAgain={() => void refetch()} />}
      {!data && loading && <LoadingNotice of="登录码" />}
      {data && codes.length === 0 && <EmptyNotice>从未签发。</EmptyNotice>}
      {codes.length > 0 && (
        <ul className="lines" aria-label="签发记录">
          {codes.map((one) => (
            <li key={one.issuedAt}>
              <Line of={one} />
            </li>
          ))}
        </ul>
      )}
      {data && issues && (
        <p className="filters">
          <ConfirmButton
            action={good ? '补发登录码' : '签发登录码'}
            danger={good !== undefined}
            follows={[
              '显示一个新的登录码，只显示这一次。',
              ...(good ? ['原登录码立即失效；正在用它登录的，即刻退出。'] : []),
              '留下记录：谁、何时、因何签发。',
            ]}
            asks={{ label: '理由' }}
            onDo={issue}
          />
          {good && (
            <ConfirmButton
              action="撤销登录码"
              follows={['登录码立即失效；正在用它登录的，即刻退出。', '当事人在重新签发之前，不能再从网上查看和办理。']}
              asks={{ label: '理由' }}
              onDo={revoke}
            />
          )}
        </p>
      )}
      <p role="status" className="good said">
        {words}
      </p>
      <OneTimeSecretDialog of={told} onClose={() => setTold(null)} />
    </section>
  )
}

const Line = ({ of }: { of: DoorCodeFragment }) => (
  <>
    <b className={of.good ? 'good' : 'soft'}>{of.ended === null ? '有效' : labelOf('AccessCodeEnd', of.ended)}</b>{' '}
    {instantText(of.issuedAt)} {of.issuedBy} 签发：{of.reason}
    {of.endedAt !== null && (
      <div className="soft">
        {instantText(of.endedAt)} {of.endedBy} 终止：{of.endedReason}
      </div>
    )}
  </>
)
