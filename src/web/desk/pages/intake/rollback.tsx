import { useApolloClient } from '@apollo/client/react'
import { Button, Spin } from 'antd'
import { useState } from 'react'
import { Link } from 'react-router'
import { operatorCodeOf, operatorPath } from '../../pieces/code.js'
import { ConfirmButton } from '../../pieces/confirm.js'
import { formatNumber } from '../../pieces/numbers.js'
import { ScrollRegion } from '../../pieces/plain-table.js'
import { recordBodyOf, recordLineOf, recordMembersOf } from '../../pieces/record-body.js'
import { RefusalNotice } from '../../pieces/refusal.js'
import { labelOf } from '../../pieces/words.js'
import { pageAt } from '../../routes.js'
import { RollBackRunDocument, RollbackPreviewDocument, type RollbackPreviewQuery } from './run.generated.js'

type RollbackConsequences = RollbackPreviewQuery['rollbackPreview']
type OperatorNames = { name: string | null; uscc: string | null; shop: string | null }

export const RollbackButton = ({ run, onDone }: { run: string; onDone: () => void }) => {
  const client = useApolloClient()
  const [preview, setPreview] = useState<RollbackConsequences | null>(null)
  const [isBusy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const look = async () => {
    setBusy(true)
    setError(null)
    try {
      const { data } = await client.query({ query: RollbackPreviewDocument, variables: { id: run } })
      setPreview(data?.rollbackPreview ?? null)
    } catch (thrown) {
      setError(thrown)
    } finally {
      setBusy(false)
    }
  }
  const rollBack = async (reason: string) => {
    await client.mutate({ mutation: RollBackRunDocument, variables: { id: run, reason } })
    setPreview(null)
    onDone()
  }
  return (
    <section className="panel" aria-label="撤回">
      <h2>撤回</h2>
      <p>整批有误时撤回本次拉取：此后一切如同从未收到；撤回前所知仍可查询。撤回之前先看会引起什么。</p>
      {error !== null && <RefusalNotice of={error} onAgain={() => void look()} />}
      <div className="acts">
        <Button type={preview ? 'default' : 'primary'} loading={isBusy} onClick={() => void look()}>
          {preview ? '重新预览' : '预览撤回的后果'}
        </Button>
        {preview && (
          <ConfirmButton
            action="撤回本次拉取"
            follows={followsOf(preview)}
            asks={{ label: '事由' }}
            onDo={rollBack}
            button={{ type: 'primary' }}
          />
        )}
      </div>
      <p role="status" className="soft said">
        {isBusy ? (
          <>
            <Spin size="small" /> 正在试行撤回，随即还原；批次大的需要几十秒。
          </>
        ) : (
          preview && '以下由撤回程序本身试行得出，尚未作任何改动。'
        )}
      </p>
      {preview && <Follows of={preview} />}
    </section>
  )
}

const followsOf = ({
  recordCount,
  restored,
  gone,
  operators,
  listings,
  listingCount,
  deliveries,
}: RollbackConsequences): string[] => {
  const removed = listings.filter(({ after, before }) => after !== before).length
  return [
    `撤去或恢复 ${formatNumber(recordCount)} 条现行信用信息，其中 ${formatNumber(restored)} 条恢复为此前的说法。`,
    gone > 0 ? `${formatNumber(gone)} 个主体不再视为存在。` : '没有主体因此消失。',
    `${formatNumber(operators)} 个主体随后重新评分。`,
    listingCount > 0
      ? `${formatNumber(listingCount)} 条名单记录受影响，其中 ${formatNumber(removed)} 条立即变动，其余提请人工核实。`
      : '没有名单记录受影响。',
    deliveries > 0 ? `向信用平台推送 ${formatNumber(deliveries)} 条变更。` : '没有需要向信用平台推送的变更。',
    '撤回之后不能再恢复；信源单位重新报送的，按新报送接收。',
  ]
}

const To = ({ of }: { of: OperatorNames | null }) => {
  if (of === null) return <span className="soft">不属于任何主体，或无权查看</span>
  const name = of.name ?? operatorCodeOf(of)
  return pageAt(operatorPath(of)) ? <Link to={operatorPath(of)}>{name}</Link> : name
}

const Follows = ({ of }: { of: RollbackConsequences }) => (
  <>
    <dl className="figures">
      <Figure of={of.recordCount} label="现行信息撤去或恢复" />
      <Figure of={of.restored} label="恢复为此前说法" />
      <Figure of={of.gone} label="主体不再存在" isBad />
      <Figure of={of.operators} label="主体重新评分" />
      <Figure of={of.listingCount} label="名单记录受影响" isBad />
      <Figure of={of.deliveries} label="向平台推送" />
    </dl>
    {of.listings.length > 0 && (
      <Part title="名单记录" shown={of.listings.length} total={of.listingCount}>
        <thead>
          <tr>
            <th scope="col">主体</th>
            <th scope="col">现在</th>
            <th scope="col">撤回后</th>
            <th scope="col">提请核实</th>
          </tr>
        </thead>
        <tbody>
          {of.listings.map(({ listing, before, after, asks }, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: fixed order
            <tr key={i}>
              <td>{listing ? <To of={listing.operator} /> : '—'}</td>
              <td>{labelOf('ListingState', before)}</td>
              <td className={before === after ? '' : 'bad'}>{labelOf('ListingState', after)}</td>
              <td>{asks.map((cause) => labelOf('ConcernCause', cause)).join('；') || '—'}</td>
            </tr>
          ))}
        </tbody>
      </Part>
    )}
    {of.goneOperators.length > 0 && (
      <Part title="不再视为存在的主体" shown={of.goneOperators.length} total={of.gone}>
        <tbody>
          {of.goneOperators.map((operator) => (
            <tr key={operatorCodeOf(operator)}>
              <td>
                <To of={operator} />
              </td>
              <td>{operatorCodeOf(operator)}</td>
            </tr>
          ))}
        </tbody>
      </Part>
    )}
    {of.weighed > 0 && (
      <Part title={`信用分（试算了 ${of.weighed} 个主体）`} shown={of.scores.length} total={of.scores.length}>
        <tbody>
          {of.scores.length === 0 && (
            <tr>
              <td>没有变动。</td>
            </tr>
          )}
          {of.scores.map(({ operator, before, gradeBefore, after, gradeAfter }) => (
            <tr key={operatorCodeOf(operator)}>
              <td>
                <To of={operator} />
              </td>
              <td className="right">{before === null ? '未评' : `${before} 分 ${gradeBefore}`}</td>
              <td className="right">→</td>
              <td className={before !== null && after < before ? 'right bad' : 'right good'}>
                {after} 分 {gradeAfter}
              </td>
            </tr>
          ))}
        </tbody>
      </Part>
    )}
    {of.records.length > 0 && (
      <Part title="信用信息" shown={of.records.length} total={of.recordCount}>
        <thead>
          <tr>
            <th scope="col">主体</th>
            <th scope="col">现在</th>
            <th scope="col">撤回后</th>
          </tr>
        </thead>
        <tbody>
          {of.records.map(({ kind, key, operator, before, after }) => (
            <tr key={`${kind} ${key}`}>
              <td>
                <To of={operator} />
                <div className="soft">{labelOf('RecordKind', kind)}</div>
              </td>
              <td>{recordLineOf(kind, recordBodyOf(before))}</td>
              <td>{after === null ? <span className="bad">撤去</span> : changedFieldsOf(kind, before, after)}</td>
            </tr>
          ))}
        </tbody>
      </Part>
    )}
  </>
)

export const changedFieldsOf = (kind: string, before: unknown, after: unknown): string => {
  const now = new Map(recordMembersOf(kind, recordBodyOf(before)).map(({ field, words }) => [field, words]))
  const then = recordMembersOf(kind, recordBodyOf(after)).filter(({ field, words }) => now.get(field) !== words)
  return then.map(({ name, field, words }) => `${name}：${now.get(field) ?? '—'} → ${words}`).join('；') || '内容相同'
}

const Figure = ({ of, label, isBad }: { of: number; label: string; isBad?: boolean }) => (
  <div>
    <dt>{label}</dt>
    <dd className={isBad && of > 0 ? 'bad' : ''}>{formatNumber(of)}</dd>
  </div>
)

const Part = ({
  title,
  shown,
  total,
  children,
}: {
  title: string
  shown: number
  total: number
  children: React.ReactNode
}) => (
  <>
    <h3>
      {title}
      {shown < total && (
        <span className="soft">
          （前 {shown} 条，共 {formatNumber(total)} 条）
        </span>
      )}
    </h3>
    <ScrollRegion label={title} className="scroll follows">
      <table className="plain-table" aria-label={title}>
        {children}
      </table>
    </ScrollRegion>
  </>
)
