/** Public credit report (公共信用信息报告), in the order of the 2022 standard. */
import { Button } from 'antd'
import { type ReactNode, useMemo } from 'react'
import { useParams } from 'react-router'
import { useAddressState } from '../../pieces/address.js'
import { OperatorCode, operatorCodeOf } from '../../pieces/code.js'
import { instantText, today } from '../../pieces/dates.js'
import { EmptyNotice, LoadingNotice } from '../../pieces/empty.js'
import { LabelledField, RecordMembers, sourceWords } from '../../pieces/field.js'
import { PageHead } from '../../pieces/page.js'
import { recordBodyOf } from '../../pieces/record-body.js'
import { RefusalNotice } from '../../pieces/refusal.js'
import { labelOf } from '../../pieces/words.js'
import { useSession } from '../../session/session.js'
import { type OperatorFile, type OperatorFileRecord, registrationOf, useOperatorFile } from './file.js'

export interface CreditReport {
  title: string
  standard: string
  subject: { code: string; name: string | null; uscc: string | null; shop: string | null; formerNames: string[] }
  asOf: string
  knownAt: string | null
  madeAt: string
  madeBy: string
  standing: OperatorFile['standing']
  complete: boolean
  blocks: {
    registration: OperatorFileRecord[]
    administration: OperatorFileRecord[]
    honesty: OperatorFileRecord[]
    lists: OperatorFile['listings']
    mirroredLists: OperatorFileRecord[]
    commitments: OperatorFileRecord[]
    score: OperatorFile['score']
    others: OperatorFileRecord[]
  }
}

export const creditReportOf = (
  file: OperatorFile,
  { asOf, knownAt, by }: { asOf: string; knownAt: string; by: string },
): CreditReport => {
  const kinds = (...wanted: string[]) => file.records.filter(({ kind }) => wanted.includes(kind))
  const { uscc, shop, name } = file
  return {
    title: '公共信用信息报告',
    standard: '公共信用信息报告标准（2022年版）的栏目',
    subject: { code: operatorCodeOf(file), name, uscc, shop, formerNames: file.namesBefore.map((one) => one.name) },
    asOf: asOf || today(),
    knownAt: knownAt || null,
    madeAt: new Date().toISOString(),
    madeBy: by,
    standing: file.standing,
    complete: file.records.length >= file.totalRecords,
    blocks: {
      registration: kinds('REGISTRATION'),
      administration: kinds('PERMIT', 'PENALTY', 'REPAIR'),
      honesty: kinds('TRUSTMARK', 'ASSOCIATION_GRADE'),
      lists: file.listings,
      mirroredLists: kinds('LIST_ENTRY'),
      commitments: kinds('COMMITMENT'),
      score: file.score,
      others: kinds('INSPECTION', 'RECALL', 'STANDARD', 'TRADEMARK', 'SHOP', 'ICP_FILING'),
    },
  }
}

export default function ReportPage() {
  const { code = '' } = useParams()
  const { name: by } = useSession()
  const [{ asOf, knownAt }] = useAddressState({ asOf: '', knownAt: '' })
  const { file, isMissing, isLoading, error, again } = useOperatorFile({ code, asOf, knownAt })
  const report = useMemo(() => file && creditReportOf(file, { asOf, knownAt, by }), [file, asOf, knownAt, by])
  return (
    <>
      <PageHead
        title="公共信用信息报告"
        extra={
          report && (
            <span className="no-print">
              <Button type="primary" onClick={() => window.print()}>
                打印
              </Button>{' '}
              <Button onClick={() => download(report)}>下载 JSON</Button>
            </span>
          )
        }
      />
      {error !== null && <RefusalNotice of={error} onAgain={again} />}
      {isMissing && !isLoading && <p>没有代码为 {code} 的经营者，或者您无权查看。</p>}
      {isLoading && file === null && <LoadingNotice of="报告" />}
      {file && report && <Sheet of={file} report={report} />}
    </>
  )
}

const download = (report: CreditReport): void => {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([JSON.stringify(report, null, 2)], { type: 'application/json' }))
  link.download = `credit-report-${report.subject.code.replace(/[^\w.-]/g, '_')}-${report.asOf}.json`
  link.click()
  URL.revokeObjectURL(link.href)
}

const Sheet = ({ of, report }: { of: OperatorFile; report: CreditReport }) => (
  <article className="report">
    <dl className="fields">
      <LabelledField label="主体">{of.name ?? '—'}</LabelledField>
      <LabelledField label="代码">
        <OperatorCode of={operatorCodeOf(of)} />
      </LabelledField>
      <LabelledField label="事实截至">{report.asOf}</LabelledField>
      <LabelledField label="按所知">{report.knownAt ?? '现在'}</LabelledField>
      <LabelledField label="制作时间">{instantText(report.madeAt)}</LabelledField>
      <LabelledField label="制作人">{report.madeBy}</LabelledField>
    </dl>
    <p className="soft">
      本报告汇集各信源单位报送的信息，逐条载明来源；仅供有权部门履行职责参考，不替代原文书。评分卡的权重为本枢纽的建议。
    </p>
    <Block title="一、登记信息">
      <Rows of={[registrationOf(of)].filter((one) => one !== null)} />
    </Block>
    <Block title="二、行政管理信息">
      <Rows of={report.blocks.administration} />
    </Block>
    <Block title="三、诚实守信信息">
      <Rows of={report.blocks.honesty} />
    </Block>
    <Block title="四、严重失信主体名单">
      <Entries of={of.listings.filter(({ list }) => list?.blacklist !== false)} />
    </Block>
    <Block title="五、经营异常名录和其他名单">
      <Entries of={of.listings.filter(({ list }) => list?.blacklist === false)} />
    </Block>
    <Block title="六、信用承诺">
      <Rows of={report.blocks.commitments} />
    </Block>
    <Block title="七、信用评价">
      {of.score === null ? (
        <EmptyNotice>没有评分，或者不对制作人的角色公开。</EmptyNotice>
      ) : (
        <>
          <p>
            {of.score.value} 分，{of.score.grade} 级；评分卡 {of.score.scorecard}，按 {of.score.asOf} 的事实。
          </p>
          <ul className="lines">
            {of.score.reasons.map(({ rule, zh, points }, i) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: fixed order
              <li key={`${rule} ${i}`}>
                {points > 0 ? `+${points}` : points} 分：{zh}
              </li>
            ))}
          </ul>
        </>
      )}
    </Block>
    <Block title="八、商品、商标、网店及其他">
      <Rows of={report.blocks.others} />
    </Block>
    <Block title="九、信用状况提升建议">
      {of.score === null || of.score.wayBack.length === 0 ? (
        <EmptyNotice>无。</EmptyNotice>
      ) : (
        <ul className="lines">
          {of.score.wayBack.map(({ on, fact, zh, value, grade }) => (
            <li key={`${on} ${fact} ${value}`}>
              {on}：{zh}（其后 {value} 分，{grade} 级）
            </li>
          ))}
        </ul>
      )}
    </Block>
  </article>
)

const Block = ({ title, children }: { title: string; children: ReactNode }) => (
  <section className="block">
    <h2>{title}</h2>
    {children}
  </section>
)

const Rows = ({ of }: { of: readonly OperatorFileRecord[] }) =>
  of.length === 0 ? (
    <EmptyNotice>截至所问之日，枢纽未收到此类信息。</EmptyNotice>
  ) : (
    of.map((record) => (
      <div key={record.id} className="row-of-report">
        <h3>{labelOf('RecordKind', record.kind)}</h3>
        <RecordMembers kind={record.kind} body={recordBodyOf(record.body)} />
        <p className="soft">来源：{sourceWords(record)}</p>
      </div>
    ))
  )

const Entries = ({ of }: { of: OperatorFile['listings'] }) =>
  of.length === 0 ? (
    <EmptyNotice>截至所问之日，无。</EmptyNotice>
  ) : (
    <ul className="lines">
      {of.map((one) => (
        <li key={one.id}>
          {one.list?.name.zh ?? one.kind}
          {one.mirrored ? '（转录）' : ''}：{one.reason}；{one.authority ?? '机关不详'} {one.documentNumber}；
          {labelOf('ListingState', one.state)}；公示 {one.publishedOn ?? '—'}，届满 {one.endsOn ?? '—'}
          {one.removedOn ? `，移出 ${one.removedOn}` : ''}
        </li>
      ))}
    </ul>
  )
