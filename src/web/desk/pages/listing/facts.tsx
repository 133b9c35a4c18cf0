import { Link } from 'react-router'
import { MOVES } from '../../../../domain/listing/moves.js'
import { OperatorCode, operatorCodeOf } from '../../pieces/code.js'
import { daysUntil, daysUntilText, dayText, instantText } from '../../pieces/dates.js'
import { EmptyNotice } from '../../pieces/empty.js'
import { LabelledField } from '../../pieces/field.js'
import { PlainTable } from '../../pieces/plain-table.js'
import { chineseHalfOf } from '../../pieces/refusal.js'
import { TimeLine, type TimeLineEvent } from '../../pieces/time-line.js'
import { type EnumName, labelOf } from '../../pieces/words.js'
import {
  actOfMove,
  type CaseFile,
  type CaseMove,
  type CasePlatforms,
  defencePointsOf,
  isPubliclyShown,
  operatorNameOf,
} from './case.js'

export const DeadlinesPanel = ({ of }: { of: CaseFile }) => (
  <section className="panel" aria-labelledby="deadlines">
    <h2 id="deadlines">期限</h2>
    {of.deadlines.length === 0 && <EmptyNotice>没有起算的期限。</EmptyNotice>}
    <ul className="deadline-list" aria-label="期限">
      {of.deadlines.map(({ name, startsOn, dueOn, provisional, state, endedOn, rule }) => (
        <li key={`${name} ${startsOn}`}>
          <b>{labelOf('DeadlineName', name)}</b> 至 {dayText(dueOn)}
          {endedOn === null && (
            <span className={state === 'MISSED' ? 'bad' : daysUntil(dueOn) <= 3 ? 'warn' : 'good'}>
              {' '}
              {daysUntilText(dueOn)}
            </span>
          )}
          {endedOn === null && <Left from={startsOn} to={dueOn} isLate={state === 'MISSED'} />}
          <div className="soft">
            {labelOf('DeadlineState', state)}
            {endedOn !== null &&
              `（${endedOn}${name !== 'DEFENCE' && state === 'MET' && endedOn > dueOn ? '，逾期办结' : ''}）`}
            ；自 {startsOn} 的次日起 {rule.value} 个工作日；{rule.basis}
            {!rule.confirmed && '（未经核实）'}
            {provisional && '；所及年份的节假日尚未公布，可能变动'}
          </div>
        </li>
      ))}
    </ul>
  </section>
)

const Left = ({ from, to, isLate }: { from: string; to: string; isLate: boolean }) => {
  const whole = daysUntil(to) - daysUntil(from)
  const gone = whole <= 0 ? 100 : Math.min(100, Math.max(0, Math.round((-daysUntil(from) / whole) * 100)))
  return (
    <meter
      className={isLate ? 'time-left late' : 'time-left'}
      min={0}
      max={100}
      value={isLate ? 100 : gone}
      aria-label={`已用 ${gone}%`}
    />
  )
}

export const PublicTextPanel = ({ of }: { of: CaseFile }) => {
  const text = of.publicText
  const shown = isPubliclyShown(of)
  return (
    <section className="panel" aria-labelledby="public">
      <h2 id="public">公众所见</h2>
      {of.state === 'REMOVED' || of.state === 'NOT_LISTED' ? (
        <EmptyNotice>{of.publishedOn === null ? '未曾公示。' : '已移出，公众不再看到。'}</EmptyNotice>
      ) : text === null || text === undefined ? (
        <EmptyNotice>{of.mirrored ? '由其他机关决定，不由本枢纽公示。' : '没有可以公示的内容。'}</EmptyNotice>
      ) : !text.allowed ? (
        <p className="bad">依规则不得公示：{text.withheld?.zh}</p>
      ) : (
        <>
          <p className={shown ? 'good' : 'soft'}>
            {shown ? '正在公示，公众看到的是：' : '现在没有公示；公示时公众将看到：'}
          </p>
          <div className="public-entry">
            <b>{operatorNameOf(of)}</b>
            <dl className="fields narrow">
              <LabelledField label="代码">
                <OperatorCode of={operatorCodeOf(of.operator)} />
              </LabelledField>
              <LabelledField label="事由">
                {of.ground === null ? '（关联处罚决定后，以其违法行为为事由）' : (text.reason ?? of.reason)}
              </LabelledField>
              <LabelledField label="依据">{text.basis ?? of.basis ?? '（作出决定时载明）'}</LabelledField>
              <LabelledField label="决定机关">{of.authority ?? '—'}</LabelledField>
              <LabelledField label="决定文号">{of.documentNumber ?? '（作出决定时载明）'}</LabelledField>
              <LabelledField label="决定日期">{of.decidedOn ?? '—'}</LabelledField>
              <LabelledField label="届满之日">{of.endsOn ?? '—'}</LabelledField>
            </dl>
          </div>
          {text.masked.length > 0 && (
            <p className="warn">
              已隐去：{text.masked.map(({ what, times }) => `${what.zh} ${times} 处`).join('，')}。
            </p>
          )}
        </>
      )}
    </section>
  )
}

export const BasisPanel = ({ of }: { of: CaseFile }) => (
  <section className="panel" aria-labelledby="basis">
    <h2 id="basis">依据和内容</h2>
    <dl className="fields narrow">
      <LabelledField label="名单">{of.list?.name.zh ?? of.kind}</LabelledField>
      <LabelledField label="事由">{of.reason}</LabelledField>
      <LabelledField label="列入的根据">
        {of.ground === null ? '尚未关联处罚决定' : labelOf('ListingGround', of.ground)}
      </LabelledField>
      <LabelledField label="列入标准">{of.list?.threshold.zh ?? '—'}</LabelledField>
      <LabelledField label="决定机关">{of.authority ?? '—'}</LabelledField>
      <LabelledField label="公示之日">{of.publishedOn ?? '—'}</LabelledField>
      {of.removedOn !== null && (
        <LabelledField label="移出">{`${of.removedOn}，${labelOf('RemovalReason', of.removalReason)}`}</LabelledField>
      )}
      <LabelledField label="修复入口">{of.list?.repair?.zh ?? '不经申请修复'}</LabelledField>
    </dl>
    {defencePointsOf(of).length > 0 && (
      <>
        <h3>陈述申辩</h3>
        <ol className="lines">
          {defencePointsOf(of).map(({ number, text, on, answer }) => (
            <li key={number}>
              {text} <span className="soft">{on}</span>
              <div className={answer === null ? 'warn' : 'good'}>
                {answer === null ? '尚未答复' : `答复：${answer}`}
              </div>
            </li>
          ))}
        </ol>
      </>
    )}
  </section>
)

export const MeasuresPanel = ({ of: { measures } }: { of: CaseFile }) =>
  measures.length === 0 ? null : (
    <section className="panel wide" aria-labelledby="measures">
      <h2 id="measures">惩戒措施</h2>
      <PlainTable
        label="惩戒措施"
        columns={[{ title: '实施单位' }, { title: '措施' }, { title: '情况' }]}
        rows={measures.map((one) => ({
          key: one.matter,
          cells: [
            one.organisation.zh,
            <Link key="item" to={`/matters/${one.matter}`} title={one.ground}>
              {one.item}
            </Link>,
            <span key="state" className={one.late ? 'bad' : one.lifted || one.dueOn === null ? '' : 'warn'}>
              {one.stateName.zh}
              {one.dueOn && !one.lifted && (
                <span className="own-line">
                  至迟 {dayText(one.dueOn)} 解除{one.late && '，已逾期'}
                </span>
              )}
            </span>,
          ],
        }))}
      />
    </section>
  )

export const DeliveriesPanel = ({ of, platforms }: { of: CaseFile; platforms: CasePlatforms }) => (
  <section className="panel" aria-labelledby="deliveries">
    <h2 id="deliveries">推送</h2>
    {of.deliveries.length === 0 ? (
      <EmptyNotice>尚未公示，没有向任何平台推送。</EmptyNotice>
    ) : (
      <table className="plain-table" aria-label="推送">
        <thead>
          <tr>
            <th scope="col">信用平台</th>
            <th scope="col">最近一次</th>
            <th scope="col">状态</th>
          </tr>
        </thead>
        <tbody>
          {platforms.map(({ id, name }) => {
            const own = of.deliveries.filter(({ platform }) => platform === id)
            const last = own.reduce<(typeof own)[number] | null>(
              (a, b) => (a !== null && a.number > b.number ? a : b),
              null,
            )
            return (
              <tr key={id}>
                <th scope="row">{name.zh}</th>
                <td>
                  {last === null ? '不推送' : labelOf('DeliveryAction', last.action)}
                  {last && (
                    <div className="soft">
                      第 {last.number} 次，{instantText(last.owedAt)}
                    </div>
                  )}
                </td>
                <td>
                  {last && (
                    <span className={TONES[last.state] ?? ''}>
                      {labelOf('DeliveryState', last.state)}
                      {last.confirmedAt && <span className="soft own-line">{instantText(last.confirmedAt)}</span>}
                      {last.advice && <span className="own-line">{last.advice.zh}</span>}
                      {last.state === 'OWED' && last.lastError && (
                        <span className="soft own-line">上次未成：{chineseHalfOf(last.lastError)}</span>
                      )}
                    </span>
                  )}
                </td>
              </tr>
            )
          })}
        </tbody>
      </table>
    )}
  </section>
)

const TONES: Record<string, string> = { CONFIRMED: 'good', REFUSED: 'bad', OWED: 'warn' }

const SAID: readonly [string, string, EnumName?][] = [
  ['documentNumber', '文号'],
  ['reason', '事由'],
  ['text', '内容'],
  ['hiding', '种类', 'HidingKind'],
  ['removal', '移出原因', 'RemovalReason'],
  ['ground', '根据', 'ListingGround'],
  ['service', '送达方式', 'ServiceKind'],
  ['consentNumber', '电子送达同意文号'],
  ['point', '答复第几点'],
  ['notListed', '理由', 'NotListedReason'],
  ['restoring', '缘由', 'Restoring'],
  ['returning', '退回到', 'ReturnTarget'],
  ['fileHash', '文件指纹'],
]

const OPINIONS: Partial<Record<CaseMove['move'], string>> = {
  reviewListing: '复核意见',
  returnListing: '退回意见',
  resubmitListing: '补正情况',
}

const titleOfMember = (made: CaseMove, member: string): string | undefined => {
  if (member === 'text') return OPINIONS[made.move]
  return member === 'documentNumber' && actOfMove(made)['waived'] === true ? '放弃书的文号' : undefined
}

const PAPERS: Readonly<Record<string, string>> = {
  NAMED: '办理时给出的文件',
  ISSUED: '已登记的决定书',
  DRAFT: '枢纽的草稿',
}

export const MoveHistoryPanel = ({ of }: { of: CaseFile }) => (
  <section className="panel wide" aria-labelledby="trail">
    <h2 id="trail">办理经过</h2>
    <TimeLine label="办理经过" moments={of.moves.toReversed().map(momentOf)} />
  </section>
)

const momentOf = (made: CaseMove): TimeLineEvent => {
  const act = actOfMove(made)
  const said = SAID.flatMap(([member, name, values]) => {
    const value = act[member]
    if (value == null) return []
    const title = titleOfMember(made, member) ?? name
    return [`${title}：${values ? labelOf(values, String(value)) : String(value)}`]
  })
  if (act['hearing'] === true) said.push('要求听证')
  const paper = PAPERS[String(act['paper'])]
  if (paper) said.push(`文件指纹取自：${paper}`)
  const together = act['repairNotice']
  if (typeof together === 'boolean') said.push(`信用修复告知书${together ? '已' : '未'}一并送达`)
  if (act['waived'] === true) said.push('书面放弃陈述申辩')
  const bad = ['hideListing', 'dropListing', 'refuseRepair', 'returnListing'].includes(made.move)
  const good = ['publishListing', 'unhideListing', 'removeListing'].includes(made.move)
  return {
    key: String(made.number),
    at: made.on,
    title: (
      <>
        <b>{MOVES[made.move].zh}</b>
        {made.stateBefore !== made.stateAfter && ` → ${labelOf('ListingState', made.stateAfter)}`}
      </>
    ),
    detail: (
      <>
        {said.map((words) => (
          <div key={words}>{words}</div>
        ))}
        {made.role === 'clock' ? '系统依时办理' : `${made.by}（${labelOf('MoverRole', made.role)}）`}，
        {instantText(made.recordedAt)} 登记
      </>
    ),
    tone: bad ? 'bad' : good ? 'good' : 'plain',
  }
}
