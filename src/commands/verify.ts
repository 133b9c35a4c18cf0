import { type AuditHead, parseHead } from '../domain/audit/audit-log.js'
import type { AuditFault, BrokenRow } from '../domain/audit/walk.js'
import { Refusal } from '../foundation/errors.js'
import type { Hub } from '../hub/hub.js'
import type { AuditVerification, LogCutReport } from '../work/audit/verify-audit-log.js'
import type { StandingsVerification } from '../work/standing/verify-standings.js'
import { type CommandAnswer, listLines } from './program.js'

const FAULTS: Record<AuditFault, string> = {
  MISSING: '缺失 missing',
  ALTERED: '被改动 altered',
  UNLINKED: '与前一行不相连 does not follow the row before it',
  UNSEALED: '没有密封，而此前各行已有 without a seal, though rows before it have one',
  KEY_UNKNOWN: '密封所用的密钥不在此处 sealed with a key that is not in KEYS_DIR',
  ERASED: '未到期而被抹去 erased before its time',
  TAIL_MISSING: '末尾缺失：库外所记更长 the end is missing, more was noted or published',
  REPLACED: '与库外所记不同 other rows than were noted or published',
  FORGED: '库中所存签名不真 a signed head in the database has no good signature',
  FILE_LOST: '内容所在的文件缺失或损坏 its content is in a file of ARCHIVE_DIR that is missing or damaged',
}

const EXCUSES: Record<NonNullable<LogCutReport['excuse']>, string> = {
  FAILOVER: '随所在服务器丢失 lost with the server that held them',
  RELEASED: '已由人员确认恢复 a person has answered for the restored database',
}

interface VerificationOutcome extends CommandAnswer {
  ok: boolean
}

type VerifyingHub = Pick<Hub, 'verifyAuditLog' | 'verifyStandings'>
type Verification = (hub: VerifyingHub, progress: (count: number) => void) => Promise<VerificationOutcome>

export const parseVerification = (what: string, head: string | undefined): Verification => {
  if (what === 'audit') {
    const held = parseHeldHead(head)
    return async (hub, progress) => {
      const told = await hub.verifyAuditLog({ held, progress })
      return { value: told, lines: auditLines(told), ok: told.ok }
    }
  }
  if (what !== 'standings') throw new Refusal('USAGE', { reason: '可核对 verified are: audit, standings' })
  if (head !== undefined) throw new Refusal('USAGE', { reason: '--head 只与 audit 同用 goes with audit only' })
  return async (hub, progress) => {
    const told = await hub.verifyStandings({ progress })
    return { value: told, lines: standingsLines(told), ok: told.differences === 0 }
  }
}

const standingsLines = ({ verified, differences, found = [] }: StandingsVerification): string[] => [
  `主体 ${verified}，所答与依据不符 ${differences}（已更正） · operators, and answers that differed and are corrected`,
  ...(found.length > 0 ? [`   主体编号 operators: ${found.join(' ')}`] : []),
]

/** Parses an audit log head, `NUMBER:HASH`, as in a manifest's `trail`. Throws USAGE. */
const parseHeldHead = (head: string | undefined): AuditHead[] => {
  if (head === undefined) return []
  const [number = '', hash = ''] = head.split(':')
  const found = parseHead({ number: Number(number), hash: hash.toLowerCase() })
  if (found === null)
    throw new Refusal('USAGE', {
      reason: '--head 应为 序号:校验值（64 位十六进制）a number, a colon, 64 hexadecimal digits',
    })
  return [found]
}

const auditLines = ({ walked, erased, head, cuts, compared, breaks = [], faults = 0 }: AuditVerification): string[] =>
  listLines(
    `痕迹 ${walked} 行，其中内容已期满抹去 ${erased}，与另存的末行比对 ${compared} · rows, erased, heads compared`,
    head && `   末行 head ${head.number}:${head.hash}`,
    cuts.map(cutLine),
    breaks.map((broken) => `第 ${rangeOf(broken)} 行 row：${FAULTS[broken.fault]}`),
    faults > breaks.length && `   共 ${faults} 处 faults in all`,
    faults === 0 && cuts.length > 0 && '其余完好 all other rows are as they were written',
    faults === 0 && cuts.length === 0 && '完好 every row is as it was written',
  )

const rangeOf = ({ number, until = number }: Pick<BrokenRow, 'number' | 'until'>): string =>
  until > number ? `${number}–${until}` : String(number)

const cutLine = ({ after, noted, at, notedAt, excuse, isEnd, from, to }: LogCutReport): string => {
  const range = rangeOf({ number: after + 1, until: noted })
  const what = isEnd ? '发现短缺 found shorter' : '发现被换 found replaced'
  const why = excuse === null ? '无从解释 nothing explains it' : EXCUSES[excuse]
  const server = excuse === 'FAILOVER' ? `（${serverSaid(from)} → ${serverSaid(to)}）` : ''
  return `   ${at} ${what}：${range}${notedAt === null ? '' : `，记于 noted ${notedAt}`}，${why}${server}`
}

const serverSaid = (server: LogCutReport['from']): string =>
  server === null ? '?' : `系统 system ${server.system}，时间线 timeline ${server.timeline}`
