import { useApolloClient, useQuery } from '@apollo/client/react'
import { useState } from 'react'
import { useParams } from 'react-router'
import { instantText } from '../../pieces/dates.js'
import { EmptyNotice, LoadingNotice } from '../../pieces/empty.js'
import { LabelledField } from '../../pieces/field.js'
import { PageHead } from '../../pieces/page.js'
import { RefusalNotice } from '../../pieces/refusal.js'
import { TimeLine, type TimeLineEvent } from '../../pieces/time-line.js'
import { describeClock, spanText } from './clock-words.js'
import { MatterForm } from './form.js'
import { CONTENT } from './form-fields.js'
import { aboutOf, NextDue, wayOf } from './index.js'
import { MatterDocument, type MatterQuery, MoveMatterDocument } from './matters.generated.js'
import { ReporterPanel } from './reporter.js'

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
            <span>{aboutOf(of)}</span>
          </p>
        )}
      </PageHead>
      {error && <RefusalNotice of={error} onAgain={() => void refetch()} />}
      {of === null && <p>没有这个协作事项，或者您无权查看。</p>}
      {of === undefined && loading && <LoadingNotice of="协作事项" />}
      {of && (
        <div className="panels of-two">
          <div className="stack">
            {of.content && <Content of={of} content={of.content} />}
            {of.content && <TimeLinePanel of={of} moves={of.content.moves} />}
            {!of.content && <EmptyNotice>您没有席位，不显示内容。</EmptyNotice>}
          </div>
          <div className="stack">
            <Waiting of={of} />
            <Clocks of={of} />
            {of.content && <ReporterPanel id={of.id} content={of.content} />}
            {of.content && <Attachments of={of} content={of.content} />}
          </div>
          <MovesPanel of={of} onChanged={refetch} />
        </div>
      )}
    </>
  )
}

/** The seat from which measures come. */
const HUB = 'hub'
/** Movers that are no persons. */
const MOVERS: Readonly<Record<string, string>> = { clock: '系统', public: '公众' }
/** The hub makes a reference where the sender gave none. */
const MADE_BY_HUB = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

const nameIn = (terms: readonly { code: string; name: { zh: string } }[], code: string): string =>
  terms.find((one) => one.code === code)?.name.zh ?? code

const fieldWords = ({ definition }: ShownMatter, { name, value }: { name: string; value: string }) => {
  const field = definition.fields.find(({ code }) => code === name)
  return { title: field?.name.zh ?? name, value: field ? nameIn(field.values, value) : value }
}

const Content = ({
  of,
  content: { reference, code, operatorName, fields },
}: {
  of: ShownMatter
  content: MatterContent
}) => (
  <section className="panel" aria-labelledby="content">
    <h2 id="content">内容</h2>
    <dl className="fields">
      {code !== null && <LabelledField label="所涉主体">{`${operatorName ?? ''} ${code}`}</LabelledField>}
      {fields.map((field) => {
        const { title, value } = fieldWords(of, field)
        return (
          <LabelledField key={field.name} label={title}>
            {value}
          </LabelledField>
        )
      })}
      {of.sender !== HUB && !MADE_BY_HUB.test(reference) && (
        <LabelledField label="发送方编号">{reference}</LabelledField>
      )}
    </dl>
  </section>
)

const RECEIPT = 'receive'
const WAYS: Readonly<Record<string, string>> = {
  QUEUE: '查看队列时收悉',
  WEBHOOK: '系统推送时收悉',
  FOLDER: '从交换文件夹取走时收悉',
}
const STAFF: Readonly<Record<string, string>> = { hub: '枢纽工作人员', listing: '名单案件的办理' }

const inputWords = (of: ShownMatter, made: MadeMove): string[] => {
  const { reason, documentNumber, day, extension, to, toName, link, fields } = made
  const said: [string, string | null | undefined][] = [
    ['交给', toName?.zh ?? to],
    ['文号', documentNumber],
    ['日期', day],
    ['延长', extension && spanText(extension)],
    ['关联', link],
    ['说明', made.move === RECEIPT ? null : reason],
    ...(made.stateBefore === null ? [] : fields).map(
      (field): [string, string] => Object.values(fieldWords(of, field)) as [string, string],
    ),
  ]
  return said.flatMap(([title, words]) => (words == null ? [] : [`${title}：${words}`]))
}

const eventOf = (of: ShownMatter, made: MadeMove): TimeLineEvent => {
  const { move, by, seat, seatName, stateBefore, stateAfter, sequence, on, at } = made
  const name = move === RECEIPT ? '收悉' : nameIn(of.definition.moves, move)
  const who = move === RECEIPT ? (WAYS[by] ?? by) : `${MOVERS[by] ?? by}（${STAFF[seat] ?? seatName?.zh ?? seat}）`
  return {
    key: String(sequence),
    at: on,
    title: (
      <>
        <b>{name}</b>
        {stateBefore !== stateAfter && ` → ${nameIn(of.definition.states, stateAfter)}`}
      </>
    ),
    detail: (
      <>
        {inputWords(of, made).map((words) => (
          <div key={words}>{words}</div>
        ))}
        {who}，{instantText(at)} 登记
      </>
    ),
  }
}

const TimeLinePanel = ({ of, moves }: { of: ShownMatter; moves: readonly MadeMove[] }) => (
  <section className="panel" aria-labelledby="moves">
    <h2 id="moves">办理经过</h2>
    <TimeLine label="办理经过" moments={moves.map((made) => eventOf(of, made))} />
  </section>
)

const Waiting = ({ of }: { of: ShownMatter }) => (
  <section className="panel" aria-labelledby="waiting">
    <h2 id="waiting">现在等谁</h2>
    <p>
      {of.waitingForName?.zh ?? of.waitingFor ?? '不等待任何一方。'} <NextDue of={of.nextClock} />
    </p>
    <p className="soft">
      {instantText(of.openedAt)} 发起；
      {of.receivedAt === null ? '承办单位尚未收悉' : `${instantText(of.receivedAt)} 收悉`}
    </p>
  </section>
)

const ENDS = { MET: '已办', DROPPED: '不再适用', RESTARTED: '已重新计算' } as const

const Clocks = ({ of }: { of: ShownMatter }) =>
  of.clocks.length === 0 ? null : (
    <section className="panel" aria-labelledby="clocks">
      <h2 id="clocks">时限</h2>
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
    </section>
  )

const Attachments = ({ of, content: { moves, handovers } }: { of: ShownMatter; content: MatterContent }) => {
  const all = moves.flatMap(({ attachments, by, on }) => attachments.map((one) => ({ ...one, by, on })))
  const names = new Map([[of.holder, of.holderName?.zh], ...moves.map(({ to, toName }) => [to, toName?.zh] as const)])
  if (all.length === 0) return null
  return (
    <section className="panel" aria-labelledby="attachments">
      <h2 id="attachments">材料</h2>
      <ul className="lines">
        {all.map(({ type, name, sha256, bytes, url, by, on }) => (
          <li key={`${type} ${sha256} ${on}`}>
            {nameIn(of.definition.attachments, type)}：
            {url === null ? `${name}（由提交方保管）` : <a href={url}>{name}</a>}{' '}
            <span className="soft">
              {Math.ceil(bytes / 1024)} KB，{on} 由 {MOVERS[by] ?? by} 提交
              <br />
              指纹 <code className="code">{sha256}</code>
              {handovers
                .filter((handed) => handed.sha256 === sha256 && handed.type === type)
                .map(({ to, at, receivedAt, awaitsReceipt }) => (
                  <div key={`${to} ${at}`}>
                    {instantText(at)} 交给 {names.get(to) ?? to}
                    {receivedAt !== null && `，${instantText(receivedAt)} 收悉`}
                    {awaitsReceipt && '，尚未收悉'}
                  </div>
                ))}
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}

const MovesPanel = ({ of, onChanged }: { of: ShownMatter; onChanged: () => Promise<unknown> }) => {
  const client = useApolloClient()
  const [chosen, choose] = useState('')
  const [said, setSaid] = useState('')
  const move = of.definition.moves.find(({ code }) => code === chosen)
  const isOffered = of.allowedMoves.some(({ code }) => code === chosen)
  return (
    <section className="panel wide no-print" aria-labelledby="deeds">
      <h2 id="deeds">现在可以办理</h2>
      <p role="status" className="good">
        {said}
      </p>
      {of.allowedMoves.length === 0 && <EmptyNotice>此事项现在没有由您办理的步骤。</EmptyNotice>}
      <div className={move ? 'deeds open' : 'deeds'}>
        <ul className="deed-list" aria-label="由您办理">
          {of.allowedMoves.map(({ code }) => (
            <li key={code}>
              <button
                type="button"
                className="deed"
                aria-pressed={code === chosen}
                onClick={() => choose(code === chosen ? '' : code)}
              >
                <b>{nameIn(of.definition.moves, code)}</b>
              </button>
            </li>
          ))}
        </ul>
        {move && (
          <MatterForm
            key={chosen}
            kind={of.definition}
            move={move}
            isOffered={isOffered}
            known={Object.fromEntries(of.content?.fields.map(({ name, value }) => [`${CONTENT}${name}`, value]) ?? [])}
            send={async (input, keep) => {
              const given = { ...input, id: of.id, move: chosen, seen: of.moveCount }
              try {
                await client.mutate({ mutation: MoveMatterDocument, variables: { input: given } })
                await keep(of.id)
                choose('')
                setSaid(`已办理：${move.name.zh}。`)
              } finally {
                await onChanged()
              }
            }}
          />
        )}
      </div>
    </section>
  )
}
