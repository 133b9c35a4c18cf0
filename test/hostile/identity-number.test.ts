/**
 * The resident ID number of a person who cannot exist is sent to the hub over every entry point, in every field and spelling.
 * The hub stores and answers it nowhere. The number is computed, so that it stands nowhere in the repository.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { expect } from 'chai'
import iconv from 'iconv-lite'
import { usccOf } from '../../seeds/world/codes.js'
import { readStatus } from '../../src/commands/status.js'
import { readConfig } from '../../src/config.js'
import type { Role } from '../../src/domain/access/viewer.js'
import { isValidResidentId } from '../../src/domain/operators/codes.js'
import { type Hub, makeHub } from '../../src/hub/hub.js'
import { freshDatabase, type TestDatabase } from '../support/database.js'
import { dumpOf } from '../support/world.js'
import { everyQuestion } from './every-question.js'
import { grouped, ID, isIn, OLD, placesIn, SPELLINGS } from './written-numbers.js'

/** Timeout of `before`, which sends every spelling over every entry point. */
const BEFORE_MS = 300_000

const codeOf = (n: number): string => usccOf('91', '220102', 8_100 + n)

describe(`an ID number`, () => {
  let test: TestDatabase
  let folder: string
  let hub: Hub
  let url: string
  let agency: Server
  const answers: string[] = []

  before(async function () {
    this.timeout(BEFORE_MS)
    test = await freshDatabase()
    folder = mkdtempSync(join(tmpdir(), 'hub-hostile-'))
    agency = createServer((request, response) => {
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify(request.url?.startsWith('/registry') ? registry() : { nothing: ID }))
    })
    await new Promise<void>((resolve) => {
      agency.listen(0, '127.0.0.1', resolve)
    })
    hub = await makeHub(
      readConfig({
        PORT: '0',
        DATABASE_URL: test.url,
        DATA_DIR: join(folder, 'data'),
        LOG_LEVEL: 'trace',
        LOG_FILE: join(folder, 'data/hub.log'),
        AGENCY_MARKET_REGULATOR_URL: `http://127.0.0.1:${(agency.address() as AddressInfo).port}`,
        AGENCY_CREDIT_OFFICE_URL: pathToFileURL(join(folder, 'drop')).href,
      }),
    )
    url = await hub.serve()
    await everythingSent()
  })
  after(async () => {
    await hub?.close()
    agency?.close()
    await test?.drop()
    rmSync(folder, { recursive: true, force: true })
  })

  const token = (role: Role, sub = `${role}-1`, of: string | null = null): string =>
    hub.keys.sign({ sub, role, agency: of, region: null }, hub.now().getTime()).token
  const heard = async (answer: Response): Promise<string> => {
    const text = await answer.text()
    answers.push(text, JSON.stringify([...answer.headers]))
    return text
  }
  const upload = async (feed: string, body: string | Buffer, query = '', headers: Record<string, string> = {}) =>
    JSON.parse(
      await heard(
        await fetch(`${url}/v1/feeds/${feed}${query}`, {
          method: 'POST',
          headers: { authorization: `Bearer ${token('administrator')}`, ...headers },
          body,
        }),
      ),
    )
  const ask = async (query: string, variables: object = {}, role: Role = 'administrator') => {
    const answer = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token(role)}`, 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables }),
    })
    return JSON.parse(await heard(answer)).data
  }

  /** Answer of the registry over HTTP, with the number in names, texts, unknown fields and keys. */
  const registry = () => {
    // Each spelling twice, so that the share of invalid items stays within the bound of the feed.
    const list = [...Object.values(SPELLINGS), ...Object.values(SPELLINGS)].map((spelling, n) => ({
      entname: `虚构商行${n}（${spelling}）`,
      uniscid: codeOf(n),
      regno: '',
      enttypeCn: '有限责任公司',
      name: spelling,
      estdate: n % 7 === 2 ? `不知 ${spelling}` : Date.parse('2015-03-01T00:00:00+08:00'),
      apprdate: null,
      opfrom: null,
      opto: '',
      regcap: '500.000000',
      regcapcurCn: '人民币',
      regstateCn: '存续（在营、开业、在册）',
      regorgCn: '虚构市市场监督管理局',
      dom: `虚构路 1 号，联系 ${spelling}`,
      opscope: spelling,
      sExtNodenum: '220000',
      districtCode: '220102',
      [`键 ${spelling}`]: spelling,
      nested: { [spelling]: [spelling, { deep: spelling }] },
      asNumber: Number(OLD),
    }))
    return { status: '1', msg: '成功', data: { total: list.length, page: 1, size: 200, pages: 1, list } }
  }

  const PENALTY = [
    'CF_XDR_MC',
    'CF_XDR_LB',
    'CF_XDR_SHXYM',
    'CF_XDR_GSZC',
    'CF_XDR_ZZJG',
    'CF_XDR_SWDJ',
    'CF_XDR_SYDW',
    'CF_XDR_SHZZ',
    'CF_FRDB',
    'CF_FR_ZJLX',
    'CF_FR_ZJHM',
    'CF_XDR_ZJLX',
    'CF_XDR_ZJHM',
    'CF_WSH',
    'CF_WFXW',
    'CF_SY',
    'CF_YJ',
    'CF_CFLB',
    'CF_NR',
    'CF_NR_FK',
    'CF_NR_WFFF',
    'CF_NR_ZKDX',
    'CF_JDRQ',
    'CF_YXQ',
    'CF_GSJZQ',
    'CF_CFJG',
    'CF_CFJGDM',
    'CF_SJLY',
    'CF_SJLYDM',
    'BZ',
  ]
  const penalties = (): string => {
    const lines = Object.entries(SPELLINGS).flatMap(([what, spelling], n) =>
      [
        // A known operator, with the number in its own field and in free text.
        { CF_XDR_MC: `虚构商行${n}`, CF_XDR_SHXYM: codeOf(n), CF_FR_ZJHM: spelling, CF_XDR_ZJHM: '' },
        // A natural person, who is no operator: the record stays unmatched.
        { CF_XDR_MC: `王${spelling}`, CF_XDR_LB: '自然人', CF_XDR_ZJLX: '居民身份证', CF_XDR_ZJHM: spelling },
        // Rejected: the number is in the wrong column, and the day does not exist.
        { CF_XDR_MC: `坏行${spelling}`, CF_XDR_SHXYM: spelling, CF_JDRQ: '2026-02-31' },
        { CF_XDR_MC: '坏行', CF_XDR_SHXYM: codeOf(n), CF_CFJGDM: spelling, CF_NR_FK: spelling, CF_WSH: spelling },
      ].map((more, m) => ({
        CF_XDR_LB: '法人及非法人组织',
        CF_FRDB: '甲某',
        CF_FR_ZJLX: '居民身份证',
        CF_WSH: `虚市监处罚〔2026〕${n * 10 + m}号`,
        CF_WFXW: `售假（${what} ${spelling}）`,
        CF_SY: `当事人身份证号${spelling}，于2026年1月售假`,
        CF_YJ: '《电子商务法》',
        CF_CFLB: '罚款',
        CF_NR: '罚款',
        CF_NR_FK: '0.500000',
        CF_JDRQ: '2026-01-05',
        CF_YXQ: '2099-12-31',
        CF_GSJZQ: '2099-12-31',
        CF_CFJG: '虚构市市场监督管理局',
        CF_CFJGDM: usccOf('11', '220102', 1),
        CF_SJLY: '虚构市市场监督管理局',
        CF_SJLYDM: usccOf('11', '220102', 1),
        BZ: spelling,
        ...more,
      })),
    )
    return [
      PENALTY.join(','),
      ...lines.map((one: Record<string, string>) => PENALTY.map((name) => one[name] ?? '').join(',')),
    ].join('\n')
  }
  const dishonest = (...lines: string[]): string =>
    ['企业名称,工商注册号,组织机构代码,统一信用代码,失信领域', ...lines].join('\n')

  const everythingSent = async (): Promise<void> => {
    // Two feeds over HTTP. The answer of the second has an unknown form.
    await hub.pull('registry', { cause: 'timetable' })
    await hub.pull('dishonest', { cause: 'timetable' }).catch(() => {})
    // Two files in a drop folder, named by the number. The second is refused as a whole.
    const drop = join(folder, 'drop/penalties')
    mkdirSync(drop, { recursive: true })
    for (const [name, bytes] of [
      [`${ID}.csv`, iconv.encode(penalties(), 'gb18030')],
      [`${grouped(' ')} 处罚.csv`, Buffer.from(`${ID},x\n1,2\n`)],
    ] as const) {
      writeFileSync(join(drop, name), bytes)
      writeFileSync(join(drop, `${name}.ok`), '')
    }
    for (let n = 0; n < 2; n += 1) await hub.pull('penalties', { cause: 'timetable' }).catch(() => {})
    // A file that a person pulls by its path, and a path that does not exist.
    const file = join(folder, `${ID}-手工.csv`)
    writeFileSync(file, penalties())
    await hub.pull('penalties', { cause: 'command', file: { path: file } }).catch(() => {})
    await hub.pull('penalties', { cause: 'command', file: { path: join(folder, `${ID}/none.csv`) } }).catch(() => {})

    // Uploads with the number in the file name, the body, refused parameters and unknown addresses.
    const names = Object.values(SPELLINGS)
    for (const [n, name] of names.entries()) {
      const text = encodeURIComponent(name)
      const body = dishonest(
        `虚构商行${n},,,${codeOf(n)},售假${name}`,
        `王${n}某${name},,,${name},刷单`,
        `李${n}某${name},,,,`,
        // The older form is left out here: fifteen digits in this column are a registration number.
        `赵,${name === OLD ? '' : name},,${codeOf(n)},刷单`,
      )
      await upload('dishonest', body, `?name=${text}.csv`)
      await upload('dishonest', JSON.stringify([{ [name]: name, 失信领域: name }]), '', {
        'content-disposition': `attachment; filename*=UTF-8''${text}.csv`,
      })
      await heard(
        await fetch(`${url}/v1/runs/${text}/rejects.csv`, { headers: { authorization: `Bearer ${token('auditor')}` } }),
      )
      await heard(await fetch(`${url}/nowhere/${text}`))
      await upload(text, body)
      await upload('dishonest', body, `?dated=${text}`)
      await upload('dishonest', body, `?${text}=1`)
      if (n % 3 > 0) continue
      await upload('dishonest', body, `?name=${'n'.repeat(190)}${text}.csv`)
      await upload('dishonest', `{"${name}": ${name}`)
      await upload('dishonest', `${name},x\n1,2\n`)
      await upload('dishonest', body, `?reader=${text}`)
    }
    await heard(await fetch(`${url}/nowhere`, { headers: { 'x-request-id': ID } }))
    // Rejects that are corrected or dropped.
    const { rejects } = await ask('{ rejects(feed: "dishonest", first: 40) { nodes { id item } } }')
    const CORRECT =
      'mutation($id: ID!, $fields: JSON!, $note: String!) { correctReject(id: $id, fields: $fields, note: $note) { effect problems { message } reject { corrected note } } }'
    for (const [n, { id }] of rejects.nodes.entries()) {
      const spelling = names[n % names.length] ?? ID
      const good = {
        企业名称: `虚构商行${n}`,
        工商注册号: '',
        组织机构代码: '',
        统一信用代码: codeOf(n),
        失信领域: `刷单 ${spelling}`,
        [spelling]: spelling,
      }
      const fields = n % 3 === 0 ? { ...good, 统一信用代码: spelling } : good
      if (n % 4 === 3)
        await ask('mutation($id: ID!, $note: String!) { dropReject(id: $id, note: $note) { reject { note } } }', {
          id,
          note: `撤回 ${spelling}`,
        })
      else await ask(CORRECT, { id, fields, note: `本人 ${spelling} 来电` }, 'officer')
    }
    // GraphQL's message for this invalid variable would repeat the number.
    await ask('query($n: Int) { rejects(first: $n) { totalCount } }', { n: ID })
    await hub.score({ cause: 'command', all: true })
  }

  it('is valid, and is recognised in every spelling sent', () => {
    expect(isValidResidentId(ID)).to.equal(true)
    for (const [what, spelling] of Object.entries(SPELLINGS)) expect(isIn(`x ${spelling}，y`), what).to.equal(true)
    expect(isIn(`${ID.slice(0, 10)} 年 ${ID.slice(10)}`)).to.equal(false)
  })

  it('is replaced in records, rejects, corrections, unmatched records and file names', async () => {
    const { db } = test
    const many = async (table: string, where = 'true') =>
      Number((await db.raw(`select count(*) as n from ${table} where ${where}`)).rows[0].n)
    expect(await many('versions', `body::text like '%居民身份证%'`)).to.be.greaterThan(10)
    expect(await many('rejects', `item::text like '%居民身份证%'`)).to.be.greaterThan(10)
    expect(
      await many('rejects', `state = 'TAKEN' and corrected::text like '%居民身份证%' and note like '%居民身份证%'`),
    ).to.be.greaterThan(3)
    expect(await many('rejects', `state = 'DROPPED' and note like '%居民身份证%'`)).to.be.greaterThan(2)
    expect(await many('unmatched', `subject::text like '%居民身份证%'`)).to.be.greaterThan(2)
    expect(await many('runs', `file like '%居民身份证%' and cause = 'upload'`)).to.be.greaterThan(10)
    expect(
      await many('runs', `file like '%居民身份证%' and cause = 'timetable' and archive is not null`),
    ).to.be.greaterThan(0)
    expect(await many('runs', `outcome = 'REFUSED'`)).to.be.greaterThan(10)
  })

  it('is in no row of any table', async () => {
    const dump = await dumpOf(test.db)
    expect(dump.length).to.be.greaterThan(100_000)
    expect(placesIn(dump)).to.deep.equal([])
  })

  const filesUnder = (path: string): string[] =>
    readdirSync(path, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))

  it('is in no archived item and no name of an archived file', () => {
    const files = filesUnder(join(folder, 'data/archive')).filter((path) => path.endsWith('.gz'))
    expect(files.length).to.be.greaterThan(10)
    const text = files.map((path) => gunzipSync(readFileSync(path)).toString('utf8'))
    expect(text.join('')).to.contain('居民身份证')
    expect(placesIn([...files, ...text].join('\n'))).to.deep.equal([])
  })

  it('is in no line of the log and no other file of the hub', () => {
    const log = readFileSync(join(folder, 'data/hub.log'), 'utf8')
    expect(log).to.contain('"answered"')
    expect(log.length).to.be.greaterThan(10_000)
    expect(placesIn(log)).to.deep.equal([])
    for (const path of filesUnder(join(folder, 'data')).filter((each) => !each.endsWith('.gz')))
      expect(placesIn(`${path}\n${readFileSync(path, 'utf8')}`), path.slice(folder.length)).to.deep.equal([])
  })

  it('is in no answer to the requests that contained it', () => {
    expect(answers.length).to.be.greaterThan(100)
    expect(placesIn(answers.join('\n'))).to.deep.equal([])
  })

  it('is in no rejects.csv', async () => {
    const runs = (await test.db('rejects').distinct('run_id')) as { run_id: number }[]
    expect(runs.length).to.be.greaterThan(10)
    for (const { run_id } of runs) {
      const answer = await fetch(`${url}/v1/runs/${run_id}/rejects.csv`, {
        headers: { authorization: `Bearer ${token('auditor')}` },
      })
      expect(answer.status).to.equal(200)
      expect(placesIn(await answer.text())).to.deep.equal([])
    }
  })

  it('is in no answer to a query without arguments', async () => {
    const questions = everyQuestion()
    expect(questions.map(({ name }) => name)).to.include.members(['rejects', 'runs', 'operators', 'agencies'])
    for (const role of ['administrator', 'officer'] as const) {
      for (const { name, query } of questions) {
        const answer = JSON.stringify(await ask(query, {}, role))
        expect(placesIn(answer), name).to.deep.equal([])
      }
    }
    for (const name of ['rejects', 'operators']) {
      const { query } = questions.find((each) => each.name === name) ?? { query: '' }
      expect(JSON.stringify(await ask(query)), name).to.contain('居民身份证')
    }
  })

  it('is not in the hub’s status', async () => {
    const { value, lines } = await readStatus(hub)
    expect(placesIn([JSON.stringify(value), ...lines].join('\n'))).to.deep.equal([])
  })
})
