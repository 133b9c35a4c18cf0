import { feeds, mirrors } from '../agencies/index.js'
import { OFFICE_SETTINGS } from '../config.js'
import { isRefusal, Refusal, refusalJson } from '../foundation/errors.js'
import { isDate } from '../foundation/time/dates.js'
import { type Hub, requireFeed } from '../hub/hub.js'
import * as rejects from '../store/intake/rejects.js'
import { checkReadable, type PullResult } from '../work/intake/pull.js'
import type { SubmittedFile } from '../work/timetable/submitted-file.js'
import type { Command, CommandAnswer, JsonFlag } from './program.js'
import { startProgress } from './progress.js'
import { answerWithHub } from './with-hub.js'

const REJECTS_SHOWN = 10
const SETTINGS = OFFICE_SETTINGS.filter(({ kind }) => kind === 'AGENCY_ADDRESS')
  .map(({ name }) => name)
  .join(' ')
const KNOWN = [...feeds.keys(), ...mirrors.keys()]

interface PullFlags extends JsonFlag {
  file?: string
  reader?: string
  dated?: string
  full?: boolean
}

export const addPullCommand = (command: Command): void => {
  const pull = command
    .command('pull')
    .argument('[feed...]', `数据源 feeds: ${KNOWN.join(' ')}`)
    .description('立即拉取，或以文件代替 · pull now, or take a file instead')
    .option('--file <path>', '以文件代替 · take a file instead')
    .option('--reader <name>', '读取器（默认按内容识别）· the reader follows the content unless named')
    .option('--dated <date>', '文件所反映的日期 · the day on which the file holds true')
    .option('--full', '文件是全量 · the file is the whole feed')
  answerWithHub(pull, (ids: string[], flags: PullFlags) => {
    for (const id of ids) if (!mirrors.has(id)) requireFeed(id)
    const file = submittedFile(ids, flags)
    return (hub) => pullAll(hub, ids, flags.json, file)
  })
}

const submittedFile = (ids: string[], { file, reader, dated, full }: PullFlags): SubmittedFile | undefined => {
  if (file === undefined && (reader ?? dated ?? full) !== undefined)
    throw new Refusal('USAGE', { reason: '--reader --dated --full 须与 --file 同用 these go with --file' })
  if (file !== undefined && ids.length !== 1)
    throw new Refusal('USAGE', { reason: '--file 须指明一个数据源 --file goes with one feed' })
  if (dated !== undefined && !isDate(dated)) throw new Refusal('DATE_INVALID', { value: dated })
  if (file === undefined) return undefined
  checkReadable(file)
  return { path: file, ...(reader ? { reader } : {}), ...(dated ? { dated } : {}), full: full === true }
}

const pullAll = async (
  hub: Hub,
  ids: string[],
  json: boolean | undefined,
  file: SubmittedFile | undefined,
): Promise<CommandAnswer> => {
  const configured = [...feeds.values(), ...mirrors.values()]
    .filter((feed) => hub.addresses.agencies[feed.agency])
    .map(({ id }) => id)
  const wanted = ids.length > 0 ? ids : configured
  const [first] = wanted
  if (first === undefined) throw new Refusal('FEED_NOT_CONFIGURED', { feed: KNOWN.join(' '), setting: SETTINGS })
  if (wanted.length > 1) return pullEach(hub, wanted, json)
  const pulled = await pullOne(hub, first, json, file)
  const rejected = json ? [] : await rejects.latestRejectsOf(hub.db, pulled.feed, REJECTS_SHOWN)
  return {
    value: ids.length === 1 ? pullJson(pulled) : { pulls: [pullJson(pulled)] },
    lines: [
      pulledLine(pulled),
      ...rejected.map((one) => `   拒收 rejected：第 ${one.row} 行 row，${one.rule}：${one.message}`),
    ],
  }
}

const pullOne = async (hub: Hub, id: string, json: boolean | undefined, file?: SubmittedFile): Promise<PullResult> => {
  const bar = startProgress(id, json)
  const pulled = await hub.pull(id, { cause: 'command', progress: bar.at, ...(file ? { file } : {}) }).finally(bar.stop)
  if (pulled === null) throw new Refusal('RUN_BUSY', { job: 'pull', subject: id })
  return pulled
}

const pullEach = async (hub: Hub, ids: readonly string[], json: boolean | undefined): Promise<CommandAnswer> => {
  const pulls: object[] = []
  const lines: string[] = []
  for (const id of ids) {
    try {
      const pulled = await pullOne(hub, id, json)
      pulls.push(pullJson(pulled))
      lines.push(pulledLine(pulled))
    } catch (error) {
      if (!isRefusal(error)) throw error
      process.exitCode = 1
      pulls.push({ feed: id, error: refusalJson(error) })
      lines.push(`${id}：${JSON.stringify(refusalJson(error))}`)
    }
  }
  return { value: { pulls }, lines }
}

const pullJson = ({ run: _, ended: __, ...told }: PullResult) => told

const pulledLine = (p: PullResult): string =>
  `${p.feed}：收到 ${p.received}，新增 ${p.new}，变更 ${p.changed}，未变 ${p.unchanged}，拒收 ${p.rejected}，待认领 ${p.unmatched}` +
  ` · received, new, changed, unchanged, rejected, unmatched · ${p.ms} ms` +
  (p.ended > 0 ? `\n   全量数据中已不存在、终止 ${p.ended} 条 · ended, as the whole feed holds them no longer` : '')
