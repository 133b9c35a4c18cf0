import { useApolloClient, useQuery } from '@apollo/client/react'
import { Button } from 'antd'
import type { ReactNode } from 'react'
import { Link, useParams } from 'react-router'
import { OperatorCode, operatorCodeOf, operatorPath } from '../../pieces/code.js'
import { ConfirmButton } from '../../pieces/confirm.js'
import { agoText, instantText } from '../../pieces/dates.js'
import { EmptyNotice, LoadingNotice } from '../../pieces/empty.js'
import { LabelledField } from '../../pieces/field.js'
import { PageHead } from '../../pieces/page.js'
import { PlainTable } from '../../pieces/plain-table.js'
import { RefusalNotice } from '../../pieces/refusal.js'
import { labelOf } from '../../pieces/words.js'
import { pageAt } from '../../routes.js'
import { DELIVERY_STATE_WORDS, deliveryPath, subjectWords } from '../deliveries/words.js'
import {
  CloseDeliveryDocument,
  DeliveryDocument,
  type DeliveryQuery,
  DeliverySiblingsDocument,
  type DeliverySiblingsQuery,
  ResendDeliveryDocument,
} from './delivery.generated.js'
import { NoticeTable } from './notice.js'
import { DeliveryTimeLine, type PlatformReceipt } from './story.js'

type DeliveryNode = Extract<NonNullable<DeliveryQuery['node']>, { key: string }>
type DeliveryPlatform = DeliveryQuery['platforms'][number]

export default function DeliveryPage() {
  const { id = '' } = useParams()
  const { data, loading, error, refetch } = useQuery(DeliveryDocument, { variables: { id } })
  const seen = data as DeliveryQuery | undefined
  const found = seen?.node && 'key' in seen.node ? (seen.node as DeliveryNode) : null
  const platform = seen?.platforms.find((one) => one.id === found?.platform)
  const title = found ? `${labelOf('DeliveryAction', found.action)}：${subjectWords(found)}` : '一件推送'
  return (
    <>
      <PageHead
        title={title}
        extra={
          <Button loading={loading} onClick={() => void refetch()}>
            刷新
          </Button>
        }
      />
      {error && <RefusalNotice of={error} onAgain={() => void refetch()} />}
      {!seen && loading && <LoadingNotice of="推送" />}
      {seen && found === null && <EmptyNotice>没有这一件推送，或者您无权查看。</EmptyNotice>}
      {found && seen && <Whole of={found} platform={platform} all={seen.platforms} onDone={() => void refetch()} />}
    </>
  )
}

interface WholeProps {
  of: DeliveryNode
  platform: DeliveryPlatform | undefined
  all: readonly DeliveryPlatform[]
  onDone: () => void
}

const Whole = ({ of, platform, all, onDone }: WholeProps) => (
  <div className="panels">
    <Subject of={of} platform={platform} />
    {of.state === 'REFUSED' && <Settle of={of} platform={platform?.name.zh ?? '—'} onDone={onDone} />}
    <Panel title="平台的答复" wide>
      <Answers of={of} />
    </Panel>
    <Panel title="经过" wide>
      <DeliveryTimeLine of={of} />
    </Panel>
    <Panel title="内容" wide>
      {of.notice === null ? (
        <EmptyNotice>内容不对您的角色公开。</EmptyNotice>
      ) : (
        <NoticeTable told={of.notice} {...(of.again?.notice ? { now: of.again.notice } : {})} />
      )}
    </Panel>
    <Siblings of={of} all={all} />
  </div>
)

const Panel = ({ title, wide, children }: { title: string; wide?: boolean; children: ReactNode }) => (
  <section className={wide ? 'panel wide' : 'panel'} aria-label={title}>
    <h2>{title}</h2>
    {children}
  </section>
)

const Subject = ({ of, platform }: { of: DeliveryNode; platform: DeliveryPlatform | undefined }) => {
  const operator = of.listing?.operator
  const listing = of.listing && `/listings/${of.listing.id}`
  return (
    <Panel title="概况" wide>
      <dl className="fields">
        <LabelledField label="状态">
          <strong className={DELIVERY_STATE_WORDS[of.state].tone}>{DELIVERY_STATE_WORDS[of.state].word}</strong>
        </LabelledField>
        <LabelledField label="平台">
          <Link to={`/deliveries?platform=${of.platform}`}>{platform?.name.zh ?? '—'}</Link>
        </LabelledField>
        <LabelledField label="内容">
          {labelOf('DeliveryAction', of.action)}，{labelOf('SubjectKind', of.kind)}，第 {of.number} 次
        </LabelledField>
        {operator && (
          <LabelledField label="主体">
            {pageAt(operatorPath(operator)) ? (
              <Link to={operatorPath(operator)}>{operator.name ?? operatorCodeOf(operator)}</Link>
            ) : (
              (operator.name ?? operatorCodeOf(operator))
            )}{' '}
            <OperatorCode of={operatorCodeOf(operator)} />
          </LabelledField>
        )}
        <LabelledField label="业务键">
          <code className="code">{of.key}</code>
          {listing && pageAt(listing) && (
            <>
              {' '}
              <Link to={listing}>看名单记录</Link>
            </>
          )}
        </LabelledField>
        <LabelledField label="应报">
          {instantText(of.owedAt)} <span className="soft">{agoText(of.owedAt)}</span>
        </LabelledField>
        <LabelledField label="尝试">
          {of.attempts} 次，最近 {instantText(of.sentAt)}
        </LabelledField>
      </dl>
      {platform?.paused && of.action !== 'REMOVE' && of.state === 'OWED' && (
        <p className="warn">该平台已暂停新增和变更：{platform.paused.reason}</p>
      )}
      {platform?.openUntil && of.state === 'OWED' && (
        <p className="warn">该平台连续失败，{instantText(platform.openUntil)} 以前不呼叫。</p>
      )}
    </Panel>
  )
}

const againWords = ({ again, number }: DeliveryNode, platform: string): string => {
  if (again === null) return `按对象的现状，以原业务键重新推送${platform}`
  if (again.action === null) return `对象已不再公示，${platform}也从未收到过：不再推送，本件作废`
  if (again.notice === null) return `对象已不再公示：本件作废，改向${platform}推送移出`
  return `按对象的现状，以原业务键重新推送${platform}（${labelOf('DeliveryAction', again.action)}，第 ${number} 次）`
}

const Settle = ({ of, platform, onDone }: { of: DeliveryNode; platform: string; onDone: () => void }) => {
  const client = useApolloClient()
  const mayClose = of.allowed.includes('CLOSE')
  return (
    <Panel title="待处理" wide>
      {of.advice ? (
        <p>
          <code className="code">{of.advice.code}</code> {of.advice.zh}
        </p>
      ) : (
        <p>平台没有说明代码。</p>
      )}
      {of.allowed.length === 0 ? (
        <p className="soft">重新推送和办结由经办人、复核人或管理员办理。</p>
      ) : (
        <div className="filters">
          {of.allowed.includes('RESEND') && (
            <ConfirmButton
              action="重新推送"
              danger={false}
              button={{ type: 'primary' }}
              follows={[againWords(of, platform), '本件转为待确认，下次推送时发出', '由谁、因何处理记入本件的经过']}
              asks={{ label: '理由，如已更正何处' }}
              onDo={async (reason) => {
                await client.mutate({ mutation: ResendDeliveryDocument, variables: { id: of.id, reason } })
                onDone()
              }}
            />
          )}
          <ConfirmButton
            action="办结"
            disabled={!mayClose}
            hint={mayClose ? '' : '移出的办结限经办人和复核人'}
            follows={[
              `不再就本件推送${platform}，也不视为平台已确认`,
              of.action === 'REMOVE'
                ? '平台可能仍在展示已移出的条目，撤回台账记明由谁、因何办结'
                : '平台上仍没有这一条，当事人在该平台查不到',
              '不能撤销；对象以后有变化的，仍按变化推送',
            ]}
            asks={{ label: '理由' }}
            onDo={async (reason) => {
              await client.mutate({ mutation: CloseDeliveryDocument, variables: { id: of.id, reason } })
              onDone()
            }}
          />
          {!mayClose && <span className="soft">移出的办结限经办人和复核人。</span>}
        </div>
      )}
    </Panel>
  )
}

const Answers = ({ of }: { of: DeliveryNode }) => {
  const before = of.acts.map(({ receipt, at }) => ({
    until: at as string | null,
    receipt: receipt as PlatformReceipt | null,
  }))
  const last = { until: null, receipt: of.receipt as PlatformReceipt | null }
  const isRepeated = JSON.stringify(before.at(-1)?.receipt) === JSON.stringify(last.receipt)
  const answers = [...before, ...(isRepeated ? [] : [last])].filter(
    (one): one is { until: string | null; receipt: PlatformReceipt } => one.receipt !== null,
  )
  if (answers.length === 0) return <EmptyNotice>平台还没有答复，或者不对您的角色公开。</EmptyNotice>
  return (
    <PlainTable
      label="平台的答复，逐行"
      columns={[
        { title: '结果' },
        { title: '代码' },
        { title: '平台所说' },
        { title: '字段' },
        { title: '值' },
        { title: '批次与行' },
        { title: '平台编号' },
      ]}
      rows={answers.map(({ until, receipt }, i) => ({
        key: `${i} ${until}`,
        cells: [
          <span key="is" className={receipt.accepted ? 'good' : 'bad'}>
            {receipt.accepted ? '接受' : '未接受'}
          </span>,
          <code key="code" className="code">
            {receipt.code}
          </code>,
          receipt.text,
          receipt.field ?? '—',
          receipt.value ?? '—',
          receipt.batch ? `${receipt.batch} · 第 ${receipt.row} 行` : '枢纽自查，未发出',
          receipt.receiverId ?? '—',
        ],
      }))}
    />
  )
}

const Siblings = ({ of, all }: { of: DeliveryNode; all: readonly DeliveryPlatform[] }) => {
  const { data, error } = useQuery(DeliverySiblingsDocument, { variables: { subject: of.key } })
  const found = (data as DeliverySiblingsQuery | undefined)?.deliveries
  const order = [...(found?.nodes ?? [])].sort((a, b) =>
    a.platform === b.platform ? a.number - b.number : a.platform < b.platform ? -1 : 1,
  )
  return (
    <Panel title="同一对象在各平台" wide>
      {error && <RefusalNotice of={error} />}
      {found && (
        <PlainTable
          label="同一对象的全部推送"
          columns={[
            { title: '平台' },
            { title: '第几次', align: 'right' },
            { title: '内容' },
            { title: '状态' },
            { title: '应报' },
            { title: '确认' },
          ]}
          rows={order.map((one) => ({
            key: one.id,
            isMarked: one.id === of.id,
            cells: [
              one.id === of.id ? (
                <strong key="here">{all.find(({ id }) => id === one.platform)?.name.zh ?? one.platform}（本件）</strong>
              ) : (
                <Link key="there" to={deliveryPath(one.id)}>
                  {all.find(({ id }) => id === one.platform)?.name.zh ?? one.platform}
                </Link>
              ),
              one.number,
              labelOf('DeliveryAction', one.action),
              <span key="state" className={DELIVERY_STATE_WORDS[one.state].tone}>
                {DELIVERY_STATE_WORDS[one.state].word}
              </span>,
              instantText(one.owedAt),
              instantText(one.confirmedAt),
            ],
          }))}
        />
      )}
      {found && found.totalCount > order.length && (
        <p className="soft">共 {found.totalCount} 件，此处为最近 100 件。</p>
      )}
    </Panel>
  )
}
