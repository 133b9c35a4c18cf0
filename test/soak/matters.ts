/**
 * Eight clients of one seat send one reference again and again while the hub is killed, and rows of which some are bad.
 * One matter, one number, nothing lost, and numbers of each seat without gaps.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readConfig } from '../../src/config.js'
import { type Keys, loadKeys } from '../../src/foundation/keys.js'
import type { Db } from '../../src/store/db/db.js'
import { numberMatterChanges } from '../../src/work/matters/changes.js'
import { freshDatabase } from '../support/database.js'

const SERVING = fileURLToPath(new URL('../support/serving.ts', import.meta.url))
const CLIENTS = 8
const HOLDER = 'market-regulator@220200'
const CLUE = { kind: 'clue', to: HOLDER, fields: { source: 'MONITORING', facts: '虚构商行出售假冒商品' } }
const NDJSON = 'application/x-ndjson'

export interface MattersSoaked {
  ok: boolean
  sent: number
  kills: number
  /** Requests that a killed hub did not answer, and that were sent again. */
  unanswered: number
  matters: number
  numbers: number
  /** References that were answered as created or the same but are not stored. */
  lost: number
  /** Seats whose numbers have a gap or a double. */
  gaps: number
  first: Counts
  again: Counts
  /** Refused rows that name no pointer. */
  withoutPointer: number
  /** Milliseconds of the rows, the first time. */
  rowsMs: number
}

type Counts = Record<'created' | 'same' | 'refused', number>

interface Given {
  requests: number
  kills: number
  rows: number
  bad: number
  progress?: (sent: number) => void
}

export const soakMatters = async ({ requests, kills, rows, bad, progress }: Given): Promise<MattersSoaked> => {
  const test = await freshDatabase()
  const folder = mkdtempSync(join(tmpdir(), 'hub-matters-'))
  const hub = makeKilledHub(test.url, folder)
  try {
    await hub.start()
    const { keysDir, publicUrl } = readConfig({ PORT: '0', DATABASE_URL: test.url, DATA_DIR: folder })
    const keys = await loadKeys(keysDir, publicUrl)
    const tally = { sent: 0, kills: 0, unanswered: 0, answered: new Set<string>() }
    const client = async (n: number): Promise<void> => {
      while (tally.sent < requests) {
        tally.sent += 1
        progress?.(tally.sent)
        // Every second request has a reference of its own, so that a kill meets an opening as well as a repetition.
        const reference = tally.sent % 2 === 0 ? '同一编号' : `编号-${tally.sent}`
        if (n === 0 && tally.kills < kills && tally.sent * kills >= tally.kills * requests) {
          tally.kills += 1
          void hub.kill()
        }
        while (!(await hub.send(tokenOf(keys, n), { ...CLUE, reference }))) tally.unanswered += 1
        tally.answered.add(reference)
      }
    }
    await Promise.all(Array.from({ length: CLIENTS }, (_, n) => client(n)))
    const sent = await sendRows(hub, keys, rows, bad)
    const stored = await judge(test.db, tally.answered)
    const { sent: all, kills: killed, unanswered } = tally
    const ok =
      stored.lost + stored.gaps + sent.withoutPointer === 0 &&
      stored.matters === tally.answered.size &&
      stored.numbers === stored.all &&
      sent.first.created === rows - bad &&
      sent.again.same === rows - bad &&
      [sent.first, sent.again].every(({ refused }) => refused === bad)
    const { all: _, ...told } = stored
    return { ok, sent: all, kills: killed, unanswered, ...told, ...sent }
  } finally {
    await hub.end()
    await test.drop()
    rmSync(folder, { recursive: true, force: true })
  }
}

const tokenOf = (keys: Keys, n: number): string =>
  keys.sign({ sub: `client-${n}`, role: 'agency', agency: 'market-regulator', region: '220104' }, Date.now()).token

/** A hub in its own process that is killed by SIGKILL and started again. */
const makeKilledHub = (database: string, folder: string) => {
  let child: ChildProcess
  let url: Promise<string>
  const start = async (): Promise<void> => {
    child = spawn(process.execPath, ['--import', 'tsx', SERVING, database, folder], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    url = once(child.stdout as NonNullable<ChildProcess['stdout']>, 'data').then(([said]) => String(said).trim())
    await url
  }
  const kill = async (): Promise<void> => {
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    url = ended.then(start).then(() => url)
    await url
  }
  return {
    start,
    kill,
    end: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
    },
    post: async (token: string, body: string, type: string): Promise<Response> =>
      fetch(`${await url}/v1/matters`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': type },
        body,
      }),
    /** False where the hub was killed before it answered. */
    async send(token: string, sent: object): Promise<boolean> {
      const answer = await this.post(token, JSON.stringify(sent), 'application/json').catch(() => null)
      const text = await answer?.text().catch(() => null)
      if (!answer || text == null || answer.status === 503) return false
      if (!answer.ok) throw new Error(`${answer.status} ${text}`)
      return true
    },
  }
}

const sendRows = async (
  hub: Pick<ReturnType<typeof makeKilledHub>, 'post'>,
  keys: Keys,
  rows: number,
  bad: number,
): Promise<Pick<MattersSoaked, 'first' | 'again' | 'withoutPointer' | 'rowsMs'>> => {
  const every = Math.floor(rows / bad)
  let spoilt = 0
  const lines = Array.from({ length: rows }, (_, n) => {
    const row = { ...CLUE, reference: `行-${n}` }
    if (n % every !== 0 || spoilt === bad) return JSON.stringify(row)
    spoilt += 1
    return [JSON.stringify({ ...row, to: 'nobody' }), JSON.stringify({ ...row, fields: {} }), '{'][n % 3]
  }).join('\n')
  let withoutPointer = 0
  const send = async (): Promise<Counts> => {
    const answer = await hub.post(tokenOf(keys, 0), lines, NDJSON)
    const told = (await answer.text()).trimEnd().split('\n')
    const answers = told.map((line) => JSON.parse(line))
    withoutPointer += answers.filter(({ error }) => error && typeof error.pointer !== 'string').length
    const { end, created, same, refused } = answers.at(-1)
    if (end !== true) throw new Error(`the rows broke off: ${told.at(-1)}`)
    return { created, same, refused }
  }
  const began = performance.now()
  const first = await send()
  const rowsMs = Math.round(performance.now() - began)
  return { first, again: await send(), withoutPointer, rowsMs }
}

const judge = async (db: Db, answered: ReadonlySet<string>) => {
  while ((await numberMatterChanges(db, new Date())) > 0);
  const one = async (sql: string, bindings: readonly unknown[] = []): Promise<number> =>
    Number((await db.raw(`select (${sql}) as n`, bindings as never)).rows[0].n)
  const references = [...answered]
  const matters = await one('select count(*) from matters where reference = any(?::text[])', [references])
  const found = await one('select count(distinct reference) from matters where reference = any(?::text[])', [
    references,
  ])
  return {
    all: await one('select count(*) from matters'),
    matters,
    numbers: await one('select count(distinct number) from matters'),
    lost: references.length - found,
    gaps: await one(
      `select count(*) from (select s.seat from matter_change_seats s left join matter_changes c on c.seat = s.seat group by s.seat, s.last
         having count(*) <> s.last or min(c.sequence) <> 1 or max(c.sequence) <> s.last or count(distinct c.matter_id) <> (select count(*) from matters)) g`,
    ),
  }
}
