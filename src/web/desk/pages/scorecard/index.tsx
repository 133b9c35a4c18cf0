import { useQuery } from '@apollo/client/react'
import { Button } from 'antd'
import type { ReactNode } from 'react'
import { Link, useNavigate, useParams } from 'react-router'
import { FACT_FAMILIES, FACTS, type FactName } from '../../../../domain/records/facts.js'
import { readCardText } from '../../../../domain/scoring/method.js'
import {
  type BinRule,
  findTopScore,
  HIGHEST_SCORE,
  type Scorecard,
  type ScoreRule,
  type UnitRule,
} from '../../../../domain/scoring/scorecard.js'
import { EmptyNotice, LoadingNotice } from '../../pieces/empty.js'
import { PageHead } from '../../pieces/page.js'
import { PlainTable } from '../../pieces/plain-table.js'
import { chineseHalfOf, RefusalNotice } from '../../pieces/refusal.js'
import { CARD_STATE_WORDS, trialPath } from '../scorecards/words.js'
import { ScorecardDocument, type ScorecardQuery } from './scorecard.generated.js'
import {
  largestPointsOf,
  operatorKindsWords,
  pointsWords,
  rangeWords,
  THRESHOLD_EFFECT_WORDS,
  windowWords,
} from './words.js'

export const PointBar = ({ points, widest }: { points: number; widest: number }) => {
  const share = widest === 0 ? 0 : (Math.abs(points) / widest) * 50
  const at = points < 0 ? { right: '50%', width: `${share}%` } : { left: '50%', width: `${share}%` }
  return (
    <span className="point-bar">
      <strong className="points">{pointsWords(points)}</strong>
      <span className="point-line" aria-hidden="true">
        <span className={points < 0 ? 'taken' : 'added'} style={at} />
      </span>
    </span>
  )
}

export default function ScorecardPage() {
  const { version = '' } = useParams()
  const navigate = useNavigate()
  const { data, loading, error, refetch } = useQuery(ScorecardDocument, { variables: { version } })
  const seen = data as ScorecardQuery | undefined
  const card = seen?.scorecard.document as Scorecard | undefined
  const told = seen?.scorecards.find((one) => one.version === version)
  return (
    <>
      <PageHead
        title={card ? card.name.zh : '一张评分卡'}
        extra={
          told &&
          told.state !== 'IN_FORCE' && (
            <Button type="primary" onClick={() => void navigate(trialPath(version))}>
              试算这张卡
            </Button>
          )
        }
      />
      {error && <RefusalNotice of={error} onAgain={() => void refetch()} />}
      {!seen && loading && <LoadingNotice of="评分卡" />}
      {card && (
        <>
          <p>
            版本 <code className="code">{card.version}</code>
            {told && (
              <>
                {' '}
                · <span className={CARD_STATE_WORDS[told.state].tone}>{CARD_STATE_WORDS[told.state].word}</span>
                {told.hash && (
                  <span className="soft" title={told.hash}>
                    {' '}
                    · SHA-256 {told.hash.slice(0, 12)}…
                  </span>
                )}
              </>
            )}
          </p>
          <Card of={card} />
        </>
      )}
    </>
  )
}

const Panel = ({ title, children }: { title: string; children: ReactNode }) => (
  <section className="panel wide" aria-label={title}>
    <h2>{title}</h2>
    {children}
  </section>
)

const Card = ({ of }: { of: Scorecard }) => (
  <div className="panels">
    <Grades of={of} />
    {of.dimensions.map(({ id, zh, publicCredit }) => {
      const own = of.rules.filter(({ dimension }) => dimension === id)
      return (
        <Panel key={id} title={readCardText(zh)}>
          {!publicCredit && <p className="soft">不属于公共信用信息：单独展示，不计分。</p>}
          {own.length === 0 ? (
            <EmptyNotice>本维度没有计分规则。</EmptyNotice>
          ) : (
            <div className="even">
              {own.map((rule) => (
                <OneRule key={rule.id} of={rule} widest={largestPointsOf(of)} />
              ))}
            </div>
          )}
        </Panel>
      )
    })}
    <Panel title="封顶">
      <p className="soft">事实存续期间，分值不高于所列等级的最高分。</p>
      <PlainTable
        label="封顶"
        columns={[{ title: '事实' }, { title: '最高' }, { title: '依据' }]}
        rows={of.vetoes.map(({ id, fact, grade, legalBasis }) => ({
          key: id,
          cells: [
            FACTS[fact].zh,
            `${grade} 级，${findTopScore(grade, of.grades)} 分`,
            legalBasis.map(chineseHalfOf).join('；'),
          ],
        }))}
      />
    </Panel>
    <Panel title="跌破线时">
      {of.lines.length === 0 ? (
        <EmptyNotice>这张卡未设线。</EmptyNotice>
      ) : (
        <ul>
          {of.lines.map(({ below, opens }) => (
            <li key={below}>
              低于 {below} 分：{THRESHOLD_EFFECT_WORDS[opens]}
            </li>
          ))}
        </ul>
      )}
      <p className="soft">评分从不构成列入名单的依据。</p>
    </Panel>
    <Panel title="信息缺失时">
      <PlainTable
        label="信息缺失时"
        columns={[{ title: '信息类别' }, { title: '所示文字' }]}
        rows={of.missing.map(({ family, zh }) => ({ key: family, cells: [FACT_FAMILIES[family].zh, zh] }))}
      />
    </Panel>
    <Panel title="说明与参照">
      <p>{readCardText(of.about.zh)}</p>
      <ul>
        {of.restsOn.map((one) => (
          <li key={one}>{chineseHalfOf(one)}</li>
        ))}
      </ul>
      <p>
        <Link to="/scorecards">看全部评分卡</Link>
      </p>
    </Panel>
  </div>
)

const Grades = ({ of }: { of: Scorecard }) => {
  const rising = [...of.grades].reverse()
  return (
    <Panel title="基础分与等级">
      <div className="grade-band" aria-hidden="true">
        {rising.map(({ grade, from }) => (
          <span
            key={grade}
            className={`stretch grade-${grade}`}
            style={{ flexGrow: findTopScore(grade, of.grades) - from + 1 }}
          >
            {grade}
          </span>
        ))}
        <span className="at-base" style={{ left: `${(of.base / HIGHEST_SCORE) * 100}%` }} />
      </div>
      <p>
        人人从基础分 <strong>{of.base}</strong> 分起算，各项加减之后落在 0–{HIGHEST_SCORE} 分之间。
      </p>
      <PlainTable
        label="等级线"
        columns={[{ title: '等级' }, { title: '分值' }, { title: '含义' }]}
        rows={of.grades.map((line) => ({
          key: line.grade,
          cells: [line.grade, `${line.from}–${findTopScore(line.grade, of.grades)}`, line.zh],
        }))}
      />
    </Panel>
  )
}

const OneRule = ({ of, widest }: { of: ScoreRule; widest: number }) => (
  <>
    {of.kind === 'units' ? <Units of={of} widest={widest} /> : <Bins of={of} widest={widest} />}
    <p className="soft">
      {of.kind === 'units' && (of.cap === null ? '累计不设上限；' : `累计以 ${pointsWords(of.cap)} 分为限；`)}
      {of.kind === 'bins' && `时限：${windowWords(of.windowDays)}；`}
      适用：{operatorKindsWords(of.operators)}；依据：{of.legalBasis.map(chineseHalfOf).join('；')}
    </p>
  </>
)

const nameOf = (fact: FactName): string => FACTS[fact].zh

const Units = ({ of, widest }: { of: UnitRule; widest: number }) => (
  <PlainTable
    label={`规则：${of.units.map(({ fact }) => nameOf(fact)).join('、')}`}
    columns={[{ title: '事实' }, { title: '每件分值' }, { title: '计入' }, { title: '减半' }]}
    rows={of.units.map(({ fact, points, windowDays, halvesEveryDays = null }) => ({
      key: fact,
      cells: [
        nameOf(fact),
        <PointBar key="points" points={points} widest={widest} />,
        windowWords(windowDays),
        halvesEveryDays === null ? '不减半' : `每满 ${halvesEveryDays} 日`,
      ],
    }))}
  />
)

const Bins = ({ of, widest }: { of: BinRule; widest: number }) => (
  <PlainTable
    label={`规则：${nameOf(of.fact)}`}
    columns={[
      { title: `${nameOf(of.fact)}（${FACTS[of.fact].nature === 'since' ? '整年' : '件'}）` },
      { title: '分值' },
    ]}
    rows={of.bins.map((bin) => ({
      key: String(bin.from),
      cells: [rangeWords(bin), <PointBar key="points" points={bin.points} widest={widest} />],
    }))}
  />
)
