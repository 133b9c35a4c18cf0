#!/usr/bin/env -S node --max-semi-space-size=64
/** Exit status: 0 done, 1 the work failed or the content was refused, 2 wrong use. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { addAccessCommands } from './commands/access.js'
import { accessTable } from './commands/access-table.js'
import { addDoctorCommand } from './commands/doctor.js'
import { addMapCommand } from './commands/map.js'
import {
  CommanderError,
  type JsonFlag,
  makeProgram,
  Option,
  printAnswer,
  printLine,
  withJsonOption,
} from './commands/program.js'
import { startProgress } from './commands/progress.js'
import { addPullCommand } from './commands/pull.js'
import { pushNow } from './commands/push.js'
import { runReconcile } from './commands/reconcile.js'
import { formatRepair } from './commands/repair.js'
import { addReportCommand } from './commands/report.js'
import { addRulesCommand } from './commands/rules.js'
import { addScoreCommand } from './commands/score.js'
import { readStatus } from './commands/status.js'
import { parseVerification } from './commands/verify.js'
import { answerWithHub, withHub } from './commands/with-hub.js'
import { checkDataDir, projectRoot, readConfig } from './config.js'
import { INTERNAL_ERROR, isRefusal, refusalJson } from './foundation/errors.js'
import type { MigrationMode } from './hub/database.js'
import { makeHub, requirePlatforms } from './hub/hub.js'
import { runUntilStopped } from './hub/run-until-stopped.js'

const fieldCosts = async () => {
  const [{ describeFieldCosts }, { makeSchema }] = await Promise.all([
    import('./api/request/costs.js'),
    import('./api/graphql/schema.js'),
  ])
  return describeFieldCosts(makeSchema())
}

const command = makeProgram(JSON.parse(readFileSync(join(projectRoot(), 'package.json'), 'utf8')).version)

command
  .command('start')
  .description('启动枢纽：HTTP 与定时任务 · the hub alone: HTTP and timetable')
  .action(async () => {
    const config = readConfig()
    checkDataDir(config)
    // Load the server before signal handlers are set: a signal during loading simply ends the process.
    await import('./server/server.js')
    const hub = await makeHub(config, { migrate: 'before' })
    await runUntilStopped(hub, async () => {
      const url = await hub.serve()
      hub.tick()
      hub.log.info({ url }, 'serving')
      printLine(`服务地址 Serving at ${url}`)
      for (const line of hub.setupLines(url)) printLine(line)
    })
  })

command
  .command('demo')
  .description('npm start 所运行的完整演示 · what npm start runs')
  .action(async () => {
    const config = readConfig()
    checkDataDir(config)
    const { runDemo } = await import('./demo/demo.js')
    await runDemo(config, printLine, runUntilStopped)
  })

answerWithHub(
  command
    .command('migrate')
    .description('升级数据库 · bring the database up to date')
    .addOption(
      new Option(
        '--phase <phase>',
        '换版之前：仅执行可与旧版本并行的部分；换版之后：其余全部 · before: only what may run while hubs of the release before still run; after: all the rest',
      )
        .choices(['before', 'after'])
        .default('after'),
    ),
  (_: { phase: MigrationMode }) => async () => ({
    value: { migrated: true },
    lines: ['数据库已是最新 The database is up to date'],
  }),
  ({ phase }) => ({ migrate: phase }),
)

addDoctorCommand(command)
addPullCommand(command)
addScoreCommand(command)
addRulesCommand(command)

answerWithHub(
  command
    .command('push')
    .argument('[platform...]', '信用平台 platforms')
    .description('推送应报内容 · deliver what is due'),
  (ids: string[], { json }: JsonFlag) => {
    requirePlatforms(ids)
    return (hub) => pushNow(hub, ids, json)
  },
)

answerWithHub(
  command
    .command('reconcile')
    .argument('[platform...]', '信用平台 platforms')
    .description('与平台展示的内容比对 · compare with what the platforms show'),
  (ids: string[]) => {
    requirePlatforms(ids)
    return (hub) => runReconcile(hub, ids)
  },
)

answerWithHub(
  command
    .command('publish')
    .description('生成公示快照 · store the public snapshot, its delta and hash')
    .option('--new-key', '先换用新的签名密钥 · sign with a new key from now on; older ones stay in the key set'),
  ({ newKey = false }: { newKey?: boolean }) =>
    async (hub) => {
      if (newKey) hub.newManifestKey()
      const p = await hub.publish({ cause: 'command' })
      if (p === null) return null
      const line = `第 ${p.sequence} 期：共 ${p.entries}，新增 ${p.added}，变更 ${p.changed}，移出 ${p.removed} · ${p.hash}`
      return { value: p, lines: [line] }
    },
)

addAccessCommands(command)
addMapCommand(command)
addReportCommand(command)

const costs = new Option('--costs', 'GraphQL 各字段的费用和上限 · what each field of GraphQL costs, and the limits')
const status = command
  .command('status')
  .description('信源、平台、积压、最近运行 · agencies, platforms, backlog, last runs')
  .option('--access', '谁可以看什么、做什么 · who may see and do what')
  .addOption(costs.conflicts('access'))
withJsonOption(status).action(async ({ access, costs }: { access?: boolean; costs?: boolean }) => {
  if (access) return printAnswer(status, accessTable)
  if (costs) return printAnswer(status, await fieldCosts())
  await withHub(async (hub) => printAnswer(status, await readStatus(hub)))
})

answerWithHub(
  command
    .command('verify')
    .argument('<what>', 'audit | standings')
    .description('核对查询痕迹，或所答的信用状况 · walk the trail, or recompute what is answered about each operator')
    .option('--head <number:hash>', '另存的痕迹末行，例如公示清单中的 · a head held elsewhere, as from a manifest'),
  (what: string, { head, json }: JsonFlag & { head?: string }) => {
    const verify = parseVerification(what, head)
    return async (hub) => {
      const bar = startProgress(what, json)
      const { ok, ...answer } = await verify(hub, bar.at).finally(bar.stop)
      if (!ok) process.exitCode = 1
      return answer
    }
  },
)

answerWithHub(
  command
    .command('repair')
    .description(
      '修复早先版本留下的错误，每项留痕并重新评分 · mend what earlier releases left wrong, and score it anew',
    )
    .option('--dry-run', '只列出，不改动 · name what would be mended'),
  ({ dryRun = false }: { dryRun?: boolean }) =>
    async (hub) => {
      const repaired = await hub.repair({ dryRun })
      return { value: repaired, lines: formatRepair(repaired) }
    },
)

const FAULT = {
  code: INTERNAL_ERROR.code,
  message: `${INTERNAL_ERROR.message} 详见日志 see the log (LOG_FILE, hub.log).`,
  details: {},
}

const main = async (): Promise<void> => {
  const json = process.argv.includes('--json')
  try {
    await command.parseAsync()
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? 0 : 2
      if (json && error.exitCode !== 0)
        printLine(JSON.stringify({ error: { code: 'USAGE', message: error.message, details: {} } }))
      return
    }
    const answer = isRefusal(error) ? refusalJson(error) : FAULT
    process.exitCode = isRefusal(error) ? error.exit : 1
    if (json) printLine(JSON.stringify({ error: answer }))
    else process.stderr.write(`${answer.code} ${answer.message}\n`)
  }
}

// The reader may close the pipe early (`hub status | head`).
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
}

await main()
