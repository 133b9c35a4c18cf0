import { Button, Popover } from 'antd'
import type { ReactNode } from 'react'
import { instant } from './dates.js'
import { membersOf, type RecordBody } from './record-words.js'

export interface SourcedRecord {
  agencyName?: { zh: string } | null
  feed?: string | null
  knownFrom?: string | null
  source: { run: string; file?: string | null; page?: number | null; row: number }
}

export const sourceWords = ({ agencyName, feed, source }: SourcedRecord): string =>
  [agencyName?.zh ?? feed, source.file, source.page == null ? null : `第 ${source.page} 页`, `第 ${source.row} 行`]
    .filter(Boolean)
    .join(' · ')

export const SourceOf = ({ record, of }: { record: SourcedRecord; of: string }) => (
  <Popover
    trigger="click"
    title="来源"
    content={
      <dl className="fields narrow">
        <Field label="报送单位">{record.agencyName?.zh ?? '—'}</Field>
        <Field label="数据源">{record.feed ?? '—'}</Field>
        <Field label="文件">{record.source.file ?? '—'}</Field>
        <Field label="位置">
          {record.source.page == null ? '' : `第 ${record.source.page} 页 `}第 {record.source.row} 行
        </Field>
        <Field label="枢纽自何时知道">{instant(record.knownFrom)}</Field>
      </dl>
    }
  >
    <Button type="link" size="small" className="source" aria-label={`${of}的来源`}>
      来源
    </Button>
  </Popover>
)

/** A value with more characters than this takes the full width. */
const LONG = 60

export const Members = ({ kind, body }: { kind: string; body: RecordBody }) => (
  <dl className="fields">
    {membersOf(kind, body).map(({ field, name, words }) => (
      <div key={field} className={words.length > LONG ? 'field wide' : 'field'}>
        <dt>{name}</dt>
        <dd>{words}</dd>
      </div>
    ))}
  </dl>
)

export const Field = ({
  label,
  children,
  source,
}: {
  label: string
  children: ReactNode
  source?: SourcedRecord | null | undefined
}) => (
  <div className={typeof children === 'string' && children.length > LONG ? 'field wide' : 'field'}>
    <dt>{label}</dt>
    <dd>
      {children ?? '—'} {source && <SourceOf record={source} of={label} />}
    </dd>
  </div>
)
