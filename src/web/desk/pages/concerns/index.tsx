import { Link } from 'react-router'
import { operatorCodeOf } from '../../pieces/code.js'
import { useConnection } from '../../pieces/connection.js'
import { PageHead } from '../../pieces/page.js'
import { PagedList } from '../../pieces/paged.js'
import { labelOf } from '../../pieces/words.js'
import { ConcernsDocument } from './concerns.generated.js'
import { ConcernLine } from './line.js'

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
