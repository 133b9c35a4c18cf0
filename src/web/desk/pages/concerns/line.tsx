import { useApolloClient } from '@apollo/client/react'
import { ConfirmButton } from '../../pieces/confirm.js'
import { instantText } from '../../pieces/dates.js'
import { RecordMembers, sourceWords } from '../../pieces/field.js'
import { recordBodyOf, recordLineOf } from '../../pieces/record-words.js'
import { labelOf } from '../../pieces/words.js'
import { useMay } from '../../session/session.js'
import { SettleConcernDocument } from './concerns.generated.js'
import type { ConcernWholeFragment } from './fragments.generated.js'

export const ConcernLine = ({ of, onSettled }: { of: ConcernWholeFragment; onSettled: () => void }) => {
  const client = useApolloClient()
  const may = useMay('settle_concern')
  const { record } = of
  return (
    <article className="concern" aria-label={labelOf('ConcernCause', of.cause)}>
      <p>
        <b className={of.settledAt === null ? 'warn' : ''}>{labelOf('ConcernCause', of.cause)}</b>{' '}
        <span className="soft">{instantText(of.openedAt)} 提出</span>
      </p>
      {record && (
        <details className="record">
          <summary>
            {recordLineOf(record.kind, recordBodyOf(record.body))}{' '}
            <span className="soft">来源：{sourceWords(record)}</span>
          </summary>
          <RecordMembers kind={record.kind} body={recordBodyOf(record.body)} />
        </details>
      )}
      {of.settledAt !== null ? (
        <p className="soft">
          {of.settledBy} 于 {instantText(of.settledAt)} 办结：{of.note}
        </p>
      ) : (
        may && (
          <ConfirmButton
            action="办结此事项"
            danger={false}
            follows={['此事项不再提示。', '名单本身不因此改变：需要暂停公示、移出或不予列入的，请先办理那一步。']}
            asks={{ label: '核实的结果' }}
            onDo={async (note) => {
              await client.mutate({ mutation: SettleConcernDocument, variables: { id: of.id, note } })
              onSettled()
            }}
          />
        )
      )}
    </article>
  )
}
