import { Radio } from 'antd'
import { useMemo } from 'react'
import { instantText } from '../../pieces/dates.js'
import { SourcePopover } from '../../pieces/field.js'
import { isAdverseRecord, recordBodyOf, recordLineOf } from '../../pieces/record-body.js'
import { TimeLine, type TimeLineEvent } from '../../pieces/time-line.js'
import { labelOf } from '../../pieces/words.js'
import type { OperatorFile } from './file.js'

export type TimeAxis = 'held' | 'known'

export const TimePanel = ({ of, by, onBy }: { of: OperatorFile; by: TimeAxis; onBy: (by: TimeAxis) => void }) => {
  const moments = useMemo(() => momentsOf(of, by), [of, by])
  return (
    <section className="panel wide" aria-labelledby="time">
      <h2 id="time">时间线</h2>
      <Radio.Group
        className="no-print"
        value={by}
        onChange={(event) => onBy(event.target.value)}
        options={[
          { value: 'held', label: '按事实发生之日' },
          { value: 'known', label: '按入库时间' },
        ]}
        aria-label="时间线的次序"
        style={{ marginBottom: '0.75rem' }}
      />
      <TimeLine label="时间线" moments={moments} />
    </section>
  )
}

const momentsOf = (of: OperatorFile, by: TimeAxis): TimeLineEvent[] => {
  const records: TimeLineEvent[] = of.records.map((record) => {
    const body = recordBodyOf(record.body)
    const { id, kind, validFrom, validTo, knownFrom } = record
    return {
      key: id,
      at: by === 'held' ? validFrom : knownFrom,
      tone: isAdverseRecord(kind, body) ? 'bad' : 'plain',
      title: (
        <>
          {labelOf('RecordKind', kind)}：{recordLineOf(kind, body)}{' '}
          <SourcePopover record={record} of={labelOf('RecordKind', kind)} />
        </>
      ),
      detail:
        by === 'held'
          ? `${validTo ? `至 ${validTo}；` : ''}入库时间 ${instantText(knownFrom)}`
          : `事实自 ${validFrom ?? '不详之日'} 起${validTo ? `至 ${validTo}` : ''}`,
    }
  })
  const listings: TimeLineEvent[] = of.listings.flatMap(
    ({ id, kind, list, state, decidedOn, publishedOn, removedOn, mirrored }) => {
      const name = list?.name.zh ?? kind
      const origin = mirrored ? '（转录）' : ''
      const days: [string, string | null, TimeLineEvent['tone']][] = [
        ['决定列入', decidedOn, 'bad'],
        ['公示', publishedOn, 'bad'],
        [labelOf('ListingState', state), removedOn, 'good'],
      ]
      return days.flatMap(([what, at, tone]) =>
        at === null ? [] : [{ key: `${id} ${what}`, at, tone: tone ?? 'plain', title: `${name}${origin}：${what}` }],
      )
    },
  )
  const undated = (at: string | null): string => at ?? ''
  return [...records, ...listings].sort((a, b) =>
    undated(a.at) < undated(b.at) ? 1 : undated(a.at) > undated(b.at) ? -1 : 0,
  )
}
