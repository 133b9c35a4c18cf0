import { columnTitles, problemWords } from '../../../words/column-words.js'
import { instantText } from '../../pieces/dates.js'
import { EmptyNotice } from '../../pieces/empty.js'
import { RecordMembers, sourceWords } from '../../pieces/field.js'
import { isAdverseRecord, recordBodyOf, recordLineOf } from '../../pieces/record-body.js'
import { labelOf } from '../../pieces/words.js'
import type { OperatorFile, OperatorFileRecord } from './file.js'

const KINDS = [
  'REGISTRATION',
  'PENALTY',
  'PERMIT',
  'LIST_ENTRY',
  'REPAIR',
  'INSPECTION',
  'RECALL',
  'STANDARD',
  'TRADEMARK',
  'SHOP',
  'COMMITMENT',
  'TRUSTMARK',
  'ASSOCIATION_GRADE',
  'ICP_FILING',
] as const

export const RecordsPanel = ({ of }: { of: OperatorFile }) => (
  <section className="panel wide" aria-labelledby="records">
    <h2 id="records">信用信息</h2>
    {of.records.length < of.totalRecords && (
      <p className="warn">
        共 {of.totalRecords} 条，此处载入 {of.records.length} 条。
      </p>
    )}
    {of.records.length === 0 && <EmptyNotice>所问之日没有信用信息。</EmptyNotice>}
    {KINDS.map((kind) => {
      const own = of.records.filter((record) => record.kind === kind)
      return (
        own.length > 0 && (
          <div key={kind}>
            <h3>
              {labelOf('RecordKind', kind)} <span className="soft">{own.length} 条</span>
            </h3>
            {own.map((record) => (
              <RecordLine key={record.id} of={record} />
            ))}
          </div>
        )
      )
    })}
  </section>
)

const RecordLine = ({ of }: { of: OperatorFileRecord }) => {
  const body = recordBodyOf(of.body)
  return (
    <details className="record">
      <summary>
        <span className={isAdverseRecord(of.kind, body) ? 'bad' : ''}>{recordLineOf(of.kind, body)}</span>{' '}
        <span className="soft">{of.validFrom ?? ''}</span>
      </summary>
      <RecordMembers kind={of.kind} body={body} />
      <p className="soft">
        来源：{sourceWords(of)}；入库时间 {instantText(of.knownFrom)}。
        {of.remarks.map(({ message }) => ` 接收时：${problemWords(message, columnTitles(of.feed))}`).join('')}
      </p>
    </details>
  )
}

type FileAskers = NonNullable<OperatorFile['askedBy']>

export const AskersPanel = ({ of }: { of: FileAskers }) => (
  <section className="panel wide no-print" aria-labelledby="asked">
    <h2 id="asked">谁查询过</h2>
    {of.nodes.length === 0 ? (
      <EmptyNotice>规则许可告知的范围内，没有查询。</EmptyNotice>
    ) : (
      <table className="plain-table" aria-label="谁查询过">
        <thead>
          <tr>
            <th scope="col">时间</th>
            <th scope="col">查询者</th>
            <th scope="col">角色</th>
            <th scope="col">用途</th>
          </tr>
        </thead>
        <tbody>
          {of.nodes.map(({ at, client, role, purpose }, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: fixed order
            <tr key={`${at} ${client} ${i}`}>
              <td>{instantText(at)}</td>
              <td>{client}</td>
              <td>{labelOf('Role', role)}</td>
              <td>{purpose ?? '未说明'}</td>
            </tr>
          ))}
        </tbody>
      </table>
    )}
    <p className="soft">
      {of.completeUntil === null ? '查询痕迹尚未编入。' : `${instantText(of.completeUntil)} 以前的查询均已在内。`}
      {of.pageInfo.hasNextPage ? '只列最近 20 次。' : ''}
    </p>
  </section>
)
