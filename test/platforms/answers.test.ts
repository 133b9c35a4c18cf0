/** Answers that the stand-ins never give. */
import { expect } from 'chai'
import iconv from 'iconv-lite'
import { NO_RECEIPT_CODE, type Receipt } from '../../src/domain/delivery/delivery.js'
import { isRefusal } from '../../src/foundation/errors.js'
import { creditchinaPlatform } from '../../src/platforms/creditchina.js'
import { creditjilinPlatform } from '../../src/platforms/creditjilin.js'
import { platforms } from '../../src/platforms/index.js'
import { jilinPlatform } from '../../src/platforms/jilin.js'
import { nationalPlatform } from '../../src/platforms/national.js'
import type { DisplayedSubject, Platform } from '../../src/platforms/platform.js'
import { makeJsonAnswer, type StandInReply, type StandInRequest, startStandInServer } from '../../src/sandbox/server.js'
import { batchOf, noticeOf } from './notices.js'

/** Returns the receipts, or the details of the refusal. */
const answered = async (
  platform: Platform,
  answer: StandInReply | ((asked: StandInRequest) => StandInReply),
  what: 'send' | 'shown' = 'send',
): Promise<(Receipt | DisplayedSubject)[] | Record<string, unknown>> => {
  const server = await startStandInServer(typeof answer === 'function' ? answer : () => answer)
  const to = { url: `${server.url}/under/a/path/`, secret: 'secret' }
  try {
    return what === 'send' ? await platform.send(batchOf(noticeOf(1), noticeOf(2)), to) : await platform.shown(to)
  } catch (error) {
    if (isRefusal(error) && error.code === 'PLATFORM_UNREACHABLE') return error.details
    throw error
  } finally {
    await server.close()
  }
}

const html: StandInReply = {
  status: 200,
  headers: { 'content-type': 'text/html' },
  body: '<html><body>登录</body></html>',
}

const inGb18030 = (text: string): StandInReply => ({ status: 200, body: iconv.encode(text, 'gb18030') })

it('every platform reads an answer in GB18030 regardless of the declared encoding', async () => {
  const words = '未查询到主体或查询到的主体信息不匹配'
  const key = 'lst_test_1'
  const answers: Record<string, string> = {
    national: JSON.stringify({ receipts: [{ ILLID: key, code: '1001', text: words }] }),
    creditchina: JSON.stringify({ code: '00', line: [{ ILLID: key, errcode: '1001', errmsg: words }] }),
    creditjilin: JSON.stringify({ result: false, code: '1001', message: words }),
    jilin: `<?xml version="1.0" encoding="GB18030"?><receipt><row><ENTRY_ID>${key}</ENTRY_ID><state>0</state><ruleCode>1001</ruleCode><ruleText>${words}</ruleText></row></receipt>`,
  }
  for (const platform of platforms) {
    const receipts = (await answered(platform, inGb18030(answers[platform.id] ?? ''))) as Receipt[]
    expect(receipts[0], platform.id).to.include({ accepted: false, code: '1001', text: words })
  }
})

describe('an answer that no platform should give', () => {
  for (const platform of platforms) {
    const { id } = platform

    it(`leaves everything owed when ${id} answers a login page with 200`, async () => {
      for (const what of ['send', 'shown'] as const) {
        expect(await answered(platform, html, what))
          .to.have.property('reason')
          .that.matches(/unreadable answer/)
      }
    })

    it(`leaves everything owed when ${id} answers a 404 without receipts`, async () => {
      for (const body of ['not found', '{}', '[]', '']) {
        expect(await answered(platform, { status: 404, body })).to.deep.equal({ reason: 'HTTP 404' })
        expect(await answered(platform, { status: 404, body }, 'shown')).to.deep.equal({ reason: 'HTTP 404' })
      }
    })

    it(`leaves everything owed when ${id} redirects`, async () => {
      const redirect = { status: 302, headers: { location: 'http://127.0.0.1:1/' }, body: '' }
      expect(await answered(platform, redirect)).to.have.property('reason')
    })

    it(`leaves everything owed when ${id} answers more than 4 MB`, async () => {
      const answer = { status: 200, body: Buffer.alloc(4 * 1024 * 1024 + 1, ' ') }
      expect(await answered(platform, answer)).to.have.property('reason')
    })

    it(`uses exactly the configured address of ${id}`, async () => {
      const paths: string[] = []
      await answered(platform, ({ path }) => {
        paths.push(path)
        return { status: 500, body: '' }
      })
      expect(paths).to.have.length(1)
      expect(paths[0]).to.match(/^\/under\/a\/path\/[a-z]/)
    })
  }

  const waits = [
    ['seconds', { 'retry-after': '120' }, 120],
    [
      'a date, against the answer’s own',
      { 'retry-after': 'Wed, 25 Nov 2026 08:01:30 GMT', date: 'Wed, 25 Nov 2026 08:00:00 GMT' },
      90,
    ],
    ['a past date as no wait', { 'retry-after': 'Wed, 25 Nov 2015 08:00:00 GMT' }, 0],
    ['a week as one hour', { 'retry-after': '604800' }, 3600],
    ['words as absent', { 'retry-after': 'later' }, undefined],
    ['no header as absent', {}, undefined],
  ] as const
  for (const [what, headers, seconds] of waits) {
    it(`reads Retry-After: ${what}`, async () => {
      const details = await answered(nationalPlatform, { status: 429, headers: { ...headers }, body: '' })
      expect(details).to.deep.equal({
        reason: 'HTTP 429',
        ...(seconds === undefined ? {} : { retryAfterSeconds: seconds }),
      })
    })
  }

  it('keeps a row owed when the answer omits it, and accepts the other receipts', async () => {
    const receipts = await answered(
      nationalPlatform,
      makeJsonAnswer(200, { receipts: [{ ILLID: 'lst_test_2', code: '00' }] }),
    )
    expect(receipts).to.have.length(2)
    expect(receipts).to.have.nested.property('[0].code', NO_RECEIPT_CODE)
    expect(receipts).to.have.nested.property('[0].accepted', false)
    expect(receipts).to.have.nested.property('[1].accepted', true)
  })

  it('leaves everything owed when the answer names only unknown rows', async () => {
    const details = await answered(
      nationalPlatform,
      makeJsonAnswer(200, { receipts: [{ ILLID: 'other', code: '00' }] }),
    )
    expect(details)
      .to.have.property('reason')
      .that.matches(/none of the rows/)
  })

  it('accepts receipts in any order, and numbers as texts', async () => {
    const answer = makeJsonAnswer(422, {
      receipts: [
        { ILLID: 'lst_test_2', code: 1001, text: '不匹配', field: 'UNISCID', value: 7, recordId: 12 },
        { ILLID: 'lst_test_1', code: '00', recordId: 'r' },
      ],
    })
    expect(await answered(nationalPlatform, answer)).to.deep.equal([
      { key: 'lst_test_1', accepted: true, code: '00', text: '', field: null, value: null, receiverId: 'r' },
      {
        key: 'lst_test_2',
        accepted: false,
        code: '1001',
        text: '不匹配',
        field: 'UNISCID',
        value: '7',
        receiverId: '12',
      },
    ])
  })

  it('ignores the rows of Credit China when its answer is not 00', async () => {
    const details = await answered(
      creditchinaPlatform,
      makeJsonAnswer(200, { code: '99', line: [{ ILLID: 'lst_test_1', errcode: '00' }] }),
    )
    expect(details)
      .to.have.property('reason')
      .that.matches(/code 99/)
  })

  it('ignores a rejection with the success code', async () => {
    expect(await answered(creditjilinPlatform, makeJsonAnswer(200, { result: false, code: '00' }))).to.have.property(
      'reason',
    )
    const row = (key: string, state: number) =>
      `<row><ENTRY_ID>${key}</ENTRY_ID><state>${state}</state><ruleCode>00</ruleCode></row>`
    const body = `<receipt>${row('lst_test_1', 0)}${row('lst_test_2', 1)}</receipt>`
    const receipts = (await answered(jilinPlatform, { status: 200, body })) as Receipt[]
    expect(receipts.map(({ code }) => code)).to.deep.equal([NO_RECEIPT_CODE, '00'])
  })

  it('ignores a result that is neither true nor false', async () => {
    expect(await answered(creditjilinPlatform, makeJsonAnswer(200, { result: 'ok' }))).to.have.property('reason')
  })

  it('refuses an incomplete list of displayed entries', async () => {
    const details = await answered(
      nationalPlatform,
      makeJsonAnswer(200, [{ ILLID: 'a', ENTNAME: '甲' }, { ENTNAME: '乙' }]),
      'shown',
    )
    expect(details)
      .to.have.property('reason')
      .that.matches(/without ILLID/)
  })

  it('keeps at most 500 characters of an answer’s text', async () => {
    const receipts = await answered(
      nationalPlatform,
      makeJsonAnswer(200, { receipts: [{ ILLID: 'lst_test_1', code: '9', text: '长'.repeat(9999) }] }),
    )
    expect(receipts).to.have.nested.property('[0].text').with.length(500)
  })
})
