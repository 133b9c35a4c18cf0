import { describeRejectRule } from '../../../../domain/intake/reject-words.js'
import { columnTitles, problemWords, type TitleOf } from '../../../words/column-words.js'
import { formatNumber } from '../../pieces/numbers.js'
import { ScrollRegion } from '../../pieces/plain-table.js'
import { recordBodyOf, recordLineOf } from '../../pieces/record-body.js'
import { chineseHalfOf } from '../../pieces/refusal.js'
import { labelOf } from '../../pieces/words.js'
import { editableText, fieldLabel, problemsOfField } from './item.js'
import { changedFieldsOf } from './rollback.js'
import { RunCounts } from './runs.js'
import type { FilePreview, PreviewFault, PreviewRecord } from './upload-request.js'

const EFFECTS: Record<PreviewRecord['effect'], string> = { NEW: '新增', CHANGED: '变更', UNMATCHED: '待认领' }
const REASONS: Record<string, string> = {
  'code.digit': 'CODE_DIGIT',
  'code.unknown': 'CODE_UNKNOWN',
  'name.only': 'NAME_ONLY',
  'subject.none': 'SUBJECT_NONE',
}

export const UploadPreviewPanel = ({ of, title }: { of: FilePreview; title: string }) => (
  <>
    {of.refused && (
      <p className="bad" role="alert">
        照此接收会整批拒收：{chineseHalfOf(of.refused)}
      </p>
    )}
    <RunCounts counts={of} label={`${title}：各类条目所占比例`} />
    <ul className="keys" aria-label="图例">
      <li className="key-new">新增</li>
      <li className="key-changed">变更</li>
      <li className="key-unmatched">待认领</li>
      <li className="key-rejected">拒收</li>
      <li className="key-unchanged">无变化</li>
    </ul>
    {of.faults.length > 0 && (
      <>
        <h3>
          拒收的条目{' '}
          <span className="soft">
            {of.rules.map(({ rule, count: n }) => `${describeRejectRule(rule)} ${n} 条`).join('；')}
          </span>
        </h3>
        <Faults of={of.faults} total={of.rejected} feed={of.feed} />
      </>
    )}
    {of.wrongDigits > 0 && (
      <p className="warn" role="alert">
        有 {formatNumber(of.wrongDigits)}{' '}
        条的代码校验位不符，列在最前：登记机关报送的照收；其他数据源的，登记信息中有此代码的归入该主体，没有的等待认领，不会据此新设主体。请先与来源核对。
      </p>
    )}
    {of.records.length > 0 && (
      <>
        <h3>
          将新增、变更或待认领的{' '}
          <span className="soft">
            前 {of.records.length} 条{of.unchanged > 0 ? `；另有 ${formatNumber(of.unchanged)} 条与已有的相同` : ''}
          </span>
        </h3>
        <Records of={of.records} titleOf={columnTitles(of.feed)} />
      </>
    )}
    {of.received === 0 && <p className="warn">文件中没有任何条目。</p>}
  </>
)

const placeOf = ({ page, row }: { page: number | null; row: number }): string =>
  `${page == null ? '' : `第 ${page} 页 `}第 ${row} 行`

const Faults = ({ of, total, feed }: { of: readonly PreviewFault[]; total: number; feed: string }) => {
  const titleOf = columnTitles(feed)
  return (
    <ScrollRegion label="拒收的条目" className="scroll faults">
      <table className="plain-table" aria-label="拒收的条目">
        <thead>
          <tr>
            <th scope="col">位置</th>
            <th scope="col">问题</th>
            <th scope="col">原始条目</th>
          </tr>
        </thead>
        <tbody>
          {of.map((fault) => (
            <tr key={placeOf(fault)}>
              <td className="nowrap">{placeOf(fault)}</td>
              <td className="bad">{fault.problems.map(({ message }) => problemWords(message, titleOf)).join(' ')}</td>
              <td>
                <Original of={fault} titleOf={titleOf} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {of.length < total && (
        <p className="soft">
          只列出前 {of.length} 条，共 {formatNumber(total)} 条；接收后可逐条更正，也可下载全部。
        </p>
      )}
    </ScrollRegion>
  )
}

const Original = ({ of: { item, problems }, titleOf }: { of: PreviewFault; titleOf: TitleOf }) => {
  const wrong = new Set(problems.map(({ field }) => field))
  return (
    <>
      {Object.entries(item)
        .filter(([name, value]) => wrong.has(name) || editableText(value) !== '')
        .map(([name, value], i) => (
          <span key={name}>
            {i > 0 && '，'}
            {wrong.has(name) ? (
              <mark className="fault">
                {fieldLabel(name, problemsOfField(name, problems), titleOf)}：{editableText(value) || '空'}
              </mark>
            ) : (
              `${titleOf(name)}：${editableText(value)}`
            )}
          </span>
        ))}
    </>
  )
}

const Records = ({ of, titleOf }: { of: readonly PreviewRecord[]; titleOf: TitleOf }) => (
  <ScrollRegion label="将新增、变更或待认领的">
    <table className="plain-table" aria-label="将新增、变更或待认领的">
      <thead>
        <tr>
          <th scope="col">位置</th>
          <th scope="col">效果</th>
          <th scope="col">主体</th>
          <th scope="col">内容</th>
        </tr>
      </thead>
      <tbody>
        {of.map(({ effect, kind, key, page, row, name, code, body, before, reason, remarks }) => (
          <tr key={`${effect} ${key}`}>
            <td className="nowrap">{placeOf({ page, row })}</td>
            <td className={effect === 'UNMATCHED' ? 'warn nowrap' : 'nowrap'}>{EFFECTS[effect]}</td>
            <td>
              {name ?? '—'}
              <div className="soft">{code}</div>
            </td>
            <td>
              {recordLineOf(kind.toUpperCase(), recordBodyOf(body))}
              {before !== null && <div className="soft">{changedFieldsOf(kind.toUpperCase(), before, body)}</div>}
              {reason !== null && <div className="warn">{labelOf('UnmatchedReason', REASONS[reason] ?? reason)}</div>}
              {remarks.map(({ field, rule, message }) => (
                <div key={`${field} ${rule}`} className={rule === 'code.digit' ? 'warn' : 'soft'}>
                  {problemWords(message, titleOf)}
                </div>
              ))}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  </ScrollRegion>
)
