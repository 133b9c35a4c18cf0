/**
 * Stable code, HTTP status, exit status, and a sentence that a person can act on (Chinese first). Any other error is a fault: "Internal
 * error." outside, everything in the log.
 */

import { ACCESS_REFUSALS } from './errors/access.js'
import { BULK_REFUSALS } from './errors/bulk-refusals.js'
import { CALENDAR_REFUSALS } from './errors/calendar.js'
import { CHANGES_REFUSALS } from './errors/changes.js'
import { DELIVERY_REFUSALS } from './errors/delivery.js'
import { INTAKE_REFUSALS } from './errors/intake.js'
import { type Details, type RefusalRow, row } from './errors/row.js'
import { RUNNING_REFUSALS } from './errors/running.js'

const REFUSALS = {
  CONFIG_INVALID: row(500, 2, (d) => `配置有误，请逐项改正。Configuration is wrong; mend each: ${d['faults']}`),
  USAGE: row(400, 2, (d) => `命令用法有误：${d['reason']}。Wrong use; see hub --help.`),
  PORT_IN_USE: row(
    500,
    1,
    (d) => `端口 ${d['port']} 已被占用，请用 PORT 另选。Port ${d['port']} is in use; choose another with PORT.`,
  ),
  HOST_UNUSABLE: row(
    500,
    1,
    (d) => `无法监听地址 ${d['host']}，请检查 HOST。The hub cannot listen at this address; check HOST.`,
  ),
  FILE_UNREADABLE: row(400, 2, (d) => `文件无法读取：${d['path']}（${d['reason']}）。The file cannot be read.`),

  FOLDER_UNWRITABLE: row(
    500,
    1,
    (d) =>
      `数据目录不可写：${d['path']}（${d['reason']}）。The data folder cannot be written; mend its owner or choose another with DATA_DIR.`,
  ),

  DATABASE_UNREACHABLE: row(
    503,
    1,
    (d) => `无法连接数据库（${d['reason']}），请检查 DATABASE_URL。The database cannot be reached; check DATABASE_URL.`,
  ),
  DATABASE_ENCODING: row(
    503,
    1,
    (d) => `数据库编码为 ${d['encoding']}，须为 UTF8。The database must be made with encoding UTF8.`,
  ),
  DATABASE_NEWER: row(
    503,
    1,
    (d) =>
      `数据库版本较新（含未知迁移 ${d['unknown']}），请升级本程序。The database is of a newer version; upgrade the hub.`,
  ),
  DATABASE_BEHIND: row(
    503,
    1,
    (d) => `数据库版本较旧（缺 ${d['missing']}），请先运行 hub migrate。The database is behind; run hub migrate first.`,
  ),
  RULES_BROKEN: row(
    503,
    1,
    (d) => `规则文件 ${d['file']} 有误，枢纽不能启动：${d['faults']}。The rules are broken and the hub does not start.`,
  ),
  DATABASE_EMBEDDED: row(
    503,
    1,
    (d) => `内置数据库无法启动：${d['reason']}。The embedded database cannot start; set DATABASE_URL to use another.`,
  ),

  FEED_UNKNOWN: row(404, 2, (d) => `未知的数据源 ${d['feed']}，可用：${d['known']}。Unknown feed.`),
  FEED_NOT_CONFIGURED: row(
    409,
    1,
    (d) =>
      `数据源 ${d['feed']} 未配置地址（${d['setting']}）。The feed has no address; set ${d['setting']} or give --file.`,
  ),
  RUN_BUSY: row(
    409,
    1,
    (d) =>
      `${[d['job'], d['subject']].filter(Boolean).join(' ')} 正在进行中，请稍后再试。This is under way already; try again later.`,
  ),
  FEED_UNREACHABLE: row(
    502,
    1,
    (d) => `信源单位无法访问：${d['reason']}。The agency could not be reached; nothing was changed.`,
  ),
  FEED_OUT_OF_BOUNDS: row(
    422,
    1,
    (d) =>
      `数据源 ${d['feed']} 超出约定范围，整批拒收，上次有效数据保持不变：${d['reason']}。The feed is outside its bounds and was refused whole; the last good state stands.`,
  ),
  CONTENT_UNREADABLE: row(
    422,
    1,
    (d) =>
      `内容无法按 ${d['reader']} 解析：${d['reason']}。The content cannot be read as ${d['reader']}; nothing was taken in.`,
  ),
  CONTENT_UNKNOWN: row(
    422,
    1,
    (d) =>
      `内容不是数据源 ${d['feed']} 的已知格式：${d['reason']}。The content is no known form of this feed; nothing was taken in.`,
  ),
  CONTENT_TOO_LARGE: row(413, 1, (d) => `内容过大（上限 ${d['limit']}）。The content is larger than ${d['limit']}.`),
  UPLOAD_STALLED: row(
    408,
    1,
    () => '上传中断，久无数据到达。The upload stalled; nothing came for too long. Send it again.',
  ),
  READER_UNKNOWN: row(400, 2, (d) => `未知的读取器 ${d['reader']}，可用：${d['known']}。Unknown reader.`),

  CONTENT_TYPE: row(
    415,
    1,
    (d) =>
      `不接受 ${d['given']}，请以原始字节发送文件。Send the bytes of the file as they are (curl --data-binary), not encoded or gzip.`,
  ),
  HUB_BUSY: row(503, 1, (d) => `枢纽繁忙，请稍后再试（${d['reason']}）。The hub is busy; try again later.`),
  REJECT_UNKNOWN: row(404, 1, () => '没有这条拒收记录。There is no such rejected item.'),
  REJECT_SETTLED: row(409, 1, () => '这条拒收记录已处理。This rejected item has been settled already.'),
  REJECT_OUTDATED: row(
    409,
    1,
    () =>
      '信源单位此后已重新报送该记录，或该批次已撤回，不可再更正。The agency has sent this record since, or the run was taken back; there is nothing to correct.',
  ),

  RUN_UNKNOWN: row(404, 1, () => '没有这次运行。There is no such run.'),
  JOB_UNKNOWN: row(
    404,
    1,
    (d) => `时刻表中没有 ${d['job']} ${d['subject']}。The timetable has no such job, or not of this subject.`,
  ),
  JOB_NOT_PAUSABLE: row(
    409,
    1,
    (d) =>
      `${d['job']} 使不应再公示的内容撤下，不能暂停；如需暂缓新增，请暂停平台。This job takes down what may no longer be shown and cannot be paused; to hold additions, pause the platform.`,
  ),
  JOB_PAUSED: row(409, 1, () => '该工作已暂停。This job is paused already.'),
  JOB_NOT_PAUSED: row(409, 1, () => '该工作未暂停。This job is not paused.'),
  RUN_NOT_TAKEN_BACK: row(409, 1, (d) => `该次运行不能撤回：${d['reason']}。This run cannot be taken back.`),

  SCORECARD_UNKNOWN: row(404, 2, (d) => `未知的评分卡 ${d['version']}，可用：${d['known']}。Unknown scorecard.`),
  SCORECARD_BROKEN: row(
    500,
    1,
    (d) => `评分卡 ${d['version']} 有误：${d['faults']}。The scorecard is refused; the running one stays.`,
  ),
  SCORECARD_CHANGED: row(
    409,
    1,
    (d) =>
      `评分卡 ${d['version']} 的文件与已使用的内容不同，请另立版本名。The file of this scorecard says another thing than was used under its name; give it a new version. The running one stays.`,
  ),
  SCORE_OF_FUTURE: row(
    400,
    2,
    (d) => `${d['asOf']} 晚于今天，只能试算（--dry-run）。A day after today can only be tried, with --dry-run.`,
  ),
  TRIAL_TOO_LARGE: row(
    409,
    1,
    (d) =>
      `主体超过 ${d['limit']} 个，请先运行 ${d['command']}，再查询其结果。There are more than ${d['limit']} operators; run that command first, then ask again for what it found.`,
  ),
  ADOPTION_UNKNOWN: row(404, 1, () => '没有这项采用提议。There is no such proposal of a scorecard.'),
  ADOPTION_SETTLED: row(409, 1, () => '这项采用提议已作决定。This proposal has been decided already.'),
  ADOPTION_OWN: row(
    409,
    1,
    () => '提议人不得决定自己的提议，须由另一人决定。Another person than the one who proposed it must decide.',
  ),
  ADOPTION_OPEN: row(
    409,
    1,
    (d) => `评分卡 ${d['version']} 已有待决定的采用提议。A proposal of this scorecard waits to be decided already.`,
  ),
  ADOPTION_PAST: row(
    409,
    1,
    (d) =>
      `生效日期 ${d['effectiveOn']} 早于今天，已有的评分不变。The day of coming into force has gone by; scores of the past stay. Choose today or a later day.`,
  ),
  ADOPTION_UNTRIED: row(
    409,
    1,
    (d) =>
      `评分卡 ${d['version']} 的当前内容尚未试算，请先运行 hub score --dry-run --scorecard ${d['version']}。This very scorecard has not been tried; run that command first.`,
  ),
  QUERY_TOO_COSTLY: row(
    400,
    1,
    (d) =>
      `一次查询的内容过多（上限 ${d['limit']} 个对象），请分次查询。The query asks for too much at once; divide it.`,
  ),
  DATE_INVALID: row(400, 2, (d) => `日期无效：${d['value']}，应为 YYYY-MM-DD。Not a date.`),

  SELLERS_DATE: row(
    400,
    1,
    (d) => `名单日期须在 ${d['from']} 至 ${d['to']} 之间。The day of a list of sellers lies between these.`,
  ),
  SELLERS_OLDER: row(
    409,
    1,
    (d) =>
      `已有 ${d['current']} 的名单，不能以更早的替换。There is a list of this later day already; an earlier one does not replace it.`,
  ),
  SELLERS_UNREADABLE: row(422, 1, (d) =>
    d['lines'] === 0
      ? '名单中没有一行，未作任何改动。The list holds no line; nothing was changed.'
      : `${d['lines']} 行中有 ${d['malformed']} 行没有代码（例如第 ${d['first']} 行），未作任何改动。${d['malformed']} of ${d['lines']} lines hold no code (such as ${d['first']}); nothing was changed.`,
  ),
  AUTHORISATION_UNKNOWN: row(404, 1, () => '没有这项授权。There is no such authorisation.'),
  AUTHORISATION_TERM: row(400, 1, (d) => `授权期限有误：${d['reason']}。The term of the authorisation is wrong.`),

  LISTING_UNKNOWN: row(404, 1, () => '没有这条名单记录。There is no such listing.'),
  MOVE_NOT_ALLOWED: row(
    409,
    1,
    (d) => `当前状态 ${d['state']} 不允许 ${d['move']}：${d['reason']}。This move is not allowed now.`,
  ),
  CONCERN_UNKNOWN: row(404, 1, () => '没有这条待核事项，或已处理。There is no such concern, or it is settled.'),
  LISTING_MOVED_ON: row(
    409,
    1,
    () => '该名单记录刚被他人处理，请刷新后再试。The listing has just moved on; look again.',
  ),

  LIST_IN_THE_MAKING: row(
    503,
    1,
    () =>
      '名单刚有变动，新一期正在生成，请稍后再取。The list has just changed and is being published anew; come again in a moment.',
  ),
  LIST_WITHHELD: row(
    503,
    1,
    () =>
      '数据库由备份恢复或落后于已发出的内容，可能缺少移出记录；核对完成前不公布名单。The database is behind what has left it and may have lost who was removed: nobody is listed until that has been settled.',
  ),

  UNMATCHED_UNKNOWN: row(404, 1, () => '没有这条待认定的信用信息。There is no such waiting record.'),
  UNMATCHED_SETTLED: row(
    409,
    1,
    () =>
      '这条信用信息已认定；如需改变，请先撤销该决定。This record has been decided already; undo that decision first.',
  ),
  OPERATOR_KNOWN: row(
    409,
    1,
    (d) =>
      `代码 ${d['code']} 已对应到一个主体，请归入该主体。This code leads to an operator already; attach the record to that one.`,
  ),
  OPERATOR_CODE_INVALID: row(
    400,
    1,
    () =>
      '新主体须有校验位正确的统一社会信用代码，或网店代码；校验位不符的，须先经登记机关证实。A new operator needs a unified social credit code whose check digit holds, or the code of a shop; one that fails its digit waits for the registry.',
  ),
  OPERATOR_UNKNOWN: row(404, 1, (d) => `没有代码为 ${d['code']} 的主体。There is no operator of this code.`),
  DECISION_UNKNOWN: row(404, 1, () => '没有这项认定。There is no such decision on identity.'),
  DECISION_UNDONE: row(409, 1, () => '这项认定已被撤销。This decision has been undone already.'),
  MERGE_NOT_ALLOWED: row(409, 1, (d) => `两个主体不能合并：${d['reason']}。These operators cannot be merged.`),
  DIVISION_NOT_ALLOWED: row(409, 1, (d) => `不能登记该分立：${d['reason']}。This division cannot be noted.`),

  OVERRULE_UNKNOWN: row(404, 1, () => '没有这项等级调整。There is no such overrule.'),
  OVERRULE_NOT_ALLOWED: row(409, 1, (d) => `不能调整该等级：${d['reason']}。This grade cannot be overruled so.`),
  OVERRULE_SETTLED: row(409, 1, () => '这项等级调整已办结。This overrule has been settled already.'),
  OBJECTION_UNKNOWN: row(404, 1, () => '没有这项异议。There is no such objection.'),
  OBJECTION_NOT_ALLOWED: row(409, 1, (d) => `不能提出该异议：${d['reason']}。This objection cannot be made.`),
  OBJECTION_SETTLED: row(409, 1, () => '这项异议已办结。This objection has been settled already.'),

  DATABASE_RESTORED: row(
    409,
    1,
    () =>
      '数据库系由备份恢复，落后于已发出的内容：核对并解除之前不新增公示。The database was restored from a backup and is behind what has left it; nothing is added until it is compared and released.',
  ),
  NOT_RESTORED: row(
    409,
    1,
    () => '数据库没有待解除的恢复状态。The database is not found restored; there is nothing to release.',
  ),
  RESTORED_NOT_COMPARED: row(
    409,
    1,
    (d) =>
      `以下平台在发现恢复之后尚未正常比对：${d['platforms']}，请先运行 hub reconcile。These platforms were not well compared with since; run hub reconcile first.`,
  ),

  ...ACCESS_REFUSALS,
  ...BULK_REFUSALS,
  ...CALENDAR_REFUSALS,
  ...DELIVERY_REFUSALS,
  ...CHANGES_REFUSALS,
  ...INTAKE_REFUSALS,
  ...RUNNING_REFUSALS,
  INPUT_INVALID: row(400, 1, (d) => `输入无效：${d['reason']}。The input is not valid.`),
  TOO_MANY_CODES: row(400, 1, (d) => `一次最多查询 ${d['limit']} 个代码。At most ${d['limit']} codes in one question.`),
  UNAVAILABLE: row(
    503,
    1,
    () => '服务暂时不可用，请稍后再试。The hub is without its database at this moment; try again soon.',
  ),
  NOT_FOUND: row(404, 1, () => '没有这个地址。There is nothing at this address.'),
  STOPPING: row(503, 1, () => '服务正在停止。The hub is stopping.'),
} satisfies Record<string, RefusalRow>

export type RefusalCode = keyof typeof REFUSALS

/** `details` are safe to show: no secrets, no personal data. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly status: number
  readonly exit: 1 | 2
  constructor(
    readonly code: RefusalCode,
    readonly details: Details = {},
  ) {
    const { status, exit, sentence } = REFUSALS[code]
    super(sentence(details))
    this.status = status
    this.exit = exit
  }
}

export const isCode = (code: string): code is RefusalCode => Object.hasOwn(REFUSALS, code)

export const refusalJson = ({
  code,
  message,
  details,
}: Refusal): { code: string; message: string; details: object } => ({
  code,
  message,
  details,
})

/** The name is compared too, because require and import load two classes. */
export const isRefusal = (error: unknown): error is Refusal =>
  error instanceof Refusal || (error instanceof Error && error.name === 'Refusal')

/** Shown outside instead of a fault's text. */
export const INTERNAL = { code: 'INTERNAL', status: 500, message: '内部错误。Internal error.' } as const

/** undici puts the real reason in `cause`. */
export const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error)
  const cause = error.cause instanceof Error && error.cause.message ? `: ${error.cause.message}` : ''
  return `${error.message}${cause}`
}
