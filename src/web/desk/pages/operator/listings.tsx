import { Link } from 'react-router'
import { EmptyNotice } from '../../pieces/empty.js'
import { labelOf } from '../../pieces/words.js'
import { pageAt } from '../../routes.js'
import type { OperatorFile } from './file.js'
import { NewLeadButton } from './new-lead.js'

export const ListingsPanel = ({ of }: { of: OperatorFile }) => (
  <section className="panel wide" aria-labelledby="listings">
    <h2 id="listings">名单</h2>
    {of.watch && of.watch.closedOn === null && (
      <p className="warn">
        在内部观察名单上（{of.watch.openedOn} 起，当时 {of.watch.value} 分）：仅提示关注，不据以采取任何措施。
      </p>
    )}
    {of.listings.length === 0 ? (
      <EmptyNotice>不在任何名单上。</EmptyNotice>
    ) : (
      // biome-ignore lint/a11y/noNoninteractiveTabindex: scrollable region
      <section className="scroll" aria-label="各条名单" tabIndex={0}>
        <table className="plain-table" aria-label="各条名单">
          <thead>
            <tr>
              <th scope="col">名单</th>
              <th scope="col">状态</th>
              <th scope="col">事由</th>
              <th scope="col">机关、文书号</th>
              <th scope="col">公示</th>
              <th scope="col">届满</th>
              <th scope="col">移出</th>
            </tr>
          </thead>
          <tbody>
            {of.listings.map((one) => {
              const name = one.list?.name.zh ?? one.kind
              const path = `/listings/${one.id}`
              return (
                <tr key={one.id}>
                  <th scope="row">
                    {pageAt(path) && !one.mirrored ? <Link to={path}>{name}</Link> : name}
                    {one.mirrored && <span className="soft">（转录）</span>}
                  </th>
                  <td className="nowrap">
                    {labelOf('ListingState', one.state)}
                    {one.contested && <span className="warn">（有争议）</span>}
                  </td>
                  <td>{one.reason}</td>
                  <td>
                    {one.authority ?? '—'}
                    <div className="soft">{one.documentNumber}</div>
                  </td>
                  <td className="nowrap">{one.publishedOn ?? '—'}</td>
                  <td className="nowrap">{one.endsOn ?? '—'}</td>
                  <td className="nowrap">{one.removedOn ?? '—'}</td>
                </tr>
              )
            })}
          </tbody>
        </table>
      </section>
    )}
    <NewLeadButton of={of} />
    {of.objections.length > 0 && (
      <>
        <h3>异议</h3>
        <ul className="lines">
          {of.objections.map(({ id, state, statement, openedAt, note }) => (
            <li key={id}>
              {labelOf('ObjectionState', state)}：{statement} <span className="soft">{openedAt.slice(0, 10)}</span>
              {note && <div className="soft">处理：{note}</div>}
            </li>
          ))}
        </ul>
      </>
    )}
  </section>
)
