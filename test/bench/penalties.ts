/**
 * Compares `hub pull penalties --file` with a bare COPY of the versions that it wrote, in one run on one server. The file has
 * BENCH_PENALTIES decisions in the form of 2019, each about another operator of a register pulled before.
 */
import { once } from 'node:events'
import { createReadStream, createWriteStream, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { finished, pipeline } from 'node:stream/promises'
import { Client } from 'pg'
import { from as copyFrom, to as copyTo } from 'pg-copy-streams'
import type { JobDb } from '../../src/store/db/db.js'
import * as embedded from '../../src/store/embedded/index.js'
import { commanded } from './commanded.js'
import { BARE_COLUMNS, database, rate, say } from './intake.js'
import { registerCsv } from './register.js'

const PENALTIES = Number(process.env['BENCH_PENALTIES'] ?? 300_000)
/** Bare COPYs, of which the median counts. */
const ROUNDS = 3
const ROWS_AT_ONCE = 1_000

export const penalties = async (): Promise<Record<string, number>> => {
  const folder = mkdtempSync(join(tmpdir(), 'hub-bench-'))
  const server = await embedded.joinDatabase(join(folder, 'data'))
  try {
    const { db, url } = await database(server.url, 'bench_penalties')
    const register = join(folder, 'register.csv')
    await registerCsv(register, PENALTIES)
    await commanded(['pull', 'registry', '--file', register, '--json'], url, folder)
    const csv = join(folder, 'penalties.csv')
    await penaltiesCsv(db, csv)
    await db.raw('vacuum analyze')
    await db.raw('checkpoint')
    const began = performance.now()
    const { said, peak } = await commanded(['pull', 'penalties', '--file', csv, '--json'], url, folder)
    const seconds = (performance.now() - began) / 1_000
    if (said['new'] !== PENALTIES) throw new Error(`not all became versions: ${JSON.stringify(said)}`)
    say(`penalties end to end, ${rate(seconds, PENALTIES)}   ${Math.round(peak)} MB at most`)
    const bare = await bareCopy(db, url, folder)
    await db.destroy()
    return {
      penalties: Math.round(PENALTIES / seconds),
      penaltiesRatio: Math.round((bare / seconds) * 100) / 100,
      penaltiesMB: Math.round(peak),
    }
  } finally {
    await server.leave()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Seconds in which COPY alone writes the same versions into a table with only their primary key. */
const bareCopy = async (db: JobDb, url: string, folder: string): Promise<number> => {
  const prepared = join(folder, 'penalties.copy')
  const client = new Client(url)
  await client.connect()
  const seen = copyTo(`copy (select ${BARE_COLUMNS} from versions where feed = 'penalties') to stdout`)
  await pipeline(client.query(seen), createWriteStream(prepared))
  const took: number[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    await client.query('create table bare (like versions including defaults including identity, primary key (id))')
    await db.raw('checkpoint')
    const began = performance.now()
    await pipeline(
      createReadStream(prepared, { highWaterMark: 1 << 20 }),
      client.query(copyFrom(`copy bare (${BARE_COLUMNS}) from stdin`)),
    )
    took.push((performance.now() - began) / 1_000)
    await client.query('drop table bare')
    say(`penalties, bare COPY ${rate(took.at(-1) ?? 0, PENALTIES)}`)
  }
  await client.end()
  return took.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? 0
}

/** Headings of the 双公示 standard of 2019, of which the file gives these. */
const HEADER =
  'CF_XDR_MC,CF_XDR_LB,CF_XDR_SHXYM,CF_FRDB,CF_WSH,CF_WFXW,CF_SY,CF_YJ,CF_CFLB,CF_NR,CF_NR_FK,CF_NR_WFFF,CF_JDRQ,CF_YXQ,CF_GSJZQ,CF_CFJG,CF_CFJGDM,CF_SJLY,CF_SJLYDM,BZ'
const AUTHORITY = '长春市宽城区市场监督管理局,11220103MA0A0017XM,长春市市场监督管理局,11220100MA0A00110A'

const CASES = [
  '未在首页显著位置持续公示营业执照信息,当事人经责令限期改正，逾期仍未在网店首页公示营业执照信息。,《中华人民共和国电子商务法》第十五条第一款、第七十六条第一款第（一）项,罚款,罚款3000元。,0.300000,',
  '经营标签不符合规定的食品,当事人销售的“小町大米”标签未标注生产日期、贮存条件。,《中华人民共和国食品安全法》第六十七条、第一百二十五条第一款第（二）项,罚款;没收违法所得、没收非法财物,罚款5000元；没收违法所得480元。,0.500000,0.048000',
  '未按规定明码标价,当事人网店销售“防晒霜”，标示的划线价不能提供真实交易依据。,《中华人民共和国价格法》第十三条、第四十二条,罚款,罚款1000元。,0.100000,',
]

/** Writes one decision about each operator. */
const penaltiesCsv = async (db: JobDb, path: string): Promise<void> => {
  const { rows } = await db.raw('select name, uscc from operators order by id')
  const file = createWriteStream(path)
  file.write(`${HEADER}\n`)
  let text = ''
  for (const [at, { name, uscc }] of (rows as { name: string; uscc: string }[]).entries()) {
    const day = `2025-0${1 + (at % 9)}-1${at % 10}`
    const until = day.replace('2025', '2026')
    const party = `${name},法人及非法人组织,${uscc},赵甲,长宽市监处罚〔2025〕${at + 1}号`
    text += `${party},${CASES[at % CASES.length]},${day},${until},${until},${AUTHORITY},\n`
    if (at % ROWS_AT_ONCE !== ROWS_AT_ONCE - 1) continue
    if (!file.write(text)) await once(file, 'drain')
    text = ''
  }
  file.end(text)
  await finished(file)
}
