import { execFileSync } from 'node:child_process'
import { appendFileSync } from 'node:fs'
import { appendFile, chmod, mkdir, mkdtemp, readdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect } from 'chai'
import iconv from 'iconv-lite'
import { NO_RECEIPT_CODE, type Notice, WAITING_CODE } from '../../src/domain/delivery/delivery.js'
import { isRefusal } from '../../src/foundation/errors.js'
import { jilinPlatform } from '../../src/platforms/jilin.js'
import type { PlatformAddress } from '../../src/platforms/platform.js'
import { batchOf, noticeOf, removalOf } from './notices.js'

const HEADER = 'ENTRY_ID,ENTRY_SN,state,ruleCode,ruleText,field,value,recordNo\r\n'

describe('an exchange folder', () => {
  let path = ''
  let to: PlatformAddress = { url: '', secret: '' }
  beforeEach(async () => {
    path = await mkdtemp(join(tmpdir(), 'hub-exchange-'))
    to = { url: pathToFileURL(path).href, secret: 'a secret of the folder' }
  })
  afterEach(() => rm(path, { recursive: true, force: true }))

  const send = (...notices: Notice[]) => jilinPlatform.send({ ...batchOf(), notices }, to)
  const ask = async (...notices: Notice[]) => (await jilinPlatform.ask?.(notices, to)) ?? []
  const codesOf = async (...notices: Notice[]) => (await ask(...notices)).map(({ code }) => code)
  const receipt = (lines: string, batch = 'batch-1') => writeFile(join(path, `${batch}.receipt.csv`), HEADER + lines)
  const lying = async () => (await readdir(path)).filter((name) => name.endsWith('.csv')).sort()
  const reasonOf = async (working: Promise<unknown>): Promise<unknown> => {
    const error = await working.then(
      () => null,
      (thrown: unknown) => thrown,
    )
    if (isRefusal(error) && error.code === 'PLATFORM_UNREACHABLE') return error.details['reason']
    throw error ?? new Error('nothing was refused')
  }

  it('contains a batch in GB18030 under its id, with every column in the header and no partial file', async () => {
    expect((await send(noticeOf(1), noticeOf(2))).map(({ code }) => code)).to.deep.equal([WAITING_CODE, WAITING_CODE])
    expect((await readdir(path)).sort()).to.deep.equal(['batch-1.csv', 'sent'])
    const lines = iconv.decode(await readFile(join(path, 'batch-1.csv')), 'gb18030').split('\r\n')
    expect(lines).to.have.length(4)
    expect(lines[0]).to.match(/^ENTRY_ID,ENTRY_SN,OPERATION,.*,REMOVE_DATE$/)
    expect(lines[1]).to.match(/^lst_test_1,1,ADD,serious,严重违法失信名单,长春虚构商贸第1有限公司,/)
  })

  it('keeps a notice waiting while its batch is there, and after the receiver took it without an answer', async () => {
    await send(noticeOf(1))
    expect(await codesOf(noticeOf(1))).to.deep.equal([WAITING_CODE])
    await rm(join(path, 'batch-1.csv'))
    expect(await codesOf(noticeOf(1))).to.deep.equal([WAITING_CODE])
  })

  it('has no receipt for a batch that was never written', async () => {
    await send(noticeOf(1))
    expect(await codesOf(noticeOf(2), noticeOf(1, { sequence: 2 }))).to.deep.equal([NO_RECEIPT_CODE, NO_RECEIPT_CODE])
  })

  it('recognises a batch whose sender died before it noted the keys', async () => {
    await send(noticeOf(1))
    await rm(join(path, 'sent'), { recursive: true })
    expect(await codesOf(noticeOf(1), noticeOf(2))).to.deep.equal([WAITING_CODE, NO_RECEIPT_CODE])
  })

  it('reads receipts in UTF-8 and in GB18030', async () => {
    const line = 'lst_test_1,1,0,1003,行政相对人代码_1(统一社会信用代码)不正确,A000002,X,\r\n'
    for (const encoding of ['utf8', 'gb18030']) {
      await jilinPlatform.send({ ...batchOf(noticeOf(1)), id: encoding }, to)
      await writeFile(join(path, `${encoding}.receipt.csv`), iconv.encode(HEADER + line, encoding))
      const [answer] = await ask(noticeOf(1))
      expect(answer).to.deep.include({ accepted: false, code: '1003', field: 'A000002', value: 'X', receiverId: null })
      expect(answer?.text).to.equal('行政相对人代码_1(统一社会信用代码)不正确')
    }
  })

  it('ignores a receipt until its last line is terminated', async () => {
    await send(noticeOf(1))
    await receipt('lst_test_1,1,1,0')
    expect(await codesOf(noticeOf(1))).to.deep.equal([WAITING_CODE])
    await appendFile(join(path, 'batch-1.receipt.csv'), '0,成功,,,JL-1\r\n')
    expect((await ask(noticeOf(1)))[0]).to.include({ accepted: true, code: '00', receiverId: 'JL-1' })
  })

  it('treats a row without a clear answer in the receipt as one without receipt', async () => {
    await send(noticeOf(1), noticeOf(2), noticeOf(3))
    await receipt('lst_test_1,1,1,00,,,,\r\nlst_test_2,1,?,00,,,,\r\n')
    expect(await codesOf(noticeOf(1), noticeOf(2), noticeOf(3))).to.deep.equal(['00', NO_RECEIPT_CODE, NO_RECEIPT_CODE])
  })

  it('keeps a notice waiting if its receipt cannot be read, with the reason', async () => {
    await send(noticeOf(1))
    for (const content of ['"not closed\n', 'no,such,columns\n1,2,3\n', Buffer.from([0xff, 0xfe, 0xff, 0x0a]), '']) {
      await writeFile(join(path, 'batch-1.receipt.csv'), content)
      const [answer] = await ask(noticeOf(1))
      expect(answer).to.include({ accepted: false, code: WAITING_CODE })
      expect(answer?.text).to.match(/回执/)
    }
  })

  it('assigns the receipt lines of one key in order if the receiver does not repeat the sequence', async () => {
    await send(noticeOf(1), removalOf(1, 2))
    await writeFile(join(path, 'batch-1.receipt.csv'), 'ENTRY_ID,state,ruleCode\nlst_test_1,0,1001\nlst_test_1,1,00\n')
    expect(await codesOf(noticeOf(1), removalOf(1, 2))).to.deep.equal(['1001', '00'])
  })

  it('gives a batch another name if one with its id exists or was answered', async () => {
    await send(noticeOf(1))
    await send(noticeOf(2))
    expect(await lying()).to.deep.equal(['batch-1-2.csv', 'batch-1.csv'])
  })

  it('uses the latest batch’s answer, but keeps an earlier acceptance', async () => {
    await send(noticeOf(1), noticeOf(2))
    await receipt('lst_test_1,1,0,1001,,,,\r\nlst_test_2,1,1,00,,,,\r\n')
    await utimes(join(path, 'sent', 'batch-1.csv'), 1, 1)
    await send(noticeOf(1), noticeOf(2))
    expect(await codesOf(noticeOf(1), noticeOf(2))).to.deep.equal([WAITING_CODE, '00'])
  })

  it('deletes batches answered more than 30 days ago, and never an unanswered one', async () => {
    await send(noticeOf(1))
    await rm(join(path, 'batch-1.csv'))
    await receipt('lst_test_1,1,1,00,,,,\r\n')
    await jilinPlatform.send({ ...batchOf(noticeOf(2)), id: 'untaken' }, to)
    const old = Date.now() / 1000 - 31 * 86_400
    for (const name of ['batch-1.receipt.csv', 'sent/batch-1.csv', 'sent/untaken.csv', 'untaken.csv']) {
      await utimes(join(path, name), old, old)
    }
    await jilinPlatform.send({ ...batchOf(noticeOf(3)), id: 'batch-3' }, to)
    expect(await lying()).to.deep.equal(['batch-3.csv', 'untaken.csv'])
    expect((await readdir(join(path, 'sent'))).sort()).to.deep.equal(['batch-3.csv', 'untaken.csv'])
  })

  it('ignores a link or pipe in place of a receipt', async () => {
    await send(noticeOf(1))
    await writeFile(join(path, 'elsewhere'), `${HEADER}lst_test_1,1,1,00,,,,\r\n`)
    await symlink(join(path, 'elsewhere'), join(path, 'batch-1.receipt.csv'))
    expect(await codesOf(noticeOf(1))).to.deep.equal([WAITING_CODE])
    await rm(join(path, 'batch-1.receipt.csv'))
    execFileSync('mkfifo', [join(path, 'batch-1.receipt.csv')])
    expect(await codesOf(noticeOf(1))).to.deep.equal([WAITING_CODE])
  })

  it('reads the other receipts if one file is unreadable', async () => {
    await send(noticeOf(1))
    await send(noticeOf(2))
    await receipt('lst_test_1,1,1,00,,,,\r\n')
    await receipt('lst_test_2,1,1,00,,,,\r\n', 'batch-1-2')
    await writeFile(join(path, 'foreign.csv'), 'a\n')
    await chmod(path, 0o755)
    for (const name of ['batch-1-2.receipt.csv', 'foreign.csv']) await chmod(join(path, name), 0o000)
    const root = process.geteuid?.() === 0
    // Root may read any file, so the test drops to user 65534 (nobody).
    if (root) process.seteuid?.(65_534)
    try {
      expect(await codesOf(noticeOf(1), noticeOf(2))).to.deep.equal(['00', WAITING_CODE])
    } finally {
      if (root) process.seteuid?.(0)
    }
  })

  it('does not write through a link in place of the partial file', async () => {
    await writeFile(join(path, 'precious'), 'untouched')
    await symlink(join(path, 'precious'), join(path, '.batch-1.csv.part'))
    await send(noticeOf(1))
    expect(await readFile(join(path, 'precious'), 'utf8')).to.equal('untouched')
    expect(await lying()).to.deep.equal(['batch-1.csv'])
  })

  it('notes no keys through a link in place of its own folder', async () => {
    const elsewhere = await mkdtemp(join(tmpdir(), 'hub-elsewhere-'))
    try {
      await symlink(elsewhere, join(path, 'sent'))
      expect(await reasonOf(send(noticeOf(1)))).to.match(/sent .*no folder/)
      expect(await reasonOf(ask(noticeOf(1)))).to.match(/sent .*no folder/)
      expect([await readdir(elsewhere), await lying()]).to.deep.equal([[], []])
    } finally {
      await rm(elsewhere, { recursive: true })
    }
  })

  it('is PLATFORM_UNREACHABLE when missing, and is not created', async () => {
    await rm(path, { recursive: true })
    expect(await reasonOf(send(noticeOf(1)))).to.match(/it is not there/)
    expect(await reasonOf(ask(noticeOf(1)))).to.match(/it is not there/)
    expect(await reasonOf(jilinPlatform.shown(to))).to.be.a('string')
    await mkdir(path)
  })

  it('does not reveal a local path in its refusals', async () => {
    await rm(path, { recursive: true })
    await writeFile(path, 'a file')
    for (const working of [send(noticeOf(1)), ask(noticeOf(1))]) {
      expect(await reasonOf(working))
        .to.match(/not a folder/)
        .and.not.include(path)
    }
  })

  it('is PLATFORM_UNREACHABLE while its disk is full, leaves no partial batch, and accepts it afterwards', async function () {
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'none', path], { stdio: 'ignore' })
    } catch {
      this.skip()
    }
    try {
      await writeFile(join(path, 'ballast'), Buffer.alloc(48 * 1024))
      const notices = Array.from({ length: 100 }, (_, n) => noticeOf(n + 1))
      expect(await reasonOf(send(...notices))).to.match(/the disk is full/)
      expect((await readdir(path)).sort()).to.deep.equal(['ballast', 'sent'])
      expect(await codesOf(noticeOf(1))).to.deep.equal([NO_RECEIPT_CODE])
      await rm(join(path, 'ballast'))
      expect((await send(...notices)).every(({ code }) => code === WAITING_CODE)).to.equal(true)
      expect(await lying()).to.deep.equal(['batch-1.csv'])
    } finally {
      execFileSync('umount', [path])
    }
  })

  it('shows the entries of shown.csv, and refuses an incomplete file', async () => {
    expect(await reasonOf(jilinPlatform.shown(to))).to.match(/shown\.csv/)
    await writeFile(join(path, 'shown.csv'), 'ENTRY_ID,ENTRY_SN,A000001,A000002\nlst_1,3,甲,\nlst_2,,乙,X\n')
    expect(await jilinPlatform.shown(to)).to.deep.equal([
      { kind: 'listing', key: 'lst_1', sequence: 3, uscc: null, name: '甲' },
      { kind: 'listing', key: 'lst_2', sequence: null, uscc: 'X', name: '乙' },
    ])
    for (const broken of ['ENTRY_ID,ENTRY_SN\nlst_1,3\n,4\n', 'ENTRY_ID,ENTRY_SN\nlst_1', 'ENTRY_ID\n"lst_1\n', '']) {
      await writeFile(join(path, 'shown.csv'), broken)
      expect(await reasonOf(jilinPlatform.shown(to))).to.be.a('string')
    }
  })

  it('refuses shown.csv while it grows, even where it ends with a line at each look', async () => {
    const file = join(path, 'shown.csv')
    await writeFile(file, 'ENTRY_ID,ENTRY_SN,A000001\n')
    let grows = true
    const grow = () => {
      if (!grows) return
      appendFileSync(file, 'lst_1,1,甲\n')
      setImmediate(grow)
    }
    grow()
    const reading = reasonOf(jilinPlatform.shown(to)).finally(() => {
      grows = false
    })
    expect(await reading).to.match(/not finished/)
    expect(await jilinPlatform.shown(to)).to.not.be.empty
  })

  it('a foreign row with a long key in shown.csv hides no other row', async () => {
    const foreign = 'x'.repeat(300)
    await writeFile(join(path, 'shown.csv'), `ENTRY_ID,ENTRY_SN,A000001\n${foreign},1,one\nlst_1,1e3,two\n`)
    const shown = await jilinPlatform.shown(to)
    expect(shown.map(({ key, sequence }) => [key, sequence])).to.deep.equal([
      [foreign, 1],
      ['lst_1', null],
    ])
  })

  it('reads a long shown.csv in either encoding without blocking the event loop', async () => {
    const name = '𠮷'.repeat(2_000)
    const lines = Array.from({ length: 250 }, (_, n) => `lst_${n},1,${name}\n`)
    const bytes = iconv.encode(`ENTRY_ID,ENTRY_SN,A000001\n${lines.join('')}`, 'gb18030')
    await writeFile(join(path, 'shown.csv'), bytes)
    let turns = 0
    const counting = setInterval(() => {
      turns += 1
    }, 1)
    try {
      const shown = await jilinPlatform.shown(to)
      expect(shown).to.have.length(250)
      expect(shown.every((entry) => entry.name === name)).to.equal(true)
      expect(turns).to.be.above(10)
    } finally {
      clearInterval(counting)
    }
  })
})
