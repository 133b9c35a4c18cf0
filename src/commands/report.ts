import { hash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { isRefusal, Refusal, reasonOf } from '../foundation/errors.js'
import { printMatterReport } from '../server/matter-report.js'
import { freezeMonth, readFigures } from '../work/matters/figures.js'
import type { Command } from './program.js'
import { answerWithHub } from './with-hub.js'

interface ReportOptions {
  month: string
  issue?: string
  recount?: boolean
  out?: string
}

const ISSUE = /^[1-9]\d{0,8}$/

export const addReportCommand = (program: Command): void =>
  answerWithHub(
    program
      .command('report')
      .description(
        '协作监管事项月报（PDF），报领导小组办公室 · the monthly report of matters for the leading group’s office',
      )
      .requiredOption('--month <YYYY-MM>', '月份，须已结束 · the month, which must be over')
      .option('--issue <n>', '第几期；缺省为最新 · number of the issue; the newest when absent')
      .option('--recount', '先重新统计，数字有变即另出一期 · count again first; other numbers make another issue')
      .option('--out <path>', '写入的文件 · the file to write'),
    ({ month, issue, recount = false, out }: ReportOptions) =>
      async ({ db, rules, now }) => {
        if (issue !== undefined && !ISSUE.test(issue))
          throw new Refusal('INPUT_INVALID', { reason: '期次应为正整数 the number of an issue is a whole number' })
        const wanted = { month, issue: issue === undefined ? null : Number(issue) }
        if (recount || !(await isFrozen(db, month))) await freezeMonth(db, rules, month, now())
        const found = await readFigures(db, wanted)
        const content = await printMatterReport(found)
        const path = out ?? `matters-${found.month}-${found.issue}.pdf`
        await writeFile(path, content).catch((error: unknown) => {
          throw new Refusal('FILE_UNREADABLE', { path, reason: reasonOf(error) })
        })
        const value = { month, issue: found.issue, path, sha256: hash('sha256', content) }
        return { value, lines: [`${month} 第 ${found.issue} 期：${path} · issue ${found.issue}`] }
      },
  )

const isFrozen = async (db: Parameters<typeof readFigures>[0], month: string): Promise<boolean> =>
  readFigures(db, { month }).then(
    () => true,
    (error: unknown) => {
      if (isRefusal(error) && error.code === 'FIGURES_UNKNOWN') return false
      throw error
    },
  )
