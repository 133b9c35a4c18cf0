import { Link } from 'react-router'
import { FACTS, type FactName } from '../../../../domain/records/facts.js'
import { operatorCodeOf, operatorPath } from '../../pieces/code.js'
import { EmptyNotice } from '../../pieces/empty.js'
import { PlainTable } from '../../pieces/plain-table.js'
import { signedPoints } from '../../pieces/waterfall.js'
import { pageAt } from '../../routes.js'
import type { CardTrial } from './trial.js'

type GradeMove = CardTrial['down'][number]

interface MovesProps {
  title: string
  empty: string
  moves: readonly GradeMove[]
  trial: Pick<CardTrial, 'scorecard' | 'against'>
}

export const LargestMoves = ({ title, empty, moves, trial }: MovesProps) => (
  <section className="panel wide" aria-label={title}>
    <h2>{title}</h2>
    {moves.length === 0 ? (
      <EmptyNotice>{empty}</EmptyNotice>
    ) : (
      moves.map((move, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: fixed order
        <details key={i} className="move" open={i === 0}>
          <summary>
            <strong>{nameOf(move)}</strong>{' '}
            <span className={move.points < 0 ? 'bad' : 'good'}>{signedPoints(move.points)} 分</span>{' '}
            <span className="soft">
              {move.before.value} 分 · {move.before.grade} 级 → {move.after.value} 分 · {move.after.grade} 级
            </span>
          </summary>
          <Reasons of={move} trial={trial} />
        </details>
      ))
    )}
  </section>
)

const nameOf = ({ operator }: GradeMove): string =>
  operator === null ? '已不单独存在的主体' : (operator.name ?? operatorCodeOf(operator))

const Reasons = ({ of, trial }: { of: GradeMove; trial: MovesProps['trial'] }) => {
  const path = of.operator && operatorPath(of.operator)
  return (
    <>
      {path && pageAt(path) && (
        <p>
          <Link to={path}>看{nameOf(of)}的全部信息</Link>
        </p>
      )}
      <PlainTable
        label={`${nameOf(of)}：两张卡不同的理由`}
        columns={[
          { title: '规则' },
          { title: `对照 ${trial.against}` },
          { title: `试算 ${trial.scorecard}` },
          { title: '差额', align: 'right' },
        ]}
        rows={of.reasons.map(({ rule, fact, before, after }) => ({
          key: `${rule} ${fact}`,
          cells: [
            ruleName(rule, fact),
            <Side key="before" of={before} />,
            <Side key="after" of={after} />,
            signedPoints((after?.points ?? 0) - (before?.points ?? 0)),
          ],
        }))}
      />
    </>
  )
}

const ruleName = (rule: string, fact: string | null): string => {
  if (rule === 'base') return '基础分'
  return fact !== null && fact in FACTS ? FACTS[fact as FactName].zh : rule
}

const Side = ({ of }: { of: GradeMove['reasons'][number]['before'] }) =>
  of === null ? (
    <span className="soft">未说</span>
  ) : (
    <>
      <strong>{signedPoints(of.points)}</strong> {of.zh}
    </>
  )
