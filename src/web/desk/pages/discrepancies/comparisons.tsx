import { instantText } from '../../pieces/dates.js'
import { EmptyNotice } from '../../pieces/empty.js'
import { formatNumber } from '../../pieces/numbers.js'
import { PlainTable } from '../../pieces/plain-table.js'
import { labelOf } from '../../pieces/words.js'
import type { ComparisonsQuery } from './discrepancies.generated.js'

type ComparisonRow = ComparisonsQuery['comparisons']['nodes'][number]

interface ComparisonsProps {
  platforms: ComparisonsQuery['platforms']
  of: readonly ComparisonRow[]
}

export const ComparisonPanels = ({ platforms, of }: ComparisonsProps) => (
  <>
    <div className="panels compact" style={{ marginBottom: '1rem' }}>
      {platforms.map(({ id, name }) => (
        <Last key={id} name={name.zh} of={of.find(({ platform }) => platform === id) ?? null} />
      ))}
    </div>
    {of.length > platforms.length && (
      <details style={{ marginBottom: '1rem' }}>
        <summary>历次比对</summary>
        <PlainTable
          label="历次比对"
          columns={[
            { title: '时刻' },
            { title: '平台' },
            { title: '应展示', align: 'right' },
            { title: '展示', align: 'right' },
            { title: '缺失', align: 'right' },
            { title: '不符', align: 'right' },
            { title: '不应展示', align: 'right' },
            { title: '暂停公示', align: 'right' },
            { title: '途中', align: 'right' },
            { title: '警报' },
          ]}
          rows={of.map((one) => ({
            key: `${one.platform} ${one.comparedAt}`,
            cells: [
              instantText(one.comparedAt),
              platforms.find(({ id }) => id === one.platform)?.name.zh ?? one.platform,
              formatNumber(one.expected),
              formatNumber(one.shown),
              formatNumber(one.missing),
              formatNumber(one.stale),
              formatNumber(one.unwanted),
              formatNumber(one.hidden),
              formatNumber(one.onTheirWay),
              one.alarm === null ? '—' : labelOf('ComparisonAlarm', one.alarm),
            ],
          }))}
        />
      </details>
    )}
  </>
)

const PARTS = [
  { key: 'agree', word: '相符', tone: 'good' },
  { key: 'onTheirWay', word: '推送途中', tone: 'rest' },
  { key: 'stale', word: '展示不符', tone: 'warn' },
  { key: 'missing', word: '缺失', tone: 'bad' },
] as const

const Last = ({ name, of }: { name: string; of: ComparisonRow | null }) => {
  if (of === null)
    return (
      <section className="panel" aria-label={name}>
        <h2>{name}</h2>
        <EmptyNotice>尚未比对。</EmptyNotice>
      </section>
    )
  const agree = Math.max(0, of.expected - of.missing - of.stale - of.onTheirWay)
  const parts = { agree, onTheirWay: of.onTheirWay, stale: of.stale, missing: of.missing }
  return (
    <section className="panel" aria-label={name}>
      <h2>{name}</h2>
      <p className="soft">
        {instantText(of.comparedAt)} 比对：应展示 {formatNumber(of.expected)} 条，展示 {formatNumber(of.shown)} 条
      </p>
      {of.alarm && <p className="bad">{labelOf('ComparisonAlarm', of.alarm)}</p>}
      <div className="meter" aria-hidden="true">
        {PARTS.map(({ key, tone }) => (
          <span key={key} className={`share ${tone}`} style={{ flexGrow: parts[key] }} />
        ))}
      </div>
      <ul className="meter-words">
        {PARTS.map(({ key, word, tone }) => (
          <li key={key} className={tone}>
            {word} {formatNumber(parts[key])}
          </li>
        ))}
        <li className={of.unwanted > 0 ? 'bad' : 'rest'}>不应展示 {formatNumber(of.unwanted)}</li>
      </ul>
      {of.hidden > 0 && <p className="bad">已因缺失暂停公示 {formatNumber(of.hidden)} 条。</p>}
    </section>
  )
}
