import { spawn } from 'node:child_process'
import { hash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { claimNext } from '../../../src/agencies/transports/folder/claims.js'
import { moveToDone, moveToRefused } from '../../../src/agencies/transports/folder/file-outcomes.js'
import { type Keys, loadKeys } from '../../../src/foundation/keys.js'
import { putFile } from '../../../src/platforms/transports/folder/files.js'
import { type ExchangeOptions, exchangeMatters } from '../../../src/work/matters/exchange.js'
import { freshDatabase, type TestDatabase } from '../../support/database.js'
import { rules } from '../../support/rules.js'
import { samplePdf } from '../../support/sample-papers.js'
import { rowsOf } from '../../support/world.js'

const [BUREAU, NEIGHBOUR, POLICE] = ['market-regulator@220104', 'market-regulator@210000', 'police@220100']
const ONCE = fileURLToPath(new URL('../../support/exchange-once.ts', import.meta.url))
const NOW = new Date('2026-09-22T02:00:00Z')
const LETTER = samplePdf({ catalog: '/Lang(zh)' })
const REPLY = samplePdf({ catalog: '/Lang(reply)' })
const named = (type: string, file: Buffer) => ({
  type,
  name: '函.pdf',
  sha256: hash('sha256', file),
  bytes: file.length,
})
const assist = (reference: string, more: object = {}) => ({
  kind: 'assist',
  to: NEIGHBOUR,
  reference,
  fields: { purpose: 'EVIDENCE', request: '请协助核实虚构商行的进货票据' },
  attachments: [named('LETTER', LETTER)],
  ...more,
})

describe('exchange folders of matters', () => {
  let test: TestDatabase
  let root = ''
  let folder = ''
  let keys: Keys
  let audited: { kind: string; client: string; asked: string; outcome: string | null }[] = []
  beforeEach(async () => {
    test = await freshDatabase()
    root = mkdtempSync(join(tmpdir(), 'hub-exchange-'))
    folder = join(root, 'matters')
    for (const seat of [BUREAU, NEIGHBOUR]) mkdirSync(join(folder, seat, 'in'), { recursive: true })
    keys = await loadKeys(join(root, 'keys'), 'http://hub.test')
    audited = []
  })
  afterEach(async () => {
    await test.drop()
    rmSync(root, { recursive: true, force: true })
  })

  const transport = {
    claim: (path: string) => claimNext(path, { settleMs: 0, abandonedMs: 600_000 }),
    moveToDone,
    moveToRefused,
    putFile,
  }
  const run = (more: Partial<ExchangeOptions> = {}) =>
    exchangeMatters(test.db, {
      ...{ cause: 'command', folder, rules, keys, transport, now: () => NOW },
      auditLog: {
        row: async (entry) => {
          audited.push(entry)
        },
      },
      ...more,
    })
  const put = (seat: string, name: string, content: string | Buffer) =>
    writeFileSync(join(folder, seat, 'in', name), content)
  const putRows = (seat: string, name: string, rows: readonly object[]) =>
    put(seat, name, rows.map((row) => JSON.stringify(row)).join('\n'))
  const answers = (seat: string, name: string) =>
    readFileSync(join(folder, seat, 'in', 'done', `${name}.answer.ndjson`), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
  const listed = (...path: string[]) =>
    existsSync(join(folder, ...path)) ? readdirSync(join(folder, ...path)).sort() : []
  const files = (seat: string) => listed(seat, 'out').filter((name) => name.endsWith('.json'))
  const told = (seat: string) =>
    files(seat).map((name) => JSON.parse(readFileSync(join(folder, seat, 'out', name), 'utf8')))
  const movesOf = async () =>
    (await rowsOf(test.db, 'select move, by_sub from matter_moves order by matter_id, sequence')).map(
      ({ move, by_sub }) => [move, by_sub],
    )

  it('carry a request with its letter to its holder, whose taking it is the receipt, and the reply back', async () => {
    put(BUREAU, 'letter.pdf', LETTER)
    putRows(BUREAU, '发起.ndjson', [assist('虚构-1')])
    expect(await run()).to.deep.equal({ files: 2, refused: 0, written: 2, received: 0, failed: 0, unknown: 0 })
    const [{ number, ...opened }] = answers(BUREAU, '发起.ndjson')
    expect(opened).to.deep.equal({ row: 1, result: 'created', reference: '虚构-1', state: 'SENT' })
    const [matter] = told(NEIGHBOUR)
    expect(matter).to.deep.include({ number, state: 'SENT', sender: BUREAU, waitingFor: NEIGHBOUR, receivedAt: null })
    const { file } = matter.moves[0].attachments[0]
    expect(readFileSync(join(folder, NEIGHBOUR, 'out', file)).equals(LETTER)).to.equal(true)
    expect(await run()).to.include({ written: 0, received: 0 })

    unlinkSync(join(folder, NEIGHBOUR, 'out', `${number}.json`))
    expect(await run()).to.include({ received: 1, written: 1 })
    expect([listed(NEIGHBOUR, 'out'), told(BUREAU)[0].receivedAt]).to.deep.equal([['.hub'], NOW.toISOString()])
    expect((await movesOf())[1]).to.deep.equal(['receive', 'FOLDER'])
    expect(told(BUREAU)[0].clocks).to.deep.equal([
      { clock: 'ANSWER', seat: NEIGHBOUR, dueOn: '2026-10-20', dueAt: null, ended: null },
    ])

    put(NEIGHBOUR, 'reply.pdf', REPLY)
    put(
      NEIGHBOUR,
      'reply.json',
      JSON.stringify({ matter: number, move: 'answer', reference: '虚构复-1', attachments: [named('REPLY', REPLY)] }),
    )
    await run()
    const [ended] = told(BUREAU)
    expect([ended.state, ended.outcome]).to.deep.equal(['DONE', 'DONE'])
    expect(listed(BUREAU, 'out', number)).to.deep.equal(
      [LETTER, REPLY].map((one) => `${hash('sha256', one)}.pdf`).sort(),
    )
    expect(audited.map(({ kind, client }) => `${kind} ${client}`)).to.include(`ANSWER folder ${NEIGHBOUR}`)

    const marked = () => rowsOf(test.db, `select seat from matter_seats where queue = 'ANSWERED'`)
    expect(await marked()).to.deep.equal([{ seat: BUREAU }])
    unlinkSync(join(folder, BUREAU, 'out', `${number}.json`))
    await run()
    expect(await marked(), 'its seat took the answer away').to.deep.equal([])
  })

  it('take a folder that was emptied from outside for no receipt, until a person says that its files were taken', async () => {
    put(BUREAU, 'letter.pdf', LETTER)
    putRows(BUREAU, '发起.ndjson', [assist('虚构-1')])
    await run()
    rmSync(join(folder, NEIGHBOUR, 'out'), { recursive: true })
    for (let n = 0; n < 2; n += 1) expect(await run()).to.include({ received: 0, failed: 1 })
    expect(told(BUREAU)[0].receivedAt).to.equal(null)
    writeFileSync(join(folder, NEIGHBOUR, 'out', '.hub'), '')
    expect(await run()).to.include({ received: 1, failed: 0 })
    expect(told(BUREAU)[0].receivedAt).to.equal(NOW.toISOString())
  })

  it('answer bad rows with a pointer, lose no good one, and answer a file that comes again with same', async () => {
    const bad: [object, string, string][] = [
      [assist('坏-1', { to: 'market-regulator@999999' }), 'ORGANISATION_UNKNOWN', '/to'],
      [assist('坏-2', { kind: 'gossip' }), 'MATTER_KIND_UNKNOWN', '/kind'],
      [assist('坏-3', { fields: { purpose: 'EVIDENCE' } }), 'MATTER_FIELD_INVALID', '/fields/request'],
      [assist('坏-4', { unknown: 1 }), 'MATTER_FIELD_INVALID', '/unknown'],
      [assist('坏-5', { reason: '\u0000' }), 'INPUT_INVALID', '/reason'],
      [assist('坏-6', { reason: '\ud800' }), 'INPUT_INVALID', '/reason'],
      [{ ...assist('x'), reference: undefined }, 'MATTER_FIELD_INVALID', '/reference'],
      [{ matter: '协2026-00000099', move: 'answer', reference: '坏-7' }, 'MATTER_UNKNOWN', '/matter'],
      [{ matter: '\u0000', move: 'answer', reference: '坏-8' }, 'INPUT_INVALID', '/matter'],
      [{ matter: '协2026-00000001', move: 'answer' }, 'MATTER_FIELD_INVALID', '/reference'],
      [[1], 'MATTER_FIELD_INVALID', ''],
    ]
    const rows = [assist('好-1'), ...bad.map(([row]) => row), assist('好-2')]
    for (const name of ['a.ndjson', 'b.ndjson']) {
      putRows(BUREAU, name, rows)
      await run()
      const given = answers(BUREAU, name)
      expect(given.map(({ row }) => row)).to.deep.equal(rows.map((_, n) => n + 1))
      for (const [n, [, code, pointer]] of bad.entries())
        expect(given[n + 1].error, `${n} ${JSON.stringify(given[n + 1])}`).to.deep.include({ code, pointer })
      const result = name === 'a.ndjson' ? 'created' : 'same'
      expect([given[0].result, given.at(-1).result]).to.deep.equal([result, result])
    }
    expect(await movesOf()).to.have.length(2)
    putRows(BUREAU, 'c.ndjson', [assist('好-1', { to: POLICE }), assist('好-1', { reason: '另一件' })])
    await run()
    expect(answers(BUREAU, 'c.ndjson').map(({ error }) => error.code)).to.deep.equal([
      'MATTER_REFERENCE_TAKEN',
      'MATTER_REFERENCE_TAKEN',
    ])
  })

  it('make a move once for its reference, and refuse another move under it', async () => {
    putRows(BUREAU, 'a.ndjson', [assist('虚构-1')])
    await run()
    const [{ number }] = answers(BUREAU, 'a.ndjson')
    const move = { matter: number, move: 'add_attachment', reference: '补-1', attachments: [named('LETTER', REPLY)] }
    putRows(BUREAU, 'b.ndjson', [move, move, { ...move, reason: '另一份' }, { ...move, reference: '补-2' }])
    await run()
    const given = answers(BUREAU, 'b.ndjson')
    expect(given.map(({ result }) => result)).to.deep.equal(['created', 'same', 'refused', 'created'])
    expect(given[2].error).to.deep.include({ code: 'MATTER_REFERENCE_TAKEN', pointer: '/reference' })
    expect(await movesOf()).to.have.length(3)
  })

  it('refuse a whole file that is broken, too large or no plain file, and go on with the next', async () => {
    const [own, outside] = [join(folder, BUREAU, 'in'), join(root, 'outside.ndjson')]
    writeFileSync(outside, JSON.stringify(assist('外-1')))
    symlinkSync(outside, join(own, 'link.ndjson'))
    put(BUREAU, 'broken.json', '{')
    put(BUREAU, 'bytes.ndjson', Buffer.from('ff00ff', 'hex'))
    put(BUREAU, 'page.html', '<html>')
    put(BUREAU, 'script.pdf', samplePdf({ catalog: '/AA<<>>' }))
    put(BUREAU, 'many.ndjson', '{}\n'.repeat(10_001))
    put(BUREAU, 'deep.ndjson', '['.repeat(100_000) + ']'.repeat(100_000))
    put(BUREAU, 'huge.ndjson', '')
    truncateSync(join(own, 'huge.ndjson'), 32 * 1024 * 1024 + 1)
    putRows(BUREAU, 'good.ndjson', [assist('好-1')])
    const counts = await run()
    expect(counts).to.deep.include({ failed: 0, files: 2, refused: 6 })
    const refused = listed(BUREAU, 'in', 'refused').filter((name) => name.endsWith('.reason.txt'))
    expect(refused).to.deep.equal(
      ['broken.json', 'bytes.ndjson', 'huge.ndjson', 'link.ndjson', 'many.ndjson', 'page.html', 'script.pdf'].map(
        (name) => `${name}.reason.txt`,
      ),
    )
    expect(readFileSync(join(own, 'refused', 'broken.json.reason.txt'), 'utf8')).to.include('CONTENT_UNREADABLE')
    expect(await movesOf()).to.have.length(1)
    expect(readFileSync(outside, 'utf8')).to.include('外-1')
    expect(listed(BUREAU, 'in')).to.deep.equal(['.taken', 'done', 'refused'])
  })

  it('leave links and folders of unknown seats alone, and a fault at one seat to that seat', async () => {
    const elsewhere = join(root, 'elsewhere')
    mkdirSync(elsewhere)
    symlinkSync(elsewhere, join(folder, POLICE))
    mkdirSync(join(folder, 'nobody@220104', 'in'), { recursive: true })
    writeFileSync(join(folder, 'nobody@220104', 'in', 'a.ndjson'), JSON.stringify(assist('无-1')))
    putRows(BUREAU, 'a.ndjson', [assist('虚构-1')])
    symlinkSync(elsewhere, join(folder, NEIGHBOUR, 'out'))
    expect(await run()).to.deep.include({ files: 1, unknown: 1, failed: 1, written: 1 })
    rmSync(join(folder, NEIGHBOUR, 'out'))
    const [{ number }] = answers(BUREAU, 'a.ndjson')
    put(BUREAU, 'letter.pdf', LETTER)
    mkdirSync(join(folder, NEIGHBOUR, 'out'))
    symlinkSync(elsewhere, join(folder, NEIGHBOUR, 'out', number))
    expect(await run()).to.deep.include({ failed: 1 })
    expect([listed('..', 'elsewhere'), files(NEIGHBOUR)]).to.deep.equal([[], []])
    expect(listed('nobody@220104')).to.deep.equal(['in'])
  })

  it('show a seat its own matters only, and a referral to the police only once it is sent', async () => {
    mkdirSync(join(folder, POLICE, 'in'), { recursive: true })
    const referral = {
      kind: 'referral',
      to: POLICE,
      copied: ['procuratorate@220100'],
      reference: '刑-1',
      fields: { sort: 'ORDINARY', facts: '虚构案情' },
    }
    putRows(BUREAU, 'a.ndjson', [referral, assist('虚构-1')])
    await run()
    expect([told(POLICE), told(NEIGHBOUR).map(({ kind }) => kind)]).to.deep.equal([[], ['assist']])
    const sealed = told(BUREAU).find(({ kind }) => kind === 'referral')
    expect(sealed.fields.facts).to.equal('虚构案情')
    const written = audited.filter(({ kind }) => kind === 'ANSWER').map(({ asked }) => asked)
    expect(written, 'auditors learn that some matter was written, not that it is a referral').to.include('folder out')
    expect(written.join()).to.not.include(sealed.number)
    const approve = { matter: sealed.number, move: 'approve', reference: '批-1' }
    putRows(BUREAU, 'b.ndjson', [approve])
    putRows(NEIGHBOUR, 'b.ndjson', [approve])
    await run()
    expect(answers(BUREAU, 'b.ndjson')[0].error).to.include({ because: 'OTHER_PERSON' })
    expect(answers(NEIGHBOUR, 'b.ndjson')[0].error).to.include({ code: 'MATTER_UNKNOWN' })
  })

  it('lose and double nothing when the process is killed at any row', async () => {
    const rows = Array.from({ length: 40 }, (_, n) => assist(`杀-${n}`))
    putRows(BUREAU, 'a.ndjson', rows)
    const killedAt = (lines: number): Promise<number | null> => {
      const child = spawn(process.execPath, ['--import', 'tsx', ONCE, test.url, folder, join(root, 'keys')], {
        cwd: dirname(dirname(ONCE)),
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      let seen = 0
      child.stdout.on('data', (chunk: Buffer) => {
        seen += chunk.toString().split('\n').length - 1
        if (seen >= lines) child.kill('SIGKILL')
      })
      return new Promise((resolve) => child.on('close', resolve))
    }
    for (const lines of [9, 27, 50, 130]) expect(await killedAt(lines)).to.equal(null)
    expect(await killedAt(Number.POSITIVE_INFINITY)).to.equal(0)
    const given = answers(BUREAU, 'a.ndjson')
    expect(given.map(({ reference }) => reference)).to.deep.equal(rows.map(({ reference }) => reference))
    expect(new Set(given.map(({ number }) => number)).size).to.equal(40)
    expect(await movesOf()).to.have.length(40)
    expect([files(NEIGHBOUR).length, listed(BUREAU, 'in', 'done')]).to.deep.equal([
      40,
      ['a.ndjson', 'a.ndjson.answer.ndjson'],
    ])
  })
})
