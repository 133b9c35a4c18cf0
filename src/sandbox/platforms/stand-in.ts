/** A stand-in credit platform: one server, one board, one dialect; it misbehaves when told to. */
import { setTimeout as wait } from 'node:timers/promises'
import type { Platform } from '../../platforms/platform.js'
import { type Answered, type Asked, json, objectIn, serve } from '../server.js'
import { makeBoard, type ShownEntry, type Told, type ToldField, type Verdict } from './board.js'
import { page } from './page.js'

const RETRY_AFTER_SECONDS = 1

export interface Behaviour {
  delayMs: number
  /** So many of the next messages are answered 503 with Retry-After. */
  failNext: number
  /** Rows whose code or name equals this are refused with 1001. */
  refuse: string | null
  /** So many of the next messages are taken, and then the connection is cut. */
  cutAfterAccept: number
}

export interface PlatformStandIn {
  id: Platform['id']
  url: string
  secret: string
  close(): Promise<void>
  behave(behaviour: Partial<Behaviour>): void
  entries(): ShownEntry[]
  /** Rows it was told of so far, repeats and refused ones too. */
  readonly told: number
}

/** How one platform speaks. */
export interface Dialect {
  id: Platform['id']
  name: { zh: string; en: string }
  /** Where it takes messages. */
  path: string
  admits(asked: Asked, secret: string): boolean
  /** The rows of a message; null if it is none. */
  read(asked: Asked): Told[] | null
  answer(rows: readonly Told[], verdicts: readonly Verdict[], asked: Asked): Answered
  /** Its own names of the fields, for display and for receipts. */
  fields: Record<ToldField, string>
}

export const startStandIn = async (dialect: Dialect, secret: string, file: string | null): Promise<PlatformStandIn> => {
  const board = makeBoard(dialect.id.toUpperCase(), file)
  const behaviour: Behaviour = { delayMs: 0, failNext: 0, refuse: null, cutAfterAccept: 0 }

  const answer = async (asked: Asked): Promise<Answered> => {
    switch (`${asked.method} ${asked.path}`) {
      case 'GET /':
        return page(dialect.name, board.shown())
      case 'GET /entries':
        return dialect.admits(asked, secret) ? json(200, board.shown().map(displayed)) : REFUSED
      case 'POST /_behave':
        return behaves(asked)
      case `POST ${dialect.path}`:
        return takes(asked)
      default:
        return json(404, { code: '404', message: '没有这个地址 Not found' })
    }
  }

  const displayed = ({ key, sequence, uscc, name, recordId }: ShownEntry) => ({
    [dialect.fields.key]: key,
    [dialect.fields.sequence]: sequence,
    [dialect.fields.uscc]: uscc,
    [dialect.fields.name]: name,
    recordId,
  })

  const behaves = ({ body }: Asked): Answered => {
    const wanted = behaviourIn(body)
    if (!wanted) return json(400, { code: '400', message: '无法识别的行为 Not a behaviour' })
    Object.assign(behaviour, wanted)
    return json(200, behaviour)
  }

  const takes = async (asked: Asked): Promise<Answered> => {
    if (behaviour.delayMs > 0) await wait(behaviour.delayMs, undefined, { signal: asked.gone })
    if (behaviour.failNext > 0) {
      behaviour.failNext -= 1
      return json(503, { code: '503', message: '系统繁忙 Busy' }, { 'retry-after': String(RETRY_AFTER_SECONDS) })
    }
    if (!dialect.admits(asked, secret)) return REFUSED
    const rows = dialect.read(asked)
    if (!rows) return json(400, { code: '400', message: '报文无法读取 Unreadable message' })
    const verdicts = rows.map((row) => board.take(row, behaviour.refuse))
    if (behaviour.cutAfterAccept > 0) {
      behaviour.cutAfterAccept -= 1
      return 'cut'
    }
    return dialect.answer(rows, verdicts, asked)
  }

  const server = await serve(answer)
  return {
    id: dialect.id,
    url: server.url,
    secret,
    close: server.close,
    behave: (wanted) => {
      Object.assign(behaviour, wanted)
    },
    entries: board.shown,
    get told() {
      return board.told
    },
  }
}

const REFUSED: Answered = json(401, { code: '401', message: '凭据无效 Credentials refused' })

/** Only known names with values of their type: a misspelt wish is told, not swallowed. */
const behaviourIn = (body: Buffer): Partial<Behaviour> | null => {
  const value = objectIn(body)
  if (!value) return null
  const good = Object.entries(value).every(([name, wish]) =>
    name === 'refuse'
      ? wish === null || typeof wish === 'string'
      : COUNTS.includes(name) && Number.isInteger(wish) && Number(wish) >= 0,
  )
  return good ? value : null
}

const COUNTS: readonly string[] = ['delayMs', 'failNext', 'cutAfterAccept'] satisfies (keyof Behaviour)[]
