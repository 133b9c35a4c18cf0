import { useApolloClient } from '@apollo/client/react'
import { Checkbox, Select } from 'antd'
import { Link } from 'react-router'
import { useAddressState } from '../../pieces/address.js'
import { operatorCodeOf } from '../../pieces/code.js'
import { ConfirmButton } from '../../pieces/confirm.js'
import { useConnection } from '../../pieces/connection.js'
import { instantText } from '../../pieces/dates.js'
import { RecordMembers, sourceWords } from '../../pieces/field.js'
import { ExportButtons } from '../../pieces/lists/export.js'
import { OrderFilter, RegionFilter, TextFilter } from '../../pieces/lists/filters.js'
import { PageHead } from '../../pieces/page.js'
import { PagedList } from '../../pieces/paged.js'
import { recordBodyOf, recordLineOf } from '../../pieces/record-body.js'
import { labelOf, optionsOf } from '../../pieces/words.js'
import { useMay } from '../../session/session.js'
import { type ConcernCause, ConcernsDocument, type ListOrder, SettleConcernDocument } from './concerns.generated.js'
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
  const [asked, ask] = useAddressState({ cause: '', name: '', region: '', settled: false as boolean, order: 'OLDEST' })
  const filter = {
    cause: (asked.cause || null) as ConcernCause | null,
    name: asked.name || null,
    region: asked.region || null,
    settled: asked.settled,
  }
  const order = asked.order as ListOrder
  const rows = useConnection(ConcernsDocument, { filter, order }, (data) => data.concerns)
  return (
    <>
      <PageHead
        title="待核事项"
        extra={<ExportButtons list="concerns" title="待核事项" variables={{ filter, order }} />}
      >
        <p className="soft">名单所依据的信用信息已非原样：枢纽不自行改变名单，由人核实以后办结。</p>
      </PageHead>
      <form className="filters" aria-label="筛选" onSubmit={(event) => event.preventDefault()}>
        <Select
          aria-label="缘由"
          value={asked.cause}
          onChange={(cause) => ask({ cause })}
          options={[{ value: '', label: '全部缘由' }, ...optionsOf('ConcernCause')]}
          style={{ width: '18rem' }}
        />
        <TextFilter label="名称或代码" value={asked.name} onChange={(name) => ask({ name })} />
        <RegionFilter value={asked.region} onChange={(region) => ask({ region })} />
        <OrderFilter value={asked.order} onChange={(order) => ask({ order })} />
        <Checkbox checked={asked.settled} onChange={({ target }) => ask({ settled: target.checked })}>
          看已办结的
        </Checkbox>
      </form>
      <PagedList
        rows={rows}
        label="待核事项"
        empty="没有符合条件的待核事项。"
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
