import { EmptyNotice } from '../../pieces/empty.js'
import { ConcernLine } from '../concerns/line.js'
import type { CaseFile } from './case.js'

export const ConcernsPanel = ({ of, onChanged }: { of: CaseFile; onChanged: () => void }) => {
  const waiting = of.concerns.filter(({ settledAt }) => settledAt === null)
  const settled = of.concerns.filter(({ settledAt }) => settledAt !== null)
  if (of.concerns.length === 0) return null
  return (
    <section className="panel wide" aria-labelledby="concerns">
      <h2 id="concerns" className={waiting.length > 0 ? 'bad' : ''}>
        待核事项 {waiting.length} 项
      </h2>
      {waiting.length === 0 && <EmptyNotice>都已办结。</EmptyNotice>}
      {waiting.map((concern) => (
        <ConcernLine key={concern.id} of={concern} onSettled={onChanged} />
      ))}
      {settled.length > 0 && (
        <details>
          <summary>已办结 {settled.length} 项</summary>
          {settled.map((concern) => (
            <ConcernLine key={concern.id} of={concern} onSettled={onChanged} />
          ))}
        </details>
      )}
    </section>
  )
}
