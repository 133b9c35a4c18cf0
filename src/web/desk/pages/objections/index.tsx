import { useApolloClient } from '@apollo/client/react'
import { Checkbox, Radio, Select } from 'antd'
import { useState } from 'react'
import { Link } from 'react-router'
import { isSamePerson } from '../../../../domain/access/persons.js'
import { useAddressState } from '../../pieces/address.js'
import { OperatorCode, operatorCodeOf, operatorPath } from '../../pieces/code.js'
import { ConfirmButton } from '../../pieces/confirm.js'
import { useConnection } from '../../pieces/connection.js'
import { daysUntilText, dayText, instantText } from '../../pieces/dates.js'
import { FeedTitle, RecordMembers, sourceWords } from '../../pieces/field.js'
import { ExportButtons } from '../../pieces/lists/export.js'
import { OrderFilter, RegionFilter, TextFilter } from '../../pieces/lists/filters.js'
import { objectionStateText } from '../../pieces/objection.js'
import { PageHead } from '../../pieces/page.js'
import { PagedList } from '../../pieces/paged.js'
import { recordBodyOf, recordLineOf } from '../../pieces/record-body.js'
import { optionsOf } from '../../pieces/words.js'
import { useMay, useSession } from '../../session/session.js'
import { AttachmentLines } from '../listing/attachments.js'
import {
  DecideObjectionDocument,
  type ListOrder,
  type ObjectionState,
  ObjectionsDocument,
  type ObjectionVerdict,
  type ObjectionWholeFragment,
  WithdrawObjectionDocument,
} from './objections.generated.js'

export default function ObjectionsPage() {
  const [asked, ask] = useAddressState({
    state: 'OPEN',
    name: '',
    region: '',
    late: false as boolean,
    pending: false as boolean,
    order: 'OLDEST',
  })
  const state = asked.state as ObjectionState
  const order = asked.order as ListOrder
  const filter = {
    name: asked.name || null,
    region: asked.region || null,
    late: asked.late,
    correctionPending: asked.pending,
  }
  const rows = useConnection(ObjectionsDocument, { state, filter, order }, (data) => data.objections)
  return (
    <>
      <PageHead
        title="异议"
        extra={<ExportButtons list="objections" title="异议" variables={{ state, filter, order }} />}
      >
        <p className="soft">
          经营主体对评分理由所依据的一条信用信息有异议。核查期间各处答复均标明存在异议；成立的，由报送该信息的信源单位更正。
        </p>
      </PageHead>
      <form className="filters" aria-label="筛选" onSubmit={(event) => event.preventDefault()}>
        <Select
          aria-label="状态"
          value={asked.state}
          onChange={(state) => ask({ state })}
          options={optionsOf('ObjectionState')}
          style={{ width: '9rem' }}
        />
        <TextFilter label="名称或代码" value={asked.name} onChange={(name) => ask({ name })} />
        <RegionFilter value={asked.region} onChange={(region) => ask({ region })} />
        <OrderFilter value={asked.order} onChange={(order) => ask({ order })} />
        <Checkbox checked={asked.late} onChange={({ target }) => ask({ late: target.checked })}>
          只看逾期的
        </Checkbox>
        {state === 'UPHELD' && (
          <Checkbox checked={asked.pending} onChange={({ target }) => ask({ pending: target.checked })}>
            只看尚未更正的
          </Checkbox>
        )}
      </form>
      <PagedList
        rows={rows}
        label="异议"
        empty="没有这种状态的异议。"
        rowKey={({ id }) => id}
        render={(objection) => <ObjectionCard of={objection} onDone={rows.refresh} />}
      />
    </>
  )
}

const ObjectionCard = ({ of, onDone }: { of: ObjectionWholeFragment; onDone: () => void }) => {
  const { operator, record } = of
  return (
    <article aria-label={operator?.name ?? '异议'}>
      <h2>
        {operator ? (
          <Link to={operatorPath(operator)}>{operator.name ?? operatorCodeOf(operator)}</Link>
        ) : (
          '（无权查看主体）'
        )}{' '}
        <span className={of.state === 'OPEN' || of.correctionPending ? 'warn' : 'soft'}>{objectionStateText(of)}</span>
      </h2>
      {operator && <OperatorCode of={operatorCodeOf(operator)} />}
      {of.state === 'OPEN' && of.dueOn && (
        <p className={of.late ? 'bad' : 'warn'}>
          应在 {dayText(of.dueOn)} 以前（含）决定，{daysUntilText(of.dueOn)}
        </p>
      )}
      <blockquote className="statement">{of.statement}</blockquote>
      <p className="soft">
        {of.openedBy ?? '主体'} 于 {instantText(of.openedAt)} 提出；所争议的信息来自
        <FeedTitle of={of.feed} />
      </p>
      <AttachmentLines of={of.attachments} />
      {record && (
        <details className="record" open={of.state === 'OPEN'}>
          <summary>
            {recordLineOf(record.kind, recordBodyOf(record.body))}{' '}
            <span className="soft">来源：{sourceWords(record)}</span>
          </summary>
          <RecordMembers kind={record.kind} body={recordBodyOf(record.body)} />
        </details>
      )}
      {of.decidedAt && (
        <p>
          {of.decidedBy} 于 {instantText(of.decidedAt)} 办理{of.note ? `：${of.note}` : ''}
        </p>
      )}
      <p className="soft">{of.consequence.zh}</p>
      {of.correctionPending && <Correction of={of} />}
      {of.state === 'OPEN' && <Acts of={of} onDone={onDone} />}
    </article>
  )
}

const Correction = ({ of }: { of: ObjectionWholeFragment }) => {
  const uploads = useMay('send_records')
  return (
    <p className="warn">
      待更正：由报送该信息的信源单位以同一文号或编号重新报送更正后的内容；确属不应有的，报送撤销状态，或者在全量报送中不再列入。更正到达以后，本项自动办结。
      {uploads && (
        <>
          {' '}
          <Link to={`/intake/uploads?feed=${of.feed}`}>上传更正</Link>
        </>
      )}
    </p>
  )
}

const FOLLOWS: Record<ObjectionVerdict, string[]> = {
  UPHELD: ['转报送该信息的信源单位更正；更正以前各处答复仍标明存在异议。', '评分不作直接改动，信息更正以后重算。'],
  REJECTED: ['异议办结，各处答复不再标明存在异议；评分不变。'],
}

const Acts = ({ of, onDone }: { of: ObjectionWholeFragment; onDone: () => void }) => {
  const client = useApolloClient()
  const { name } = useSession()
  const mayDecide = useMay('decide_objection')
  const [verdict, setVerdict] = useState<ObjectionVerdict | null>(null)
  const isOwn = of.openedBy !== null && isSamePerson(of.openedBy, name)
  if (isOwn)
    return (
      <>
        <p className="warn">由您提出的异议须由另一人决定；您可以撤回。</p>
        <ConfirmButton
          action="撤回异议"
          follows={['异议就此办结，各处答复不再标明存在异议。']}
          onDo={async () => {
            await client.mutate({ mutation: WithdrawObjectionDocument, variables: { id: of.id } })
            onDone()
          }}
        />
      </>
    )
  if (!mayDecide) return <p className="soft">由复核人决定。</p>
  return (
    <ConfirmButton
      action="处理异议"
      danger={false}
      follows={verdict === null ? ['请先选择成立或者不成立。'] : FOLLOWS[verdict]}
      asks={{ label: '说明' }}
      isReady={verdict !== null}
      onDo={async (note) => {
        if (verdict === null) return
        await client.mutate({ mutation: DecideObjectionDocument, variables: { input: { id: of.id, verdict, note } } })
        onDone()
      }}
    >
      <fieldset className="labelled">
        <legend>决定</legend>
        <Radio.Group
          value={verdict}
          onChange={({ target }) => setVerdict(target.value)}
          options={optionsOf('ObjectionVerdict')}
        />
      </fieldset>
    </ConfirmButton>
  )
}
