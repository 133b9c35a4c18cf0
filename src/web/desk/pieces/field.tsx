import { Button, Popover } from 'antd'
import type { ReactNode } from 'react'
import { useFeedTitles } from './agencies.js'
import { instantText } from './dates.js'
import { type AnsweredRecordBody, recordMembersOf } from './record-body.js'

export interface SourcedRecord {
  agencyName?: { zh: string } | null
  feed?: string | null
  knownFrom?: string | null
  source: { run: string; file?: string | null; page?: number | null; row: number }
}

export const sourceWords = ({ agencyName, source }: SourcedRecord): string =>
  [agencyName?.zh, source.file, source.page == null ? null : `第 ${source.page} 页`, `第 ${source.row} 行`]
    .filter(Boolean)
    .join(' · ')

export const FeedTitle = ({ of }: { of: string | null | undefined }) => <>{useFeedTitles().get(of ?? '') ?? '—'}</>

export const SourcePopover = ({ record, of }: { record: SourcedRecord; of: string }) => (
  <Popover
    trigger="click"
    title="来源"
    content={
      <dl className="fields narrow">
        <LabelledField label="报送单位">{record.agencyName?.zh ?? '—'}</LabelledField>
        <LabelledField label="数据源">
          <FeedTitle of={record.feed} />
        </LabelledField>
        <LabelledField label="文件">{record.source.file ?? '—'}</LabelledField>
        <LabelledField label="位置">
          {record.source.page == null ? '' : `第 ${record.source.page} 页 `}第 {record.source.row} 行
        </LabelledField>
        <LabelledField label="入库时间">{instantText(record.knownFrom)}</LabelledField>
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

export const RecordMembers = ({ kind, body }: { kind: string; body: AnsweredRecordBody }) => (
  <dl className="fields">
    {recordMembersOf(kind, body).map(({ field, name, words }) => (
      <div key={field} className={words.length > LONG ? 'field wide' : 'field'}>
        <dt>{name}</dt>
        <dd>{words}</dd>
      </div>
    ))}
  </dl>
)

export const LabelledField = ({
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
      {children ?? '—'} {source && <SourcePopover record={source} of={label} />}
    </dd>
  </div>
)
