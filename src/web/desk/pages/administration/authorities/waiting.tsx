import { useApolloClient } from '@apollo/client/react'
import { isSamePerson } from '../../../../../domain/access/persons.js'
import { ConfirmButton } from '../../../pieces/confirm.js'
import { instantText } from '../../../pieces/dates.js'
import { LabelledField } from '../../../pieces/field.js'
import { useSession } from '../../../session/session.js'
import {
  type AuthorityStatementLineFragment,
  type AuthorityVerdict,
  DecideAuthorityDocument,
} from './authorities.generated.js'
import { AUTHORITY_FIELDS } from './form.js'

interface WaitingProps {
  of: AuthorityStatementLineFragment
  mayDecide: boolean
  onDone: (words: string) => void
}

export const WaitingStatement = ({ of, mayDecide, onDone }: WaitingProps) => {
  const client = useApolloClient()
  const { name } = useSession()
  const decide = (verdict: AuthorityVerdict, words: string) => async (given: string) => {
    const input = { id: of.id, verdict, note: given === '' ? null : given }
    await client.mutate({ mutation: DecideAuthorityDocument, variables: { input } })
    onDone(words)
  }
  return (
    <>
      <h3>待确认的资料</h3>
      <p className="warn">
        {of.proposedBy} 于 {instantText(of.proposedAt)} 提交
      </p>
      <StatementFields of={of} />
      {mayDecide && (
        <p className="filters">
          {isSamePerson(of.proposedBy, name) ? (
            <ConfirmButton
              action="撤回"
              follows={['现行资料不变。由您提交的，须由另一位管理员确认。']}
              onDo={() => decide('WITHDRAW', '已撤回。')('')}
            />
          ) : (
            <>
              <ConfirmButton
                action="确认资料"
                danger={false}
                follows={['此后起草的该机关文书按此填写；已出具的不变。', '您的姓名和时刻一同保存。']}
                onDo={() => decide('CONFIRM', '资料已生效。')('')}
              />
              <ConfirmButton
                action="不予同意"
                follows={['现行资料不变；理由留存。']}
                asks={{ label: '理由' }}
                onDo={decide('REFUSE', '已不予同意。')}
              />
            </>
          )}
        </p>
      )}
    </>
  )
}

export const StatementFields = ({ of }: { of: AuthorityStatementLineFragment }) => (
  <dl className="fields">
    {AUTHORITY_FIELDS.map(({ field, label }) => (
      <LabelledField key={field} label={label}>
        {of[field] ?? '—'}
      </LabelledField>
    ))}
  </dl>
)
