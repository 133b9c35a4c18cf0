import { randomBytes } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { chance } from '../../../seeds/world/chance.js'
import { encodeText } from '../../foundation/text/encodings.js'
import { shanghaiDate } from '../../foundation/time/dates.js'
import type { Platform } from '../../platforms/platform.js'
import {
  makeJsonAnswer,
  type StandInAnswer,
  type StandInReply,
  type StandInRequest,
  startStandInServer,
} from '../server.js'
import { makeBehaviour } from '../wishes.js'
import { isTrouble, makeTroubles, WISHES } from './behaviour.js'
import { makeReceiverBoard } from './board.js'
import type { BaseLibrary, JudgingOptions } from './judgement.js'
import { renderBoardPage } from './page.js'
import type { HistoryRow, ReceivedRow, RowForm, RowVerdict, ShownEntry } from './received-rows.js'

const GARBAGE_BYTES = 512
const PAGE_ENTRIES = 1_000
const KEYS_AT_ONCE = 1_000

export type PlatformStandIn = Awaited<ReturnType<typeof startPlatformStandIn>>

interface ReceivedMessage {
  form: RowForm
  rows: readonly ReceivedRow[]
}

export interface JudgedRow {
  row: ReceivedRow
  place: number
  verdict: RowVerdict
}

export interface PlatformEndpoint {
  read(asked: StandInRequest): ReceivedMessage | null
  answer(judged: readonly JudgedRow[], asked: StandInRequest, form: RowForm): StandInReply
}

export interface PlatformDialect {
  id: Platform['id']
  name: { zh: string; en: string }
  admits(asked: StandInRequest, secret: string): boolean
  doors: Readonly<Record<string, PlatformEndpoint>>
  displays: { key: string; sequence: string; uscc: string; name: string }
}

export interface StandInOptions {
  file?: string | null
  register?: BaseLibrary | null
  now?: (() => Date) | null
}

export const startPlatformStandIn = async (
  dialect: PlatformDialect,
  secret: string,
  { file = null, register = null, now = null }: StandInOptions = {},
) => {
  const board = makeReceiverBoard(dialect.id.toUpperCase(), file)
  const { now: behaviour, behave, behaveAsTold } = makeBehaviour(WISHES, { code: '400' })
  const troubleOf = makeTroubles(behaviour)
  let troubles = 0
  const lateness = chance(`late ${dialect.id}`)
  const timers = new Set<NodeJS.Timeout>()

  const answer = (asked: StandInRequest): StandInReply | Promise<StandInReply> => {
    const what = `${asked.method} ${asked.path}`
    if (what === 'POST /_behave') return behaveAsTold(asked.body)
    if (what === 'GET /_told') return makeJsonAnswer(200, pageOfHistory(asked))
    if (behaviour.outage) {
      troubles += 1
      return 'cut'
    }
    if (what === 'GET /') return renderBoardPage(dialect.name, board.shown(), board.history())
    if (what === 'GET /entries') return dialect.admits(asked, secret) ? displayed(asked) : REFUSED
    const door = asked.method === 'POST' ? dialect.doors[asked.path] : undefined
    return door ? takes(door, asked) : makeJsonAnswer(404, { code: '404', message: '没有这个地址 Not found' })
  }

  const displayed = ({ query }: StandInRequest): StandInReply => {
    const keys = query.get('keys')
    if (keys !== null) {
      const asked = keys.split(',').filter((key) => key !== '')
      if (asked.length > KEYS_AT_ONCE)
        return makeJsonAnswer(400, { code: '400', message: '一次查询的编号过多 Too many keys' })
      return makeJsonAnswer(200, board.of(asked).filter(isKept).map(line))
    }
    const limit = query.get('limit')
    if (limit !== null && !/^[1-9]\d{0,5}$/.test(limit))
      return makeJsonAnswer(400, { code: '400', message: '参数不正确 limit' })
    const whole = limit === null && !query.has('after')
    const most = whole ? Number.MAX_SAFE_INTEGER : Math.min(Number(limit ?? PAGE_ENTRIES), PAGE_ENTRIES)
    return makeJsonAnswer(200, board.page(query.get('after'), most).filter(isKept).map(line))
  }

  const isKept = ({ uscc, regNo, name }: ShownEntry): boolean =>
    behaviour.lose === null || ![uscc, regNo, name].includes(behaviour.lose)

  const line = ({ kind, key, sequence, uscc, name, recordId }: ShownEntry) => ({
    [dialect.displays.key]: key,
    [dialect.displays.sequence]: sequence,
    [dialect.displays.uscc]: uscc,
    [dialect.displays.name]: name,
    recordId,
    kind,
  })

  const pageOfHistory = ({ query }: StandInRequest): HistoryRow[] => {
    const after = Number(query.get('after') ?? 0)
    const limit = Math.min(Number(query.get('limit') ?? PAGE_ENTRIES) || PAGE_ENTRIES, PAGE_ENTRIES)
    return board
      .history()
      .filter(({ number }) => number > after)
      .slice(0, limit)
  }

  const judgedLater = (row: ReceivedRow, form: RowForm, judging: JudgingOptions): RowVerdict => {
    const verdict = board.foresee(row, form, judging)
    const { ignoresSequence, appliesWithinMs } = behaviour
    const timer = setTimeout(
      () => {
        timers.delete(timer)
        board.take(row, form, judging, now?.() ?? new Date(), ignoresSequence)
      },
      lateness.whole(0, appliesWithinMs),
    )
    timers.add(timer)
    return verdict
  }

  const takes = async (door: PlatformEndpoint, asked: StandInRequest): Promise<StandInReply> => {
    const read = dialect.admits(asked, secret) ? door.read(asked) : null
    const trouble = troubleOf(read?.rows.length ?? 0)
    if (isTrouble(trouble, behaviour.delayMs)) troubles += 1
    if (trouble.delayMs > 0) await wait(trouble.delayMs, undefined, { signal: asked.gone })
    if (trouble.fail) return busy(behaviour.retryAfter)
    if (!dialect.admits(asked, secret)) return REFUSED
    if (read === null) return makeJsonAnswer(400, { code: '400', message: '报文无法读取 Unreadable message' })
    if (trouble.cut === 'before') return 'cut'
    const at = now?.() ?? new Date()
    const judging: JudgingOptions = {
      register,
      today: now === null ? null : shanghaiDate(at),
      refuse: behaviour.refuse,
    }
    const judged = read.rows.slice(0, read.rows.length - trouble.untaken).map(
      (row, index): JudgedRow => ({
        row,
        place: index + 1,
        verdict:
          behaviour.appliesWithinMs > 0
            ? judgedLater(row, read.form, judging)
            : board.take(row, read.form, judging, at, behaviour.ignoresSequence),
      }),
    )
    if (trouble.cut === 'after') return 'cut'
    const spoken = judged.slice(0, Math.max(0, judged.length - trouble.silent))
    if (spoken.length === 0 && read.rows.length > 0) return 'cut'
    return corrupt(
      door.answer(trouble.twice ? spoken.flatMap((one) => [one, one]) : spoken, asked, read.form),
      trouble.spoilt,
    )
  }

  const server = await startStandInServer(answer)
  return {
    id: dialect.id,
    url: server.url,
    secret,
    close: async () => {
      await server.close()
      for (const timer of timers) clearTimeout(timer)
      board.close()
    },
    behave,
    entries: board.shown,
    history: board.history,
    get told() {
      return board.told
    },
    get troubles() {
      return troubles
    },
    get pending() {
      return timers.size
    },
  }
}

const REFUSED: StandInReply = makeJsonAnswer(401, { code: '401', message: '凭据无效 Credentials refused' })

const busy = (retryAfter: number | null): StandInAnswer =>
  makeJsonAnswer(
    503,
    { code: '503', message: '系统繁忙 Busy' },
    retryAfter === null ? {} : { 'retry-after': String(retryAfter) },
  )

const corrupt = (answered: StandInReply, how: 'encoding' | 'garbage' | null): StandInReply => {
  if (answered === 'cut' || how === null) return answered
  const body = how === 'garbage' ? randomBytes(GARBAGE_BYTES) : encodeText(String(answered.body), 'utf-16')
  return { ...answered, body }
}
