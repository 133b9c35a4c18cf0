import { daysUntilText, dayText } from '../../pieces/dates.js'
import type { CaseFile, MoveOutlook } from './case.js'
import { legalBasisOf, type ProcessStage, processStagesOf } from './stages.js'

const SAID: Record<ProcessStage['tone'], string> = { done: '已办', next: '下一步', ahead: '其后', bad: '注意' }

export const ProcessLine = ({ of, outlooks }: { of: CaseFile; outlooks: readonly MoveOutlook[] }) => (
  <section className="panel wide" aria-labelledby="process">
    <h2 id="process">办理进程</h2>
    <ol className="process" aria-label="办理进程">
      {processStagesOf(of, outlooks).map(({ key, title, tone, who, on, notes, rule }) => (
        <li key={key} className={tone} aria-current={tone === 'next' ? 'step' : undefined}>
          <div className="stage">
            <b>{title}</b> <span className="tag">{SAID[tone]}</span>
          </div>
          {on && (
            <div>
              <time dateTime={on}>{dayText(on)}</time>
              {tone === 'ahead' && <span className="soft">（{daysUntilText(on)}）</span>}
            </div>
          )}
          {who && <div>{who}</div>}
          {notes.map((note) => (
            <div key={note} className={tone === 'next' ? 'warn' : ''}>
              {note}
            </div>
          ))}
          {rule && <div className="soft rule">{rule}</div>}
        </li>
      ))}
    </ol>
    {legalBasisOf(of) && <p className="soft process-rule">除另行注明的外，各步依{legalBasisOf(of)}办理。</p>}
  </section>
)
