import './intake.css'
import { Link } from 'react-router'
import { instantText } from '../../pieces/dates.js'
import { formatNumber } from '../../pieces/numbers'
import { labelOf } from '../../pieces/words.js'

const PARTS = ['new', 'changed', 'unmatched', 'rejected', 'unchanged'] as const
type CountName = (typeof PARTS)[number]
const MOVED = ['new', 'changed', 'unmatched', 'rejected'] as const

const PART_WORDS: Record<CountName, string> = {
  new: '新增',
  changed: '变更',
  unmatched: '待认领',
  rejected: '拒收',
  unchanged: '无变化',
}

export interface RunSummary {
  id: string
  outcome: string
  startedAt: string
  counts: unknown
  error?: { message: string } | null
  rollback?: { at: string } | null
}

export const countNamed = (counts: unknown, name: string): number => {
  const value = (counts as Record<string, unknown> | null)?.[name]
  return typeof value === 'number' ? value : 0
}

export const runPath = (id: string): string => `/intake/runs/${encodeURIComponent(id)}`

export const isFailedOutcome = (outcome: string): boolean => ['REFUSED', 'FAILED', 'ABANDONED'].includes(outcome)

const wordsOf = (run: RunSummary): string => {
  const counts = MOVED.map((part) => `${PART_WORDS[part]} ${countNamed(run.counts, part)}`).join('，')
  const state = run.rollback ? '，已撤回' : ''
  return `${instantText(run.startedAt)} ${labelOf('RunOutcome', run.outcome)}${state}：${isFailedOutcome(run.outcome) ? '' : counts}`
}

/** Bar heights use the square root, so a large first delivery does not dwarf the rest. */
export const RunBars = ({ label, runs, small }: { label: string; runs: readonly RunSummary[]; small?: boolean }) => {
  const inOrder = [...runs].reverse()
  const sums = inOrder.map(({ counts }) => MOVED.reduce((sum, part) => sum + countNamed(counts, part), 0))
  const most = Math.max(1, ...sums)
  return (
    <>
      <ol className={small ? 'run-bars small' : 'run-bars'} aria-label={label}>
        {inOrder.map((run, i) => {
          const sum = sums[i] ?? 0
          const height = Math.sqrt(sum / most) * 100
          const className = isFailedOutcome(run.outcome) ? 'failed' : sum === 0 ? 'none' : ''
          const parts = MOVED.map((part) => (
            <span
              key={part}
              className={`bar-${part}`}
              style={{ height: sum === 0 ? 0 : `${(height * countNamed(run.counts, part)) / sum}%` }}
            />
          ))
          return (
            <li key={run.id}>
              {small ? (
                <span className={`bar ${className}`} role="img" title={wordsOf(run)} aria-label={wordsOf(run)}>
                  {parts}
                </span>
              ) : (
                <Link
                  to={runPath(run.id)}
                  className={`bar ${className}`}
                  title={wordsOf(run)}
                  aria-label={wordsOf(run)}
                >
                  {parts}
                </Link>
              )}
            </li>
          )
        })}
      </ol>
      {!small && (
        <ul className="keys" aria-label="图例">
          {MOVED.map((part) => (
            <li key={part} className={`key-${part}`}>
              {PART_WORDS[part]}
            </li>
          ))}
          <li>斜纹为未成的运行</li>
        </ul>
      )}
    </>
  )
}

export const RunCounts = ({ counts, label }: { counts: unknown; label: string }) => {
  const received = countNamed(counts, 'received')
  return (
    <>
      <dl className="figures">
        <div>
          <dt>接收</dt>
          <dd>{formatNumber(received)}</dd>
        </div>
        {PARTS.map((part) => (
          <div key={part}>
            <dt>{PART_WORDS[part]}</dt>
            <dd className={part === 'rejected' && countNamed(counts, part) > 0 ? 'bad' : ''}>
              {formatNumber(countNamed(counts, part))}
            </dd>
          </div>
        ))}
        {countNamed(counts, 'ended') > 0 && (
          <div>
            <dt>不再报送</dt>
            <dd>{formatNumber(countNamed(counts, 'ended'))}</dd>
          </div>
        )}
      </dl>
      {received > 0 && (
        <div className="count-bar" role="img" aria-label={label}>
          {PARTS.map((part) => (
            <span
              key={part}
              className={`bar-${part}`}
              style={{ width: `${(countNamed(counts, part) / received) * 100}%` }}
            />
          ))}
        </div>
      )}
    </>
  )
}
