import { useQuery } from '@apollo/client/react'
import { Radio } from 'antd'
import { isHeavyPenalty, isWithdrawnPenalty } from '../../../../domain/records/penalty.js'
import type { RecordBody } from '../../../../domain/records/records.js'
import { operatorCodeOf } from '../../pieces/code.js'
import { EmptyNotice, LoadingNotice } from '../../pieces/empty.js'
import { sourceWords } from '../../pieces/field.js'
import { recordBodyOf, recordLineOf } from '../../pieces/record-body.js'
import { RefusalNotice } from '../../pieces/refusal.js'
import { DecisionsDocument } from './listing.generated.js'

interface DecisionChoiceProps {
  of: { uscc: string | null; shop: string | null }
  value: string | null
  onChange: (record: string) => void
}

export const DecisionChoice = ({ of, value, onChange }: DecisionChoiceProps) => {
  const { data, error, refetch } = useQuery(DecisionsDocument, {
    variables: { code: operatorCodeOf(of) },
    fetchPolicy: 'no-cache',
  })
  if (error) return <RefusalNotice of={error} onAgain={() => void refetch()} />
  if (data === undefined) return <LoadingNotice of="处罚决定" />
  const decisions = (data.operator?.records.nodes ?? []).map((record) => ({
    ...record,
    body: recordBodyOf(record.body),
  }))
  if (decisions.length === 0)
    return <EmptyNotice>信用信息中没有该主体的行政处罚：须先由信源单位报来处罚决定，才能列入。</EmptyNotice>
  return (
    <fieldset className="labelled">
      <legend>处罚决定</legend>
      <Radio.Group className="decision-choices" value={value} onChange={({ target }) => onChange(target.value)}>
        {decisions.map((record) => {
          const isGone = isWithdrawnPenalty(record.body as RecordBody)
          const isHeavier = isHeavyPenalty(record.body as RecordBody)
          return (
            <Radio key={record.id} value={record.id} disabled={isGone}>
              {recordLineOf(record.kind, record.body)}
              <span className={isHeavier && !isGone ? 'good' : 'warn'}>
                {isGone
                  ? '（已撤销，不能作为根据）'
                  : isHeavier
                    ? '（较重行政处罚）'
                    : '（不属于较重行政处罚，只能依第十一条）'}
              </span>
              <span className="soft own-line">来源：{sourceWords(record)}</span>
            </Radio>
          )
        })}
      </Radio.Group>
    </fieldset>
  )
}
