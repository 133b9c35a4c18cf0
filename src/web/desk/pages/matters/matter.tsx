import { useApolloClient, useQuery } from '@apollo/client/react'
import { Collapse } from 'antd'
import { useState } from 'react'
import { Link, useParams } from 'react-router'
import { operatorPath } from '../../pieces/code.js'
import { ConfirmButton } from '../../pieces/confirm.js'
import { instantText } from '../../pieces/dates.js'
import { EmptyNotice, LoadingNotice } from '../../pieces/empty.js'
import { LabelledField } from '../../pieces/field.js'
import { PageHead, Panel } from '../../pieces/page.js'
import { recordNameOf } from '../../pieces/record-body.js'
import { RefusalNotice } from '../../pieces/refusal.js'
import { TimeLine, type TimeLineEvent } from '../../pieces/time-line.js'
import { MatterForm } from './form.js'
import { CONTENT, type FilesKeeper, type MatterFormInput } from './form-fields.js'
import { NextDue } from './index.js'
import {
  MatterDocument,
  type MatterQuery,
  MoveMatterDocument,
  ReadReporterDocument,
  type ReadReporterMutation,
} from './matters.generated.js'
import { describeClock, spanText, wayOf } from './words.js'

type ShownMatter = NonNullable<MatterQuery['matter']>
type MatterContent = NonNullable<ShownMatter['content']>
type MadeMove = MatterContent['moves'][number]

export default function MatterPage() {
  const { id = '' } = useParams()
  const { data, error, loading, refetch } = useQuery(MatterDocument, { variables: { id }, fetchPolicy: 'no-cache' })
  const of = data?.matter
  return (
    <>
      <PageHead title={of ? `${of.definition.name.zh} ${of.number}` : '协作事项'} under="/matters">
        {of && (
          <p className="standing">
            <b>{of.stateName.zh}</b>
            <span>{wayOf(of)}</span>
            <span>{of.about}</span>
          </p>
        )}
      </PageHead>
      {error && <RefusalNotice of={error} onAgain={() => void refetch()} />}
      {of === null && <p>没有这个协作事项，或者您无权查看。</p>}
      {of === undefined && loading && <LoadingNotice of="协作事项" />}
      {of && (
        <div className="panels of-two">
          <div className="stack">
            {of.content ? (
              <Content of={of} content={of.content} />
            ) : (
              <EmptyNotice>您的单位不在此事项的席位上，不显示内容。</EmptyNotice>
            )}
          </div>
          <div className="stack">
            <Waiting of={of} />
            {of.content && <ReporterPanel id={of.id} content={of.content} />}
            {of.content && <Attachments of={of} content={of.content} />}
          </div>
          <MovesPanel of={of} onChanged={refetch} />
        </div>
      )}
    </>
  )
}

const HUB = 'hub'
/** The hub makes a reference where the sender gave none. */
const MADE_BY_HUB = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

const nameIn = (terms: readonly { code: string; name: { zh: string } }[], code: string): string =>
  terms.find((one) => one.code === code)?.name.zh ?? code

const fieldWords = ({ definition }: ShownMatter, { name, value }: { name: string; value: string }) => {
  const field = definition.fields.find(({ code }) => code === name)
  return [field?.name.zh ?? name, field ? nameIn(field.values, value) : value] as const
}

const Content = ({ of, content }: { of: ShownMatter; content: MatterContent }) => {
  const { reference, code, operatorName, moves } = content
  const order = of.definition.fields.map(({ code }) => code)
  const fields = content.fields.toSorted((one, other) => order.indexOf(one.name) - order.indexOf(other.name))
  const lines = [
    ...(code === null ? [] : [['所涉主体', `${operatorName ?? ''} ${code}`] as const]),
    ...fields.map((field) => fieldWords(of, field)),
    ...(of.sender === HUB || MADE_BY_HUB.test(reference) ? [] : [['发送方编号', reference] as const]),
  ]
  return (
    <>
      <Panel title="内容">
        <dl className="fields">
          {lines.map(([title, words]) => (
            <LabelledField key={title} label={title}>
              {words}
            </LabelledField>
          ))}
        </dl>
      </Panel>
      <Panel title="办理经过">
        <TimeLine label="办理经过" moments={moves.map((made) => eventOf(of, made))} />
      </Panel>
    </>
  )
}

const RECEIPT = 'receive'
const WAYS: Readonly<Record<string, string>> = {
  QUEUE: '查看队列时收悉',
  WEBHOOK: '系统推送时收悉',
  FOLDER: '从交换文件夹取走时收悉',
}
const STAFF: Readonly<Record<string, string>> = { hub: '枢纽工作人员', listing: '名单案件的办理' }

const PROGRAMS: Readonly<Record<string, string>> = { clock: '系统', feed: '系统' }

const personWords = ({ by, seat, seatName }: Pick<MadeMove, 'by' | 'seat' | 'seatName'>): string => {
  const name = STAFF[seat] ?? seatName?.zh ?? seat
  return by === seat ? name : `${PROGRAMS[by] ?? by}（${name}）`
}

const inputWords = (of: ShownMatter, made: MadeMove): string[] =>
  [
    ['交给', made.toName?.zh ?? made.to],
    ['文号', made.documentNumber],
    ['日期', made.day],
    ['延长', made.extension && spanText(made.extension)],
    ['说明', made.move === RECEIPT ? null : made.reason],
    ...(made.stateBefore === null ? [] : made.fields).map((field) => fieldWords(of, field)),
  ].flatMap(([title, words]) => (words == null ? [] : [`${title}：${words}`]))

const eventOf = (of: ShownMatter, made: MadeMove): TimeLineEvent => {
  const { move, by, stateBefore, stateAfter } = made
  const isReceipt = move === RECEIPT
  const name = isReceipt ? '收悉' : nameIn(of.definition.moves, move)
  const who = isReceipt ? (WAYS[by] ?? by) : personWords(made)
  return {
    key: String(made.sequence),
    at: made.on,
    title: stateBefore === stateAfter ? name : `${name} → ${nameIn(of.definition.states, stateAfter)}`,
    detail: (
      <>
        {[...inputWords(of, made), `${who}，${instantText(made.at)} 登记`].map((words) => (
          <div key={words}>{words}</div>
        ))}
        {made.link !== null && (
          <div>
            关联：
            <Linked of={made.linked} code={of.content?.code ?? null} />
          </div>
        )}
      </>
    ),
  }
}

const Linked = ({ of, code }: { of: MadeMove['linked']; code: string | null }) => {
  if (of === null) return <>您无权查看</>
  if ('number' in of) return <Link to={`/matters/${of.id}`}>{`${of.number} ${of.about ?? ''}`}</Link>
  if ('list' in of)
    return <Link to={`/listings/${of.id}`}>{`${of.operator.name ?? ''} ${of.list?.name.zh ?? ''}`}</Link>
  if (!('kind' in of)) return null
  const name = recordNameOf(of)
  return code === null || code.includes('*') ? name : <Link to={operatorPath({ uscc: code })}>{name}</Link>
}

const ENDS = { MET: '已办', DROPPED: '不再适用', RESTARTED: '已重新计算' } as const

const Waiting = ({ of }: { of: ShownMatter }) => (
  <>
    <Panel title="现在等谁">
      <p>
        {of.waitingForName?.zh ?? of.waitingFor ?? '不等待任何一方。'} {of.nextClock && <NextDue of={of.nextClock} />}
      </p>
      <p className="soft">
        {instantText(of.openedAt)} 发起；
        {of.receivedAt === null ? '承办单位尚未收悉' : `${instantText(of.receivedAt)} 收悉`}
      </p>
    </Panel>
    {of.clocks.length > 0 && (
      <Panel title="时限">
        <ul className="deadline-list">
          {of.clocks.map((clock) => (
            <li key={`${clock.clock} ${clock.startsAt} ${clock.ended}`}>
              {describeClock(clock)} {clock.ended !== null && <span className="good">{ENDS[clock.ended]}</span>}
              {clock.late && <b className="bad">逾期</b>}
              {!clock.rule.confirmed && <span className="warn">规则未经核实，不计逾期</span>}
              <div className="soft">{clock.rule.source}</div>
            </li>
          ))}
        </ul>
      </Panel>
    )}
  </>
)

const Attachments = ({ of, content: { moves, handovers } }: { of: ShownMatter; content: MatterContent }) => {
  const all = moves.flatMap((made) =>
    made.attachments.map((one) => ({ ...one, person: personWords(made), on: made.on })),
  )
  const names = new Map([
    [of.sender, of.senderName?.zh],
    [of.holder, of.holderName?.zh],
    ...moves.map(({ to, toName }) => [to, toName?.zh] as const),
  ])
  const handedWords = ({ to, at, receivedAt, awaitsReceipt }: MatterContent['handovers'][number]): string =>
    `${instantText(at)} 交给 ${names.get(to) ?? to}${receivedAt === null ? '' : `，${instantText(receivedAt)} 收悉`}${awaitsReceipt ? '，尚未收悉' : ''}`
  if (all.length === 0) return null
  return (
    <Panel title="材料">
      <ul className="lines">
        {all.map(({ type, name, sha256, bytes, url, person, on }) => (
          <li key={`${type} ${sha256} ${on}`}>
            {nameIn(of.definition.attachments, type)}：
            {url === null ? `${name}（由提交方保管）` : <a href={url}>{name}</a>}
            <div className="soft">
              {Math.ceil(bytes / 1024)} KB，{on} 由 {person} 提交，指纹 <code className="code">{sha256}</code>
              {handovers
                .filter((handed) => handed.sha256 === sha256 && handed.type === type)
                .map((handed) => (
                  <div key={`${handed.to} ${handed.at}`}>{handedWords(handed)}</div>
                ))}
            </div>
          </li>
        ))}
      </ul>
    </Panel>
  )
}

const MovesPanel = ({ of, onChanged }: { of: ShownMatter; onChanged: () => Promise<unknown> }) => {
  const client = useApolloClient()
  const [chosen, choose] = useState('')
  const [said, setSaid] = useState('')
  const offered = of.allowedMoves.map(({ code }) => code)
  const shown = of.definition.moves.filter(({ code }) => code === chosen || offered.includes(code))
  const known = Object.fromEntries(of.content?.fields.map(({ name, value }) => [`${CONTENT}${name}`, value]) ?? [])
  const send = async (move: string, input: MatterFormInput, keep: FilesKeeper) => {
    try {
      const given = { ...input, id: of.id, move, seen: of.moveCount }
      await client.mutate({ mutation: MoveMatterDocument, variables: { input: given } })
      await keep(of.id)
      choose('')
      setSaid(`已办理：${nameIn(of.definition.moves, move)}。`)
    } finally {
      await onChanged()
    }
  }
  return (
    <Panel title="现在可以办理" wide>
      <p role="status" className="good">
        {said}
      </p>
      {offered.length === 0 && <EmptyNotice>此事项现在没有由您办理的步骤。</EmptyNotice>}
      {shown.length > 0 && (
        <Collapse
          destroyOnHidden
          activeKey={[chosen]}
          onChange={(open) => choose(open.find((code) => code !== chosen) ?? '')}
          items={shown.map((move) => ({
            key: move.code,
            label: move.name.zh,
            children: (
              <MatterForm
                kind={of.definition}
                move={move}
                isOffered={offered.includes(move.code)}
                known={known}
                code={of.content?.code ?? null}
                send={(input, keep) => send(move.code, input, keep)}
              />
            ),
          }))}
        />
      )}
    </Panel>
  )
}

interface ReporterPanelProps {
  id: string
  content: Pick<MatterContent, 'hasContact' | 'alike'>
}

const ReporterPanel = ({ id, content: { hasContact, alike } }: ReporterPanelProps) => {
  const client = useApolloClient()
  // Null: the contact is past its term.
  const [told, setTold] = useState<ReadReporterMutation['readReporter']>()
  if (!hasContact && alike.length === 0) return null
  const read = async (reason: string) => {
    const variables = { input: { matter: id, reason } }
    const { data } = await client.mutate({ mutation: ReadReporterDocument, variables, fetchPolicy: 'no-cache' })
    setTold(data?.readReporter ?? null)
  }
  return (
    <div className="no-print">
      <Panel title="线索提供人">
        {hasContact && told === undefined && (
          <ConfirmButton
            action="查看联系方式"
            danger={false}
            asks={{ label: '查看的事由' }}
            follows={[
              '显示线索提供人自愿留下的称呼和联系方式。',
              '这次查看连同事由记入查询痕迹。',
              '只用于核实本线索，不得告知被反映的经营者或者其他人。',
            ]}
            onDo={read}
          />
        )}
        {told && (
          <dl className="fields">
            <LabelledField label="称呼">{told.name || '未留'}</LabelledField>
            <LabelledField label="联系方式">{told.contact || '未留'}</LabelledField>
          </dl>
        )}
        {told === null && <p>联系方式已过保存期限，已删除。</p>}
        {alike.length > 0 && (
          <>
            <p>三十日内反映同一店铺或者内容相同的线索，是否并案由您决定：</p>
            <ul className="lines">
              {alike.map((one) => (
                <li key={one.matter}>
                  <Link to={`/matters/${one.matter}`}>{one.number}</Link>
                </li>
              ))}
            </ul>
          </>
        )}
      </Panel>
    </div>
  )
}
