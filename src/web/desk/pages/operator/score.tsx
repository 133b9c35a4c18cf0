import { useMemo } from 'react'
import { dayText } from '../../pieces/dates.js'
import { EmptyNotice } from '../../pieces/empty.js'
import { SourcePopover } from '../../pieces/field.js'
import { contestText } from '../../pieces/objection.js'
import { ScrollRegion } from '../../pieces/plain-table.js'
import { recordBodyOf, recordLineOf } from '../../pieces/record-body.js'
import { signedPoints, WaterfallChart, type WaterfallStep } from '../../pieces/waterfall.js'
import { labelOf } from '../../pieces/words.js'
import { OperatorOverridesPanel } from '../overrides/of-operator.js'
import type { OperatorFile, OperatorFileRecord } from './file.js'

type FileScore = NonNullable<OperatorFile['score']>

const shortOf = (zh: string): string => /^[^，。；：（]+/u.exec(zh)?.[0] ?? zh

export const ScorePanel = ({ of, onChange }: { of: OperatorFile; onChange?: () => void }) => (
  <section className="panel wide" aria-labelledby="score">
    <h2 id="score">信用评价</h2>
    {of.score === null ? (
      <EmptyNotice>没有评分，或者您无权查看。</EmptyNotice>
    ) : (
      <Scored of={of.score} records={of.records} objections={of.objections} />
    )}
    {onChange && <OperatorOverridesPanel of={of} onDone={onChange} />}
  </section>
)

interface ScoredProps {
  of: FileScore
  records: readonly OperatorFileRecord[]
  objections: OperatorFile['objections']
}

const Scored = ({ of, records, objections }: ScoredProps) => {
  const falls = useMemo<WaterfallStep[]>(
    () => [
      ...of.reasons
        .map(({ rule, zh, points }, i) => ({ key: `${i} ${rule}`, label: shortOf(zh), points }))
        .filter(({ points }) => points !== 0),
      { key: 'value', label: '信用分', points: of.value, total: true },
    ],
    [of],
  )
  return (
    <>
      <p>
        <strong className="value">
          {of.value} 分 · {of.grade} 级
        </strong>{' '}
        {labelOf('Grade', of.grade)}{' '}
        <span className="soft">
          评分卡 {of.scorecard}，按 {of.asOf} 的事实评出
          {of.nextChangeOn ? `；事实不变，${of.nextChangeOn} 起因时间推移而变化` : ''}
        </span>
      </p>
      {of.objected && <p className="warn">评分所依据的信息{contestText(objections)}。</p>}
      {of.override && (
        <p className="warn">
          等级经人工调整为 {of.override.grade} 级，至 {of.override.endsOn}：{of.override.reason}（
          {of.override.decidedBy}）
        </p>
      )}
      {of.reasons.length === 0 ? (
        <EmptyNotice>理由不对您的角色公开。</EmptyNotice>
      ) : (
        <div className="beside">
          <WaterfallChart label="信用分的构成" falls={falls} />
          <Reasons of={of.reasons} records={records} />
        </div>
      )}
      <WayBack of={of} />
    </>
  )
}

const Reasons = ({ of, records }: { of: FileScore['reasons']; records: readonly OperatorFileRecord[] }) => {
  const known = new Map(records.map((record) => [record.id, record]))
  return (
    <ol className="reasons" aria-label="评分理由">
      {of.map(({ rule, zh, points, fadesOn, objected, records: behind }, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: fixed order
        <li key={`${rule} ${i}`}>
          <b className={points < 0 ? 'bad' : points > 0 ? 'good' : 'soft'}>{signedPoints(points)}</b> {zh}
          {objected && <span className="warn">（有异议）</span>}
          {fadesOn && <span className="soft"> {fadesOn} 起减轻</span>}
          {behind.length > 0 && (
            <ul>
              {behind.slice(0, 5).map(({ id }) => {
                const record = known.get(id)
                return (
                  <li key={id}>
                    {record ? (
                      <>
                        {recordLineOf(record.kind, recordBodyOf(record.body))}{' '}
                        <SourcePopover record={record} of={labelOf('RecordKind', record.kind)} />
                      </>
                    ) : (
                      '所依据的信息不在所问之日的档案中'
                    )}
                  </li>
                )
              })}
              {behind.length > 5 && <li>等 {behind.length} 条</li>}
            </ul>
          )}
        </li>
      ))}
    </ol>
  )
}

const WayBack = ({ of: { wayBack, lasting } }: { of: FileScore }) => (
  <>
    <h3>信用状况提升建议</h3>
    {wayBack.length === 0 ? (
      <EmptyNotice>没有可以恢复的失分。</EmptyNotice>
    ) : (
      <ScrollRegion label="信用状况提升建议">
        <table className="plain-table" aria-label="信用状况提升建议">
          <thead>
            <tr>
              <th scope="col">最早之日</th>
              <th scope="col">办法</th>
              <th scope="col">说明</th>
              <th scope="col" className="right">
                恢复
              </th>
              <th scope="col" className="right">
                其后
              </th>
            </tr>
          </thead>
          <tbody>
            {wayBack.map(({ on, act, fact, points, value, grade, zh, basis, confirmed, answer }) => (
              <tr key={`${on} ${act} ${fact} ${value}`}>
                <td className="nowrap">{dayText(on)}</td>
                <td className="nowrap">{labelOf('RecoveryAct', act)}</td>
                <td>
                  {zh}
                  <div className="soft">
                    {basis}
                    {confirmed ? '' : '（未经核实）'}
                    {answer ? `；${answer.workdays} 个工作日内答复` : ''}
                  </div>
                </td>
                <td className="right">{signedPoints(points)}</td>
                <td className="right">
                  {value} · {grade}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollRegion>
    )}
    {lasting.length > 0 && (
      <>
        <h3>不能恢复的失分</h3>
        <ul className="lines">
          {lasting.map(({ fact, zh, basis }) => (
            <li key={fact}>
              {zh} <span className="soft">{basis}</span>
            </li>
          ))}
        </ul>
      </>
    )}
  </>
)
