import { useApolloClient } from '@apollo/client/react'
import { Alert, Button, Input, Modal } from 'antd'
import { useId, useState } from 'react'
import { Link, useNavigate } from 'react-router'
import { operatorCodeOf } from '../../pieces/code.js'
import { daysUntilText, instantText, today } from '../../pieces/dates.js'
import { EmptyNotice } from '../../pieces/empty.js'
import { objectionStateText } from '../../pieces/objection.js'
import { ScrollRegion } from '../../pieces/plain-table.js'
import { recordNameOf } from '../../pieces/record-body.js'
import { RefusalNotice } from '../../pieces/refusal.js'
import { labelOf } from '../../pieces/words.js'
import { pageAt } from '../../routes.js'
import { useMay } from '../../session/session.js'
import { DecisionChoice } from '../listing/decision-choice.js'
import type { OperatorFile } from './file.js'
import { LinkOfLeadDocument, OpenLeadDocument } from './lead.generated.js'

const LIST = 'serious'
const OVER = ['REMOVED', 'NOT_LISTED']
const REASON_MOST = 1_000

const NewLeadButton = ({ of }: { of: OperatorFile }) => {
  const may = useMay('move_listing')
  const [isOpen, setOpen] = useState(false)
  if (!may) return null
  const open = of.listings.find(({ kind, mirrored, state }) => kind === LIST && !mirrored && !OVER.includes(state))
  if (open)
    return (
      <p className="soft">
        已有未结的案件（<Link to={`/listings/${open.id}`}>{labelOf('ListingState', open.state)}</Link>
        ），不能再登记线索。
      </p>
    )
  return (
    <p className="no-print">
      <Button onClick={() => setOpen(true)}>登记线索</Button>
      <LeadDialog of={of} isOpen={isOpen} onClose={() => setOpen(false)} />
    </p>
  )
}

const LeadDialog = ({ of, isOpen, onClose }: { of: OperatorFile; isOpen: boolean; onClose: () => void }) => {
  const client = useApolloClient()
  const navigate = useNavigate()
  const id = useId()
  const [reason, setReason] = useState('')
  const [on, setOn] = useState(today())
  const [record, setRecord] = useState<string | null>(null)
  const [opened, setOpened] = useState<string | null>(null)
  const [isBusy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const act = async () => {
    setBusy(true)
    setError(null)
    try {
      const listing = opened ?? (await lead())
      setOpened(listing)
      if (record !== null)
        await client.mutate({
          mutation: LinkOfLeadDocument,
          variables: { input: { id: listing, on, record, seen: 1 } },
        })
      void navigate(`/listings/${listing}`)
    } catch (thrown) {
      setError(thrown)
    } finally {
      setBusy(false)
    }
  }
  const lead = async (): Promise<string> => {
    const input = { code: operatorCodeOf(of), list: LIST, reason: reason.trim(), on }
    const { data } = await client.mutate({ mutation: OpenLeadDocument, variables: { input } })
    if (!data) throw new TypeError('no answer')
    return data.openLead.listing.id
  }
  return (
    <Modal
      open={isOpen}
      title="登记线索"
      width={720}
      okText="登记线索"
      cancelText="返回"
      okButtonProps={{ disabled: reason.trim() === '' || on === '', loading: isBusy }}
      onOk={act}
      onCancel={onClose}
      closable={{ 'aria-label': '关闭' }}
    >
      <p>接下来会：开立一件列入市场监督管理严重违法失信名单的案件；线索不公示，当事人也看不到。</p>
      <p className="labelled">
        <label htmlFor={`${id}r`}>事由</label>
        <Input.TextArea
          id={`${id}r`}
          value={reason}
          rows={3}
          maxLength={REASON_MOST}
          disabled={opened !== null}
          onChange={({ target }) => setReason(target.value)}
        />
      </p>
      <p className="labelled">
        <label htmlFor={`${id}d`}>登记之日</label>
        <Input
          id={`${id}d`}
          type="date"
          value={on}
          max={today()}
          disabled={opened !== null}
          onChange={({ target }) => setOn(target.value)}
        />
      </p>
      {isOpen && <DecisionChoice of={of} value={record} onChange={setRecord} />}
      <p className="soft">可以先登记线索，以后再关联处罚决定；提出列入建议以前必须关联。</p>
      {opened !== null && error !== null && (
        <Alert
          type="info"
          showIcon
          title={<Link to={`/listings/${opened}`}>线索已登记，只有处罚决定没有关联上：打开此案</Link>}
        />
      )}
      {error !== null && <RefusalNotice of={error} />}
    </Modal>
  )
}

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
      <ScrollRegion label="各条名单">
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
      </ScrollRegion>
    )}
    <NewLeadButton of={of} />
    {of.objections.length > 0 && (
      <>
        <h3>异议</h3>
        <ul className="lines">
          {of.objections.map(({ id, state, correctionPending, record, statement, openedAt, dueOn, late, note }) => (
            <li key={id}>
              {objectionStateText({ state, correctionPending })}：{statement}{' '}
              <span className="soft">{instantText(openedAt)} 提出</span>
              {state === 'OPEN' && dueOn && (
                <span className={late ? 'bad' : 'warn'}>
                  {' '}
                  应在 {dueOn} 以前（含）决定，{daysUntilText(dueOn)}
                </span>
              )}
              {record && <div className="soft">所争议的信息：{recordNameOf(record)}</div>}
              {note && <div className="soft">处理：{note}</div>}
            </li>
          ))}
        </ul>
      </>
    )}
  </section>
)
