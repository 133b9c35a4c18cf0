import { useQuery } from '@apollo/client/react'
import { Drawer } from 'antd'
import { Link } from 'react-router'
import { useAgencyNames } from '../../../pieces/agencies.js'
import { OperatorCode } from '../../../pieces/code.js'
import { exactInstantText } from '../../../pieces/dates.js'
import { EmptyNotice, LoadingNotice } from '../../../pieces/empty.js'
import { LabelledField } from '../../../pieces/field.js'
import { formatNumber } from '../../../pieces/numbers.js'
import { ScrollRegion } from '../../../pieces/plain-table.js'
import { RefusalNotice } from '../../../pieces/refusal.js'
import { labelOf } from '../../../pieces/words.js'
import { pageAt } from '../../../routes.js'
import { AuditLogRowDocument, type AuditLogRowQuery } from './audit-log.generated.js'
import { FAULT_WORDS } from './verification.js'

const CODES_SHOWN = 200

export const AuditRowDrawer = ({ number, onClose }: { number: number; onClose: () => void }) => (
  <Drawer
    open={number > 0}
    onClose={onClose}
    title={`第 ${number} 行`}
    size="min(44rem, 100vw)"
    closable={{ 'aria-label': '关闭' }}
    destroyOnHidden
  >
    {number > 0 && <Content number={number} />}
  </Drawer>
)

type AuditLogRowDetail = NonNullable<AuditLogRowQuery['auditLogRow']>

const Content = ({ number }: { number: number }) => {
  const { data, error, refetch } = useQuery(AuditLogRowDocument, { variables: { number }, fetchPolicy: 'no-cache' })
  if (error) return <RefusalNotice of={error} onAgain={() => void refetch()} />
  if (data === undefined) return <LoadingNotice of="这一行" />
  const row = (data as AuditLogRowQuery).auditLogRow
  return row === null ? <EmptyNotice>痕迹中没有这一行。</EmptyNotice> : <Whole of={row} />
}

const Whole = ({ of }: { of: AuditLogRowDetail }) => {
  const agencies = useAgencyNames()
  return (
    <>
      {of.erased && <p className="warn">内容已到期限抹去，只余校验值：由谁、问了什么，枢纽不再知道。</p>}
      {of.lost && <p className="bad">{FAULT_WORDS.FILE_LOST}</p>}
      <dl className="fields narrow">
        <LabelledField label="时刻">{exactInstantText(of.at)}</LabelledField>
        <LabelledField label="种类">{labelOf('AuditLogKind', of.kind)}</LabelledField>
        <LabelledField label="谁">
          {of.client ?? '—'}
          {of.role && <span className="soft"> {labelOf('Role', of.role)}</span>}
        </LabelledField>
        {of.agency && <LabelledField label="所属单位">{agencies.get(of.agency) ?? of.agency}</LabelledField>}
        <LabelledField label="用途">{of.purpose ?? <span className="soft">没有说明</span>}</LabelledField>
        <LabelledField label="结果">{of.outcome === 'DONE' ? '已答复' : (of.outcome ?? '—')}</LabelledField>
        <LabelledField label="请求编号">
          <code className="code">{of.request ?? '—'}</code>
        </LabelledField>
      </dl>
      <h3>问了什么</h3>
      {of.asked === null ? (
        <EmptyNotice>{of.lost ? '内容在存档文件中。' : '没有内容。'}</EmptyNotice>
      ) : (
        <ScrollRegion label="问了什么" className="asked">
          {of.asked}
        </ScrollRegion>
      )}
      <h3>展示的主体 {formatNumber(of.shownCount)}</h3>
      {of.shown === null || of.shown.length === 0 ? (
        <EmptyNotice>
          {of.shownCount === 0 ? '没有展示任何主体。' : of.lost ? '名录在存档文件中。' : '名录已抹去。'}
        </EmptyNotice>
      ) : (
        <>
          <ul className="codes">
            {of.shown.slice(0, CODES_SHOWN).map((code) => (
              <li key={code}>
                {pageAt('operator/x') ? (
                  <Link to={`/operator/${encodeURIComponent(code)}`}>
                    <OperatorCode of={code} />
                  </Link>
                ) : (
                  <OperatorCode of={code} />
                )}
              </li>
            ))}
          </ul>
          {of.shown.length > CODES_SHOWN && <p className="soft">以上为其中 {CODES_SHOWN} 个。</p>}
        </>
      )}
      <h3>校验值</h3>
      <dl className="fields narrow">
        <LabelledField label="答复">
          <code className="code hash">{of.digest ?? '—'}</code>
        </LabelledField>
        <LabelledField label="前一行">
          <code className="code hash">{of.previousHash}</code>
        </LabelledField>
        <LabelledField label="本行">
          <code className="code hash">{of.hash}</code>
        </LabelledField>
      </dl>
    </>
  )
}
