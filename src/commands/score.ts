import { Refusal } from '../foundation/errors.js'
import { isDate } from '../foundation/time/dates.js'
import type { Command, JsonFlag } from './program.js'
import { startProgress } from './progress.js'
import { formatTrial } from './trial.js'
import { answerWithHub } from './with-hub.js'

interface ScoreFlags extends JsonFlag {
  all?: boolean
  asOf?: string
  scorecard?: string
  against?: string
  dryRun?: boolean
  verify?: boolean
  sample?: string
}

export const addScoreCommand = (command: Command): void => {
  const score = command
    .command('score')
    .description('为有变动或全部主体评分 · score changed, or all, operators')
    .option('--all', '全部主体 · all operators')
    .option('--as-of <date>', '评分日期 · the day the score is of')
    .option('--scorecard <version>', '评分卡版本 · the scorecard')
    .option('--dry-run', '只算不存；与 --scorecard 同用为试算 · store no score; with --scorecard a trial')
    .option(
      '--against <version>',
      '试算所比的评分卡（默认现行）· what a trial compares with, the one in force unless named',
    )
    .option('--verify', '重算已存评分 · recompute stored scores')
    .option('--sample <n>', '抽样重算 · verify about so many')
  answerWithHub(score, (flags: ScoreFlags) => {
    checkFlags(flags)
    const { all = false, asOf, scorecard, against, dryRun = false, verify, sample, json } = flags
    const dated = asOf ? { asOf } : {}
    return async (hub) => {
      const bar = startProgress(verify ? 'verify' : 'score', json)
      try {
        if (verify) {
          const value = await hub.verify({ progress: bar.at, ...(sample ? { sample: Number(sample) } : {}) })
          if (value.differences > 0) process.exitCode = 1
          const found = (value.found ?? []).map(
            ({ score, operatorId, of }) => `   评分 score ${score}，主体 operator ${operatorId}：${of}`,
          )
          return {
            value,
            lines: [`重算 ${value.verified}，差异 ${value.differences} · verified, differences`, ...found],
          }
        }
        if (dryRun && scorecard !== undefined) {
          const compared = against ? { against } : {}
          const value = await hub.tryScorecard({ version: scorecard, progress: bar.at, ...compared, ...dated })
          return { value, lines: formatTrial(value) }
        }
        const by = scorecard ? { scorecard } : {}
        const value = await hub.score({ cause: 'command', progress: bar.at, all, dryRun, ...dated, ...by })
        if (value === null) return null
        const line = `评分 ${value.scored}，新存 ${value.stored}，未变 ${value.unchanged} · scored, stored, unchanged`
        return { value, lines: [line] }
      } finally {
        bar.stop()
      }
    }
  })
}

const checkFlags = ({ all, asOf, scorecard, against, dryRun, verify, sample }: ScoreFlags): void => {
  if (asOf !== undefined && !isDate(asOf)) throw new Refusal('DATE_INVALID', { value: asOf })
  if (against !== undefined && !(dryRun && scorecard !== undefined))
    throw new Refusal('USAGE', { reason: '--against 须与 --dry-run --scorecard 同用 goes with these' })
  if (verify && (all ?? asOf ?? scorecard ?? dryRun) !== undefined)
    throw new Refusal('USAGE', { reason: '--verify 只与 --sample 同用 goes with --sample only' })
  if (sample !== undefined && (!verify || !/^[1-9]\d{0,8}$/.test(sample)))
    throw new Refusal('USAGE', { reason: '--sample 须为正整数并与 --verify 同用 a whole number, with --verify' })
}
