import { useApolloClient } from '@apollo/client/react'
import { Link } from 'react-router'
import { operatorCodeOf } from '../../pieces/code.js'
import { ConfirmButton } from '../../pieces/confirm.js'
import { useConnection } from '../../pieces/connection.js'
import { instantText } from '../../pieces/dates.js'
import { RecordMembers, sourceWords } from '../../pieces/field.js'
import { PageHead } from '../../pieces/page.js'
import { PagedList } from '../../pieces/paged.js'
import { recordBodyOf, recordLineOf } from '../../pieces/record-body.js'
import { labelOf } from '../../pieces/words.js'
import { useMay } from '../../session/session.js'
import { ConcernsDocument, SettleConcernDocument } from './concerns.generated.js'
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

export default function ConcernsPage() {
  const rows = useConnection(ConcernsDocument, {}, (data) => data.concerns)
  return (
    <>
      <PageHead title="待核事项">
        <p className="soft">名单所依据的信用信息已非原样：枢纽不自行改变名单，由人核实以后办结，由先到后。</p>
      </PageHead>
      <PagedList
        rows={rows}
        label="待核事项"
        empty="没有待核事项：各名单的依据均为原样。"
        rowKey={({ id }) => id}
        render={(concern) => (
          <>
            {concern.listing && (
              <h2>
                <Link to={`/listings/${concern.listing.id}`}>
                  {concern.listing.operator.name ?? operatorCodeOf(concern.listing.operator)}
                </Link>{' '}
                <span className="soft">{labelOf('ListingState', concern.listing.state)}</span>
              </h2>
            )}
            <ConcernLine of={concern} onSettled={rows.refresh} />
          </>
        )}
      />
    </>
  )
}
