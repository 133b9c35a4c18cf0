import { useApolloClient, useQuery } from '@apollo/client/react'
import { Input, Select } from 'antd'
import { useId, useState } from 'react'
import { useAddressState } from '../../pieces/address.js'
import { operatorCodeOf } from '../../pieces/code.js'
import { ConfirmButton } from '../../pieces/confirm.js'
import { EmptyNotice } from '../../pieces/empty.js'
import { PageHead } from '../../pieces/page.js'
import { recordBodyOf, valueWords } from '../../pieces/record-body.js'
import { RefusalNotice } from '../../pieces/refusal.js'
import { labelOf, optionsOf } from '../../pieces/words.js'
import { type CandidateFragment, IdentityOperatorDocument, MergeOperatorsDocument } from './identity.generated.js'
import { UndoDecisionButton } from './undo.js'

const CODE_LEAST = 9
type MergeReason = 'MOVED' | 'CONVERTED' | 'DUPLICATE'

export default function MergePage() {
  const client = useApolloClient()
  const [asked, ask] = useAddressState({ from: '', into: '', cause: 'MOVED' })
  const from = useOperator(asked.from)
  const into = useOperator(asked.into)
  const [done, setDone] = useState<{ decision: string; records: number } | null>(null)
  const [undone, setUndone] = useState(false)
  const isSame = from.operator !== null && from.operator.id === into.operator?.id
  const merge = async (reason: string) => {
    if (!from.operator || !into.operator) return
    const input = {
      from: operatorCodeOf(from.operator),
      into: operatorCodeOf(into.operator),
      cause: asked.cause as MergeReason,
      reason,
    }
    const { data } = await client.mutate({ mutation: MergeOperatorsDocument, variables: { input } })
    if (data) setDone({ decision: data.mergeOperators.decision.id, records: data.mergeOperators.records })
  }
  return (
    <>
      <PageHead title="合并主体" under="/intake/identity" />
      <div className="panels">
        <Side title="被并入的主体" code={asked.from} of={from} onCode={(from) => ask({ from })} />
        <Side title="并入到的主体" code={asked.into} of={into} onCode={(into) => ask({ into })} />
      </div>
      <form className="filters acts" onSubmit={(event) => event.preventDefault()} aria-label="合并">
        <Select
          aria-label="原因"
          value={asked.cause}
          onChange={(cause) => ask({ cause })}
          options={optionsOf('MergeCause')}
          style={{ width: '24rem' }}
        />
        <ConfirmButton
          action="合并"
          disabled={!from.operator || !into.operator || isSame || done !== null}
          hint={isSame ? '两个代码是同一主体' : '先选定两个主体'}
          follows={[
            `${from.operator?.name ?? ''}的代码从此对应到${into.operator?.name ?? ''}，信用信息和名单记录随之转入。`,
            '历史不变；撤销后重新分为两个主体。',
            '两者随后重新评分。',
          ]}
          asks={{ label: '理由' }}
          onDo={merge}
        />
      </form>
      <p role="status" className="good said">
        {done && (undone ? '合并已撤销，重新分为两个主体。' : `已合并，转入 ${done.records} 条信用信息。`)}
      </p>
      {done && !undone && <UndoDecisionButton decision={done.decision} onUndone={() => setUndone(true)} />}
    </>
  )
}

interface MergeCandidate {
  operator: CandidateFragment | null
  isAsked: boolean
  error: unknown
}

const useOperator = (code: string): MergeCandidate => {
  const isAsked = code.trim().length >= CODE_LEAST
  const { data, error, loading } = useQuery(IdentityOperatorDocument, {
    variables: { code: code.trim() },
    skip: !isAsked,
  })
  return { operator: (isAsked && data?.operator) || null, isAsked: isAsked && !loading, error: error ?? null }
}

interface SideProps {
  title: string
  code: string
  of: MergeCandidate
  onCode: (code: string) => void
}

const Side = ({ title, code, of: { operator, isAsked, error }, onCode }: SideProps) => {
  const id = useId()
  const registered = recordBodyOf(operator?.records.nodes[0]?.body)
  const lines: [string, string][] = operator
    ? [
        ['名称', operator.name ?? '—'],
        ['代码', operatorCodeOf(operator)],
        ['曾用名', operator.formerNames.join('、') || '—'],
        ['类型', labelOf('OperatorKind', operator.kind)],
        ['登记状态', labelOf('RegistrationStatus', operator.registrationStatus)],
        ['区划', operator.region ?? '—'],
        ['法定代表人', valueWords('REGISTRATION', registered['representative'])],
        ['住所', valueWords('REGISTRATION', registered['address'])],
        ['成立日期', valueWords('REGISTRATION', registered['established_on'])],
      ]
    : []
  return (
    <section className="panel" aria-label={title}>
      <h2>{title}</h2>
      <label htmlFor={id}>它自己的代码</label>
      <Input id={id} value={code} maxLength={100} onChange={(event) => onCode(event.target.value)} />
      {error !== null && <RefusalNotice of={error} />}
      {isAsked && operator === null && error === null && <EmptyNotice>没有该代码的主体。</EmptyNotice>}
      {operator && (
        <table className="compare" aria-label={title}>
          <tbody>
            {lines.map(([name, words]) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td>{words}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  )
}
