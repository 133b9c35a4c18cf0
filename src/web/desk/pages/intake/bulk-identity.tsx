import { useApolloClient, useQuery } from '@apollo/client/react'
import { Checkbox } from 'antd'
import { useState } from 'react'
import { operatorCodeOf } from '../../pieces/code.js'
import { BulkButton } from '../../pieces/lists/bulk-button.js'
import { labelOf } from '../../pieces/words.js'
import { DecideSubjectDocument, ProposedSubjectsDocument, type ProposedSubjectsQuery } from './identity.generated.js'

const SUBJECTS_MOST = 100

type Waiting = ProposedSubjectsQuery['unmatched']['nodes'][number]

const saidOf = ({ feed, subject }: Waiting): string => JSON.stringify([feed, Object.values(subject)])

const onePerSubject = (waiting: readonly Waiting[]): Waiting[] => [
  ...new Map(waiting.filter(({ proposal }) => proposal !== null).map((one) => [saidOf(one), one])).values(),
]

export interface BulkIdentityProps {
  feed: string
  onDone: (subjects: readonly Pick<Waiting, 'feed' | 'subject'>[]) => void
}

export const BulkIdentity = ({ feed, onDone }: BulkIdentityProps) => {
  const client = useApolloClient()
  const { data, refetch } = useQuery(ProposedSubjectsDocument, {
    variables: { first: SUBJECTS_MOST, ...(feed && { feed }) } as never,
    fetchPolicy: 'cache-and-network',
  })
  const proposed = onePerSubject((data as ProposedSubjectsQuery | undefined)?.unmatched.nodes ?? [])
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set())
  if (proposed.length < 2) return null
  const rows = proposed.filter(({ id }) => !left.has(id))
  const attach = async ({ id, proposal }: Waiting, reason: string): Promise<string> => {
    const operator = proposal === null ? '' : operatorCodeOf(proposal.operator)
    const input = { id, verdict: 'ATTACH' as const, operator, reason }
    const answer = await client.mutate({ mutation: DecideSubjectDocument, variables: { input } })
    return `已归入，共 ${answer.data?.decideSubject.records ?? 0} 条`
  }
  return (
    <BulkButton
      action="成批按建议归入"
      rows={rows}
      rowKey={({ id }) => id}
      describe={(one) => (
        <>
          <Checkbox
            aria-label={`办理 ${one.subject.name ?? '未指明'}`}
            checked
            onChange={() => setLeft(new Set([...left, one.id]))}
          />{' '}
          {one.subject.name ?? '未指明'} → <b>{one.proposal?.operator.name}</b>{' '}
          <span className="soft">
            {one.proposal?.evidence.map(({ field, said }) => `${labelOf('EvidenceField', field)}：${said}`).join('；')}
          </span>
        </>
      )}
      follows={[
        '请先逐项核对：来件所说的主体与建议归入的主体确为同一个。去掉勾选的不办理。',
        '各项分别认定，以后可以逐项撤销。',
      ]}
      asks="理由"
      onDo={attach}
      onClosed={(done) => {
        setLeft(new Set())
        if (done.size === 0) return
        void refetch()
        onDone(proposed.filter(({ id }) => done.has(id)))
      }}
    />
  )
}
