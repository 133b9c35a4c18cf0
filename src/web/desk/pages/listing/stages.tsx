import { MOVES, type MoveName, type MoveRow } from '../../../../domain/listing/moves.js'
import { daysUntilText, dayText } from '../../pieces/dates.js'
import { labelOf } from '../../pieces/words.js'
import { actOfMove, type CaseFile, type CaseMove, defencePointsOf, lastMoveOf, type MoveOutlook } from './case.js'

export interface ProcessStage {
  key: string
  title: string
  tone: 'done' | 'next' | 'ahead' | 'bad'
  who: string
  on: string | null
  notes: string[]
  rule: string | null
}

const ORDER: readonly { key: string; title: string; moves: readonly MoveName[]; deadline?: string }[] = [
  { key: 'lead', title: '登记线索', moves: ['openLead'] },
  { key: 'link', title: '关联决定', moves: ['linkDecision'] },
  { key: 'propose', title: '提出建议', moves: ['proposeListing'] },
  { key: 'notify', title: '告知当事人', moves: ['notifyListing'] },
  { key: 'defence', title: '陈述申辩', moves: ['recordDefence', 'answerDefence', 'holdHearing'], deadline: 'DEFENCE' },
  { key: 'review', title: '复核', moves: ['reviewListing'] },
  { key: 'consent', title: '上级同意', moves: ['consentListing'] },
  { key: 'decide', title: '作出决定', moves: ['decideListing'] },
  { key: 'serve', title: '送达', moves: ['serveListing'] },
  { key: 'publish', title: '公示', moves: ['publishListing', 'restoreListing'], deadline: 'PUBLICATION' },
]

const NEXT: Record<string, string> = {
  LEAD: 'link',
  PROPOSED: 'notify',
  NOTIFIED: 'review',
  DEFENCE: 'review',
  HEARING: 'review',
  REVIEWED: 'decide',
  CONSENTED: 'decide',
  DECIDED: 'serve',
  SERVED: 'publish',
}

export const roleNames = (roles: readonly string[]): string =>
  roles.map((role) => labelOf('MoverRole', role)).join('或')

const processStagesOf = (of: CaseFile, outlooks: readonly MoveOutlook[]): ProcessStage[] => {
  const next = nextOf(of)
  const at = ORDER.findIndex(({ key }) => key === next)
  const stages = ORDER.flatMap(({ key, title, moves, deadline }, i): ProcessStage[] => {
    const made = lastMoveOf(of, ...moves)
    const due = of.deadlines.findLast(({ name }) => name === deadline)
    const rule = due ? ruleOf(due) : null
    if (made !== null && key !== next && (key !== 'publish' || of.publishedOn !== null))
      return [
        {
          key,
          title,
          tone: 'done',
          ...doneOf(made),
          notes: notesOf(key, of, made),
          rule,
        },
      ]
    if (key === 'consent' && of.consentNeeded !== true) return []
    if (key === 'defence' && key === next) {
      const until = due?.endedOn === null ? [`当事人可说至 ${due.dueOn}（含）`] : []
      return [{ key, title, tone: 'next', who: '', on: null, notes: [...until, ...pointNotes(of)], rule }]
    }
    if (at === -1 || i < at)
      return key === 'defence' && due ? unheardOf(of, due).map((said) => ({ key, title, ...said, rule })) : []
    const own = outlooks.find(({ move }) => moves.includes(move))
    const row: MoveRow = MOVES[moves[0] ?? 'openLead']
    const by = roleNames(row.roles.filter((role) => role !== 'clock'))
    const waits = own?.denial ? [own.denial.why.zh] : []
    const isNext = key === next
    const notes = isNext || key === 'review' ? [...waits, ...deadlineOf(of, key)] : []
    const tone = isNext ? 'next' : 'ahead'
    return [{ key, title, tone, who: `由${by}办理`, on: null, notes, rule: isNext ? rule : null }]
  })
  return [...stages, ...after(of)]
}

const nextOf = (of: CaseFile): string | null => {
  const next = NEXT[of.state] ?? null
  if (next === 'link' && lastMoveOf(of, 'linkDecision') !== null) return 'propose'
  if (next === 'review' && isDefenceOpen(of)) return 'defence'
  return next === 'decide' && of.state === 'REVIEWED' && of.consentNeeded === true ? 'consent' : next
}

const isDefenceOpen = (of: CaseFile): boolean =>
  of.deadlines.some(({ name, state }) => name === 'DEFENCE' && state === 'COMING') ||
  defencePointsOf(of).some(({ answer }) => answer === null)

export const nextMoves = (of: CaseFile): readonly MoveName[] => {
  const next = nextOf(of)
  if (next === 'defence') return defencePointsOf(of).some(({ answer }) => answer === null) ? ['answerDefence'] : []
  if (isReturned(of) && MENDED_BY[of.state]) return MENDED_BY[of.state] ?? []
  if (of.state === 'HIDDEN' && of.hiding?.confirmed === false) return ['confirmHiding']
  if (of.repair)
    return of.repair.acceptedOn === null ? ['acceptRepair', 'refuseRepair'] : ['removeListing', 'refuseRepair']
  return ORDER.find(({ key }) => key === next)?.moves ?? []
}

const isReturned = ({ tasks }: CaseFile): boolean => tasks.some(({ kind }) => kind === 'MEND')

const HEARD_AGAIN: readonly MoveName[] = ['resubmitListing']
const MENDED_BY: Partial<Record<CaseFile['state'], readonly MoveName[]>> = {
  NOTIFIED: HEARD_AGAIN,
  DEFENCE: HEARD_AGAIN,
  HEARING: HEARD_AGAIN,
}

/** The party said nothing. Empty if the case ended within the defence period. */
const unheardOf = (
  of: CaseFile,
  { dueOn, endedOn }: CaseFile['deadlines'][number],
): Omit<ProcessStage, StageHead>[] => {
  const review = lastMoveOf(of, 'reviewListing')
  const isCurrent = review !== null && review.number > (lastMoveOf(of, 'notifyListing')?.number ?? 0)
  if (isCurrent && isWaived(review)) return [{ tone: 'done', who: '当事人书面放弃陈述申辩', on: review.on, notes: [] }]
  if (endedOn !== null && endedOn <= dueOn) return []
  return [{ tone: 'done', who: '当事人未陈述申辩', on: dueOn, notes: [] }]
}
type StageHead = 'key' | 'title' | 'rule'

const isWaived = (made: CaseMove): boolean => actOfMove(made)['waived'] === true

export const moverOf = ({ by, role }: Pick<CaseMove, 'by' | 'role'>): string =>
  role === 'clock' ? '系统' : `${by}（${labelOf('MoverRole', role)}）`

const doneOf = (made: CaseMove): Pick<ProcessStage, 'who' | 'on'> => ({ who: moverOf(made), on: made.on })

const notesOf = (key: string, of: CaseFile, made: CaseMove): string[] => {
  const { documentNumber } = actOfMove(made)
  const number =
    typeof documentNumber === 'string' ? [isWaived(made) ? `放弃书：${documentNumber}` : documentNumber] : []
  return key === 'defence' ? pointNotes(of) : number
}

const pointNotes = (of: CaseFile): string[] => {
  const points = defencePointsOf(of)
  const open = points.filter(({ answer }) => answer === null).length
  return points.length === 0 ? [] : [`${points.length} 点，${open === 0 ? '均已答复' : `${open} 点待答复`}`]
}

const deadlineOf = (of: CaseFile, key: string): string[] => {
  const name = key === 'publish' || key === 'serve' ? 'PUBLICATION' : null
  const due = of.deadlines.findLast((one) => one.name === name && one.endedOn === null)
  return due ? [`公示期限至 ${due.dueOn}`] : []
}

const ruleOf = ({ rule: { value, basis, confirmed } }: CaseFile['deadlines'][number]): string =>
  `${value} 个工作日；${basis}${confirmed ? '' : '（未经核实）'}`

const legalBasisOf = ({ list, decidedOn: on }: CaseFile): string | null => {
  const found = list?.legalBasis.find(
    ({ from, to }) => on === null || ((from === null || from <= on) && (to === null || on <= to)),
  )
  return found ? `《${found.title}》${found.number ?? ''}` : null
}

const after = (of: CaseFile): ProcessStage[] => {
  const stage = (
    key: string,
    title: string,
    tone: ProcessStage['tone'],
    made: CaseMove | null,
    notes: string[] = [],
  ): ProcessStage => ({
    key,
    title,
    tone,
    ...(made ? doneOf(made) : { who: '', on: null }),
    notes,
    rule: null,
  })
  const stages: ProcessStage[] = []
  if (of.state === 'NOT_LISTED')
    return [stage('drop', '不予列入', 'bad', lastMoveOf(of, 'dropListing'), [labelOf('NotListedReason', of.notListed)])]
  if (of.hiding)
    stages.push(
      stage('hide', '暂停公示', 'bad', lastMoveOf(of, 'hideListing'), [
        labelOf('HidingKind', of.hiding.kind),
        of.hiding.confirmed ? '已由第二人确认' : `待第二人在 ${of.hiding.confirmUntil ?? '限期'} 前（含）确认`,
      ]),
    )
  if (of.repair)
    stages.push(
      stage('repair', '信用修复', 'next', lastMoveOf(of, 'applyRepair'), [
        of.repair.acceptedOn === null ? '待受理' : `${of.repair.acceptedOn} 受理，待决定`,
      ]),
    )
  if (of.state === 'REMOVED')
    stages.push(
      stage('remove', '已移出', 'done', lastMoveOf(of, 'removeListing', 'lapseListing'), [
        labelOf('RemovalReason', of.removalReason),
      ]),
    )
  else if (of.endsOn !== null && of.publishedOn !== null)
    stages.push({
      key: 'end',
      title: '届满移出',
      tone: 'ahead',
      who: '系统依时办理',
      on: of.endsOn,
      notes: [],
      rule: null,
    })
  return stages
}

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
