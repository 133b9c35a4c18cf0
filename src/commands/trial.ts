import { GRADES, type Grade } from '../domain/scoring/scorecard.js'
import type { PointSpread, ReasonDifference, TrialGroup } from '../domain/scoring/trial.js'
import type { TrialRun } from '../work/scoring/trial.js'

const COLUMN = 9
const REASONS_SHOWN = 5

export const formatTrial = ({ trial, scored, unchanged }: TrialRun): string[] => [
  `试算 ${trial.scorecard.version}，对照 ${trial.against.version}，${trial.asOf}：主体 ${scored}，未变 ${unchanged}，升等 ${trial.better}，降等 ${trial.worse} · tried, against, operators, unchanged, better grade, worse grade`,
  '',
  `等级：行为 ${trial.against.version}，列为 ${trial.scorecard.version} · grades: rows by the one, columns by the other`,
  columns('', ...GRADES, 'Σ'),
  ...GRADES.map((grade) => columns(grade, ...GRADES.map((to) => trial.grades[grade][to]), trial.before[grade])),
  columns('Σ', ...GRADES.map((grade) => trial.after[grade]), scored),
  ...(trial.spread === null ? [] : ['', ...spreadLines(trial.spread)]),
  ...largest('上升最多 · the largest rises', trial.up),
  ...largest('下降最多 · the largest falls', trial.down),
  ...groupLines(
    '按地区：主体、升等、降等、平均变动、各等级 · by region',
    trial.regions.map((group) => [group.region ?? '—', group]),
  ),
  ...groupLines(
    '按种类 · by kind',
    trial.kinds.map((group) => [group.kind, group]),
  ),
  '',
  `试算第 ${trial.id} 号已存，未存评分 · trial ${trial.id} is kept; no score was stored`,
]

const columns = (head: string, ...cells: (string | number)[]): string =>
  `  ${head.padEnd(COLUMN + 2)}${cells.map((cell) => String(cell).padStart(COLUMN)).join('')}`

const SPREAD: readonly [keyof PointSpread, string][] = [
  ['mean', 'mean'],
  ['lowest', 'lowest'],
  ['p5', '5%'],
  ['p25', '25%'],
  ['median', '50%'],
  ['p75', '75%'],
  ['p95', '95%'],
  ['highest', 'highest'],
]

const spreadLines = (spread: PointSpread): string[] => [
  '分值变动：平均、最低、分位数、最高 · moves in points',
  columns('', ...SPREAD.map(([, head]) => head)),
  columns('', ...SPREAD.map(([field]) => signed(spread[field]))),
]

const signed = (points: number): string => (points > 0 ? `+${points}` : String(points))

type TrialMove = TrialRun['trial']['up'][number]

const largest = (title: string, moved: readonly TrialMove[]): string[] =>
  moved.length === 0 ? [] : ['', title, ...moved.flatMap(movedLines)]

const movedLines = ({ operator, points, before, after, reasons }: TrialMove): string[] => [
  `  ${signed(points).padStart(5)}  ${before.value} ${before.grade} → ${after.value} ${after.grade}  ${operator?.code ?? '—'} ${operator?.name ?? ''}`.trimEnd(),
  ...reasons.slice(0, REASONS_SHOWN).map(reasonLine),
  ...(reasons.length > REASONS_SHOWN ? [`           … +${reasons.length - REASONS_SHOWN}`] : []),
]

const reasonLine = ({ rule, before, after }: ReasonDifference): string => {
  const said = after ?? before
  return `           ${rule}：${before?.points ?? '—'} → ${after?.points ?? '—'}  ${said?.zh ?? ''} · ${said?.en ?? ''}`
}

const groupLines = (title: string, groups: readonly (readonly [string, TrialGroup])[]): string[] => [
  '',
  title,
  columns('', 'operators', 'better', 'worse', 'mean', ...GRADES),
  ...groups.map(([name, { operators, better, worse, mean, before, after }]) =>
    columns(name, operators, better, worse, signed(mean), ...GRADES.map((grade) => turned(before, after, grade))),
  ),
]

const turned = (before: Record<Grade, number>, after: Record<Grade, number>, grade: Grade): string =>
  before[grade] === after[grade] ? String(after[grade]) : `${before[grade]}→${after[grade]}`
