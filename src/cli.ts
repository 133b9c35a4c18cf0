#!/usr/bin/env -S node --max-semi-space-size=64
/** Exit status: 0 done, 1 the work failed or the content was refused, 2 wrong use. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { feeds } from './agencies/index.js'
import { addAccessCommands } from './commands/access.js'
import { accessTable } from './commands/access-table.js'
import { addMapCommand } from './commands/map.js'
import {
  CommanderError,
  type JsonFlag,
  jsonOption,
  makeProgram,
  Option,
  printLine,
  printResult,
} from './commands/program.js'
import { startProgress } from './commands/progress.js'
import { outcomeLine, pullEach, pulledLine, pullJson, pullOne } from './commands/pull.js'
import { runReconcile, unreachableRefusal } from './commands/reconcile.js'
import { repairLines } from './commands/repair.js'
import { readStatus } from './commands/status.js'
import { trialLines } from './commands/trial.js'
import { parseVerification } from './commands/verify.js'
import { checkDataDir, projectRoot, readConfig } from './config.js'
import { runningStandIns } from './demo/running-demo.js'
import { INTERNAL_ERROR, isRefusal, Refusal, refusalJson } from './foundation/errors.js'
import { isDate } from './foundation/time/dates.js'
import { type Hub, type HubOverrides, makeHub, requireFeed, requirePlatforms } from './hub/hub.js'
import { makeLog } from './hub/log.js'
import { runUntilStopped } from './hub/run-until-stopped.js'
import { isConnectionLost, unavailableRefusal } from './store/db/db.js'
import * as rejects from './store/intake/rejects.js'
import { checkReadable } from './work/intake/pull.js'

const REJECTS_SHOWN = 10

/** If a demo is running, its stand-ins serve for agencies and platforms without an address. */
const withHub = async <T>(work: (hub: Hub) => Promise<T>, overrides: HubOverrides = {}): Promise<T> => {
  const config = readConfig()
  checkDataDir(config)
  const log = makeLog({ level: config.log.level, file: config.log.file ?? `${config.dataDir}/hub.log` })
  const hub = await makeHub(config, { log, addresses: runningStandIns(config), ...overrides })
  try {
    return await work(hub)
  } catch (error) {
    if (isRefusal(error)) throw error
    log.error({ err: error }, 'the command failed')
    if (isConnectionLost(error))
      throw new Refusal('DATABASE_UNREACHABLE', { reason: '连接中断 the connection was lost' })
    throw unavailableRefusal(error) ?? error
  } finally {
    await hub.close()
  }
}

const fieldCosts = async () => {
  const [{ printedCosts }, { makeSchema }] = await Promise.all([
    import('./api/request/costs.js'),
    import('./api/graphql/schema.js'),
  ])
  return printedCosts(makeSchema())
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
    })
  })

command
  .command('demo')
  .description('npm start 所运行的完整演示 · what npm start runs')
  .action(async () => {
    const config = readConfig()
    checkDataDir(config)
    // The demo is loaded only here, because the server takes half a second to load.
    const { runDemo } = await import('./demo/demo.js')
    await runDemo(config, printLine, runUntilStopped)
  })

command
  .command('migrate')
  .description('升级数据库 · bring the database up to date')
  .option(
    '--before',
    '仅升级可与旧版本并行的部分 · only what may go before the roll-out, while the release before still runs',
  )
  .addOption(jsonOption())
  .action(({ json, before = false }: JsonFlag & { before?: boolean }) =>
    withHub(async () => printResult(json, { migrated: true }, () => ['数据库已是最新 The database is up to date']), {
      migrate: before ? 'before' : 'always',
    }),
  )

interface PullFlags extends JsonFlag {
  file?: string
  reader?: string
  dated?: string
  full?: boolean
}

command
  .command('pull')
  .argument('[feed...]', `数据源 feeds: ${[...feeds.keys()].join(' ')}`)
  .description('立即拉取，或以文件代替 · pull now, or take a file instead')
  .option('--file <path>', '以文件代替 · take a file instead')
  .option('--reader <name>', '读取器（默认按内容识别）· the reader follows the content unless named')
  .option('--dated <date>', '文件所反映的日期 · the day on which the file holds true')
  .option('--full', '文件是全量 · the file is the whole feed')
  .addOption(jsonOption())
  .action(async (ids: string[], options: PullFlags) => {
    for (const id of ids) requireFeed(id)
    const { file, reader, dated, full, json } = options
    if (file === undefined && (reader ?? dated ?? full) !== undefined) {
      throw new Refusal('USAGE', { reason: '--reader --dated --full 须与 --file 同用 these go with --file' })
    }
    if (file !== undefined && ids.length !== 1)
      throw new Refusal('USAGE', { reason: '--file 须指明一个数据源 --file goes with one feed' })
    if (dated !== undefined && !isDate(dated)) throw new Refusal('DATE_INVALID', { value: dated })
    const upload =
      file === undefined
        ? undefined
        : { path: file, ...(reader ? { reader } : {}), ...(dated ? { dated } : {}), full: full === true }
    if (upload) checkReadable(upload.path)
    await withHub(async (hub) => {
      const wanted =
        ids.length > 0
          ? ids
          : [...feeds.values()].filter((feed) => hub.addresses.agencies[feed.agency]).map((feed) => feed.id)
      if (wanted.length === 0)
        throw new Refusal('FEED_NOT_CONFIGURED', { feed: [...feeds.keys()].join(' '), setting: 'AGENCY_…_URL' })
      if (wanted.length === 1) {
        const pulled = await pullOne(hub, wanted[0] ?? '', json, upload)
        const setAside = json ? [] : await rejects.latestRejectsOf(hub.db, pulled.feed, REJECTS_SHOWN)
        printResult(json, ids.length === 1 ? pullJson(pulled) : { pulls: [pullJson(pulled)] }, () => [
          pulledLine(pulled),
          ...setAside.map((one) => `   拒收 rejected：第 ${one.row} 行 row，${one.rule}：${one.message}`),
        ])
        return
      }
      const pulls = await pullEach(hub, wanted, json)
      if (pulls.some((each) => 'error' in each)) process.exitCode = 1
      printResult(json, { pulls: pulls.map((each) => ('error' in each ? each : pullJson(each))) }, () =>
        pulls.map(outcomeLine),
      )
    })
  })

interface ScoreFlags extends JsonFlag {
  all?: boolean
  asOf?: string
  scorecard?: string
  against?: string
  dryRun?: boolean
  verify?: boolean
  sample?: string
}

command
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
  .addOption(jsonOption())
  .action(async ({ all, asOf, scorecard, against, dryRun, verify, sample, json }: ScoreFlags) => {
    if (asOf !== undefined && !isDate(asOf)) throw new Refusal('DATE_INVALID', { value: asOf })
    const tried = dryRun ? scorecard : undefined
    if (against !== undefined && tried === undefined) {
      throw new Refusal('USAGE', { reason: '--against 须与 --dry-run --scorecard 同用 goes with these' })
    }
    if (verify && (all ?? asOf ?? scorecard ?? dryRun) !== undefined) {
      throw new Refusal('USAGE', { reason: '--verify 只与 --sample 同用 goes with --sample only' })
    }
    if (sample !== undefined && (!verify || !/^[1-9]\d{0,8}$/.test(sample))) {
      throw new Refusal('USAGE', { reason: '--sample 须为正整数并与 --verify 同用 a whole number, with --verify' })
    }
    await withHub(async (hub) => {
      const bar = startProgress(verify ? 'verify' : 'score', json === true)
      try {
        if (verify) {
          const verified = await hub.verify({ progress: bar.at, ...(sample ? { sample: Number(sample) } : {}) })
          bar.stop()
          printResult(json, verified, () => [
            `重算 ${verified.verified}，差异 ${verified.differences} · verified, differences`,
            ...(verified.found ?? []).map(
              ({ score, operatorId, of }) => `   评分 score ${score}，主体 operator ${operatorId}：${of}`,
            ),
          ])
          if (verified.differences > 0) process.exitCode = 1
          return
        }
        if (tried !== undefined) {
          const more = { ...(against ? { against } : {}), ...(asOf ? { asOf } : {}) }
          const done = await hub.tryScorecard({ version: tried, progress: bar.at, ...more })
          bar.stop()
          printResult(json, done, () => trialLines(done))
          return
        }
        const scored = await hub.score({
          cause: 'command',
          progress: bar.at,
          all: all === true,
          dryRun: dryRun === true,
          ...(asOf ? { asOf } : {}),
          ...(scorecard ? { scorecard } : {}),
        })
        bar.stop()
        if (scored)
          printResult(json, scored, () => [
            `评分 ${scored.scored}，新存 ${scored.stored}，未变 ${scored.unchanged} · scored, stored, unchanged`,
          ])
      } finally {
        bar.stop()
      }
    })
  })

command
  .command('push')
  .argument('[platform...]', '信用平台 platforms')
  .description('报送应报内容 · deliver what is due')
  .addOption(jsonOption())
  .action(async (ids: string[], { json }: JsonFlag) => {
    requirePlatforms(ids)
    await withHub(async (hub) => {
      const bar = startProgress('push', json === true)
      const pushed = await hub
        .push(ids.length > 0 ? ids : null, { cause: 'command', progress: bar.at })
        .finally(bar.stop)
      printResult(json, { platforms: pushed.platforms, ms: pushed.ms }, () =>
        pushed.platforms.map(
          (p) =>
            `${p.platform}：发送 ${p.sent}，接受 ${p.accepted}，拒绝 ${p.rejected}，未结 ${p.outstanding} · sent, accepted, rejected, outstanding`,
        ),
      )
      const waiting = pushed.platforms.filter((p) => p.outstanding > 0 && !hub.addresses.platforms[p.platform])
      for (const { platform } of waiting) {
        complain(new Refusal('PLATFORM_NOT_CONFIGURED', { platform, setting: hub.config.platforms[platform]?.setting }))
      }
      if (pushed.unreachable.length > 0) {
        complain(unreachableRefusal(pushed))
      }
    })
  })

/** Prints a partial failure and sets exit status 1. The command continues. */
const complain = (refusal: Refusal): void => {
  process.exitCode = 1
  process.stderr.write(`${refusal.code} ${refusal.message}\n`)
}

command
  .command('reconcile')
  .argument('[platform...]', '信用平台 platforms')
  .description('与平台展示的内容比对 · compare with what the platforms show')
  .addOption(jsonOption())
  .action(async (ids: string[], { json }: JsonFlag) => {
    requirePlatforms(ids)
    await withHub(async (hub) => {
      const { value, lines, refusals } = await runReconcile(hub, ids)
      printResult(json, value, () => lines)
      for (const refusal of refusals) complain(refusal)
    })
  })

command
  .command('publish')
  .description('生成公示快照 · store the public snapshot, its delta and hash')
  .option('--new-key', '先换用新的签名密钥 · sign with a new key from now on; older ones stay in the key set')
  .addOption(jsonOption())
  .action(({ json, newKey = false }: JsonFlag & { newKey?: boolean }) =>
    withHub(async (hub) => {
      if (newKey) hub.newManifestKey()
      const p = await hub.publish({ cause: 'command' })
      if (p)
        printResult(json, p, () => [
          `第 ${p.sequence} 期：共 ${p.entries}，新增 ${p.added}，变更 ${p.changed}，移出 ${p.removed} · ${p.hash}`,
        ])
    }),
  )

addAccessCommands(command, withHub)
addMapCommand(command, withHub)

command
  .command('status')
  .description('信源、平台、积压、最近运行 · agencies, platforms, backlog, last runs')
  .option('--access', '谁可以看什么、做什么 · who may see and do what')
  .addOption(
    new Option('--costs', 'GraphQL 各字段的费用和上限 · what each field of GraphQL costs, and the limits').conflicts(
      'access',
    ),
  )
  .addOption(jsonOption())
  .action(async ({ access, costs, json }: JsonFlag & { access?: boolean; costs?: boolean }) => {
    const table = access ? accessTable : costs ? await fieldCosts() : null
    if (table) return printResult(json, table.value, () => table.lines)
    await withHub(async (hub) => {
      const { value, lines } = await readStatus(hub)
      printResult(json, value, () => lines)
    })
  })

command
  .command('verify')
  .argument('<what>', 'audit | standings')
  .description('核对查询痕迹，或所答的信用状况 · walk the trail, or recompute what is answered about each operator')
  .option('--head <number:hash>', '另存的痕迹末行，例如公示清单中的 · a head held elsewhere, as from a manifest')
  .addOption(jsonOption())
  .action(async (what: string, { head, json }: JsonFlag & { head?: string }) => {
    const verify = parseVerification(what, head)
    await withHub(async (hub) => {
      const bar = startProgress(what, json === true)
      const { told, lines, ok } = await verify(hub, bar.at).finally(bar.stop)
      printResult(json, told, () => lines)
      if (!ok) process.exitCode = 1
    })
  })

command
  .command('repair')
  .description('修复早先版本留下的错误，每项留痕并重新评分 · mend what earlier releases left wrong, and score it anew')
  .option('--dry-run', '只列出，不改动 · name what would be mended')
  .addOption(jsonOption())
  .action(async ({ dryRun, json }: JsonFlag & { dryRun?: boolean }) => {
    await withHub(async (hub) => {
      const repaired = await hub.repair({ dryRun: dryRun === true })
      printResult(json, repaired, () => repairLines(repaired))
    })
  })

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
