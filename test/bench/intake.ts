/**
 * Compares intake with a bare COPY of the same rows, in one run on one server with the product's own settings. A register of a
 * million rows is merged into `versions`. Then `hub pull registry --file` takes a register's CSV from disk to `versions`.
 * BENCH_ROWS sets the number of rows.
 */
import { once } from 'node:events'
import { createReadStream, createWriteStream, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { finished, pipeline } from 'node:stream/promises'
import { Client } from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import { feeds } from '../../src/agencies/index.js'
import { connect, type JobDb, migrate } from '../../src/store/db/db.js'
import * as embedded from '../../src/store/embedded/index.js'
import { type KnownVersions, loadKnownVersions } from '../../src/store/intake/digest-index.js'
import { copyLine, withStage } from '../../src/store/intake/staged.js'
import * as runs from '../../src/store/timetable/runs.js'
import { mergeDelivery } from '../../src/work/intake/merge.js'
import { makeStagedDraft } from '../../src/work/intake/staged-draft.js'
import { commanded } from './commanded.js'
import { registerCsv } from './register.js'

const ROWS = Number(process.env['BENCH_ROWS'] ?? 1_000_000)
/** Rows of the smaller and the larger register of the end-to-end measurement, as multiples of ROWS. */
const SMALL = 0.1
const LARGE = 2
const TODAY = '2026-11-25'
const PIECE_BYTES = 1 << 20
/** Columns of record key and digest in a staged line, from 0. */
const KEY_FIELD = 5
const DIGEST_FIELD = 18
/** A register has no shops, no other codes and no former names, so the merge skips these steps. */
const NOTHING_SAID = { shops: false, codes: false, former: false, late: false }

export const say = (what: string): unknown => process.stdout.write(`${what}\n`)

export const intake = async (): Promise<Record<string, number>> => {
  const folder = mkdtempSync(join(tmpdir(), 'hub-bench-'))
  const server = await embedded.joinDatabase(join(folder, 'data'))
  try {
    return { ...(await merges(folder, server.url)), ...(await endToEnd(folder, server.url)) }
  } finally {
    await server.leave()
    rmSync(folder, { recursive: true, force: true })
  }
}

export const database = async (url: string, name: string): Promise<{ db: JobDb; url: string }> => {
  const admin = connect(url)
  await admin.raw(`drop database if exists ${name} with (force)`)
  await admin.raw(`create database ${name}`)
  await admin.destroy()
  const address = new URL(url)
  address.pathname = `/${name}`
  const db = connect(address.href)
  await migrate(db)
  return { db, url: address.href }
}

/** Writes two editions of a register as lines for the stage. The second edition differs in every row. */
const stagedLines = async (folder: string): Promise<string[]> => {
  const feed = feeds.get('registry')
  if (!feed) throw new Error('no registry')
  const paths: string[] = []
  for (const change of [0, 1]) {
    const csv = join(folder, `register-${change}.csv`)
    await registerCsv(csv, ROWS, { change })
    const path = join(folder, `staged-${change}.copy`)
    const out = createWriteStream(path)
    let index = 0
    let lines = ''
    for await (const item of feed.read(csv, {})) {
      const mapped = feed.map(item, { dated: null, today: TODAY })
      if ('problems' in mapped) throw new Error(JSON.stringify(mapped.problems))
      index += 1
      for (const [part, draft] of mapped.drafts.entries()) lines += copyLine(makeStagedDraft(index, part, item, draft))
      if (lines.length > 1 << 20) {
        if (!out.write(lines)) await once(out, 'drain')
        lines = ''
      }
    }
    out.end(lines)
    await finished(out)
    rmSync(csv)
    paths.push(path)
  }
  say(`${ROWS} rows, ${(statSync(paths[0] ?? '').size / ROWS).toFixed(0)} bytes staged a row`)
  return paths
}

const merges = async (folder: string, url: string): Promise<Record<string, number>> => {
  const [first = '', second = ''] = await stagedLines(folder)
  const { db, url: own } = await database(url, 'bench_merge')
  const bare = await bareCopy(db, own, first)
  const took = async (path: string, what: string): Promise<number> => {
    await db.raw('checkpoint')
    const began = performance.now()
    const run = (await runs.startRun(db, { job: 'pull', subject: 'registry', cause: 'command', now: new Date() })) ?? 0
    const counts = await withStage(db, async (stage) => {
      const known = await loadKnownVersions(db, 'registry', { whole: true })
      await stage.copy(unmet(path, known))
      await stage.ready()
      const merging = {
        run,
        feed: 'registry',
        whole: true,
        drafts: ROWS,
        contents: NOTHING_SAID,
        known,
        now: new Date(),
      }
      return stage.transaction((tx) => mergeDelivery(tx, merging))
    })
    await runs.finishRun(db, run, { outcome: 'DONE', now: new Date() })
    const seconds = (performance.now() - began) / 1000
    say(`${what.padEnd(46)} ${rate(seconds)}   ${JSON.stringify(counts)}`)
    return seconds
  }
  // The operators exist beforehand, so that only the merge into `versions` is measured.
  await operatorsOf(db, first)
  const fresh = await took(first, 'merged, all new')
  const unchanged = await took(first, 'merged, all unchanged')
  const changed = await took(second, 'merged, all changed')
  await db.destroy()
  for (const path of [first, second]) rmSync(path)
  const ratios = { fresh: bare.seconds / fresh, unchanged: bare.seconds / unchanged, changed: bare.seconds / changed }
  say(
    `against bare COPY: fresh ${ratios.fresh.toFixed(2)}, unchanged ${ratios.unchanged.toFixed(2)}, changed ${ratios.changed.toFixed(2)}`,
  )
  return { ...ratios, bareFalls: 1 - bare.large / bare.small }
}

/**
 * Yields, in large pieces, the lines of records without a current version, because a pull stages only these. Lines are read as
 * latin1: only ASCII fields are looked at, and a pull would not have to split such lines.
 */
async function* unmet(path: string, known: KnownVersions): AsyncIterable<Buffer> {
  let carry = ''
  for await (const piece of createReadStream(path, { encoding: 'latin1', highWaterMark: PIECE_BYTES })) {
    const lines = (carry + piece).split('\n')
    carry = lines.pop() ?? ''
    const staged = lines.filter((one) => !known.meets(fieldOf(one, KEY_FIELD), fieldOf(one, DIGEST_FIELD)))
    if (staged.length > 0) yield Buffer.from(`${staged.join('\n')}\n`, 'latin1')
  }
}

const fieldOf = (line: string, place: number): string => {
  let from = 0
  for (let field = 0; field < place; field += 1) from = line.indexOf('\t', from) + 1
  return line.slice(from, line.indexOf('\t', from))
}

export const rate = (seconds: number, rows = ROWS): string =>
  `${seconds.toFixed(1).padStart(6)} s  ${Math.round(rows / seconds)
    .toString()
    .padStart(7)} rows/s`

interface Bare {
  /** Seconds for ROWS rows, and rows per second for the smaller and the larger size. */
  seconds: number
  small: number
  large: number
}

export const BARE_COLUMNS =
  'feed, kind, record_key, operator_id, digest, body, findings, valid_from, valid_to, known_from, run_id, page, row_number, partial'

/** Copies the same rows into a table like `versions` with only a primary key. The input file is made beforehand; only COPY is timed. */
const bareCopy = async (db: JobDb, url: string, path: string): Promise<Bare> => {
  const prepared = `${path}.bare`
  const out = createWriteStream(prepared)
  let carry = ''
  let index = 0
  let smallBytes = 0
  for await (const chunk of createReadStream(path, { encoding: 'utf8', highWaterMark: PIECE_BYTES })) {
    const lines = (carry + chunk).split('\n')
    carry = lines.pop() ?? ''
    let made = ''
    for (const one of lines) {
      const f = one.split('\t')
      index += 1
      made += `registry\t${f[4]}\t${f[5]}\t${index}\t${f[18]}\t${f[19]}\t${f[20]}\t${f[21]}\t${f[22]}\t2026-11-25 00:00:00+08\t1\t${f[2]}\t${f[3]}\tf\n`
      if (index === ROWS * SMALL) smallBytes = out.bytesWritten + out.writableLength + Buffer.byteLength(made)
    }
    if (!out.write(made)) await once(out, 'drain')
  }
  out.end()
  await finished(out)
  const client = new Client(url)
  await client.connect()
  const copied = async (rows: number, pieces: () => AsyncIterable<Buffer>): Promise<number> => {
    await client.query('create table bare (like versions including defaults including identity, primary key (id))')
    await db.raw('checkpoint')
    const began = performance.now()
    await pipeline(pieces, client.query(copyFrom(`copy bare (${BARE_COLUMNS}) from stdin`)))
    const seconds = (performance.now() - began) / 1000
    say(`${`bare COPY, primary key only, ${rows} rows`.padEnd(46)} ${rate(seconds, rows)}`)
    await client.query('drop table bare')
    return seconds
  }
  const file = (end?: number) =>
    createReadStream(prepared, { highWaterMark: PIECE_BYTES, ...(end ? { end: end - 1 } : {}) })
  const small = await copied(ROWS * SMALL, async function* () {
    yield* file(smallBytes)
  })
  const seconds = await copied(ROWS, async function* () {
    yield* file()
  })
  const large = await copied(ROWS * LARGE, async function* () {
    for (let time = 0; time < LARGE; time += 1) yield* file()
  })
  await client.end()
  rmSync(prepared)
  return { seconds, small: (ROWS * SMALL) / small, large: (ROWS * LARGE) / large }
}

const operatorsOf = async (db: JobDb, path: string): Promise<void> => {
  const run = (await runs.startRun(db, { job: 'seed', subject: 'operators', cause: 'command', now: new Date() })) ?? 0
  await withStage(db, async (stage) => {
    await stage.copy(createReadStream(path, { highWaterMark: 1 << 20 }))
    await stage.transaction(async (tx) =>
      tx.raw(
        `insert into operators (uscc, kind, name, name_key, region, status, first_run, created_at)
         select uscc, makes_kind, name, name_key, makes_region, makes_status, ?::bigint, now() from staged_drafts`,
        [run],
      ),
    )
  })
  await runs.finishRun(db, run, { outcome: 'DONE', now: new Date() })
  await db.raw('vacuum analyze operators')
}

/** Pulls a register's CSV in a process of its own with `hub pull registry --file`. Returns rows per second and peak memory in MB. */
const endToEnd = async (folder: string, url: string): Promise<Record<string, number>> => {
  const rates: number[] = []
  let memory = 0
  for (const rows of [ROWS * SMALL, ROWS * LARGE]) {
    const csv = join(folder, 'register.csv')
    await registerCsv(csv, rows)
    const { db, url: own } = await database(url, 'bench_end_to_end')
    await db.destroy()
    const began = performance.now()
    const { peak } = await commanded(['pull', 'registry', '--file', csv, '--json'], own, folder)
    const seconds = (performance.now() - began) / 1000
    rates.push(rows / seconds)
    memory = Math.max(memory, peak)
    say(`${`end to end, ${rows} rows`.padEnd(46)} ${rate(seconds, rows)}   ${Math.round(peak)} MB at most`)
    rmSync(csv)
  }
  const [small = 0, large = 0] = rates
  return {
    endToEndSmall: Math.round(small),
    endToEnd: Math.round(large),
    falls: 1 - large / small,
    memoryMB: Math.round(memory),
  }
}
