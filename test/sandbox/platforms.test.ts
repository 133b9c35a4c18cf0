/** The stand-in platforms themselves. */
import { expect } from 'chai'
import { platforms } from '../../src/platforms/index.js'
import type { Platform } from '../../src/platforms/platform.js'
import { type PlatformStandIn, startPlatformStandIns } from '../../src/sandbox/platforms/index.js'
import { batchOf, noticeOf, removalOf } from '../platforms/notices.js'

describe('the stand-in platforms', () => {
  let standIns: PlatformStandIn[] = []
  beforeEach(async () => {
    standIns = await startPlatformStandIns({ national: 'given' })
  })
  afterEach(() => Promise.all(standIns.map((standIn) => standIn.close())))

  const each = (use: (standIn: PlatformStandIn, platform: Platform) => Promise<void>) =>
    Promise.all(
      platforms.map((platform) => {
        const standIn = standIns.find(({ id }) => id === platform.id)
        return standIn ? use(standIn, platform) : Promise.reject(new Error(platform.id))
      }),
    )

  it('are one for each platform, on this machine only, with the given secret or a random one', () => {
    expect(standIns.map(({ id }) => id)).to.have.members(platforms.map(({ id }) => id))
    expect(standIns.every(({ url }) => url.startsWith('http://127.0.0.1:'))).to.equal(true)
    const [given, ...own] = [...standIns].sort((a) => (a.id === 'national' ? -1 : 1)).map(({ secret }) => secret)
    expect(given).to.equal('given')
    expect(new Set(own).size).to.equal(3)
  })

  it('show a page of what they display now, Chinese first, with markup as text', () =>
    each(async (standIn, platform) => {
      const operator = { ...noticeOf(1).operator, name: '长春<b>虚构</b>&有限公司' }
      await platform.send(batchOf(noticeOf(1, { operator }), noticeOf(2)), standIn)
      await platform.send(batchOf(removalOf(2, 2)), standIn)
      const answer = await fetch(standIn.url)
      expect(answer.headers.get('content-type')).to.equal('text/html; charset=utf-8')
      const html = await answer.text()
      expect(html).to.include(platform.name.zh).and.include('共 1 条').and.include(noticeOf(1).operator.uscc)
      expect(html).to.include('长春&#60;b&#62;虚构').and.not.include('<b>').and.not.include(noticeOf(2).operator.name)
    }))

  it('refuse a code whose check digit is wrong', () =>
    each(async (standIn, platform) => {
      const uscc = '91220102MA0000001A'
      const wrong = noticeOf(1, { operator: { ...noticeOf(1).operator, uscc } })
      const [receipt] = await platform.send(batchOf(wrong), standIn)
      expect(receipt).to.include({ accepted: false, code: '1003', value: uscc })
      expect(receipt?.text).to.equal('行政相对人代码_1(统一社会信用代码)不正确')
    }))

  it('refuse a row without a required field, even a removal without its day', () =>
    each(async (standIn, platform) => {
      const receipts = await platform.send(
        batchOf(noticeOf(1, { reason: '' }), { ...removalOf(2, 2), removal: null }),
        standIn,
      )
      expect(receipts.map(({ accepted, code }) => [accepted, code])).to.deep.equal([
        [false, '1002'],
        [false, '1002'],
      ])
      expect(standIn.entries()).to.deep.equal([])
    }))

  it('change their behaviour over HTTP, and refuse an invalid behaviour', () =>
    each(async (standIn, platform) => {
      const told = (wish: unknown) =>
        fetch(`${standIn.url}/_behave`, { method: 'POST', body: JSON.stringify(wish) }).then(({ status }) => status)
      expect(await told({ refuse: noticeOf(1).operator.uscc, delayMs: 1 })).to.equal(200)
      expect((await platform.send(batchOf(noticeOf(1)), standIn))[0]).to.include({ accepted: false, code: '1001' })
      expect(await told({ refuse: null })).to.equal(200)
      expect((await platform.send(batchOf(noticeOf(1)), standIn))[0]).to.include({ accepted: true })
      for (const wish of [{ failNxt: 1 }, { failNext: -1 }, { delayMs: '5' }, { refuse: 1 }, [], null]) {
        expect(await told(wish)).to.equal(400)
      }
    }))

  it('answer 400 to an unreadable body and 404 at an unknown path', async () => {
    const national = standIns.find(({ id }) => id === 'national')
    const headers = { authorization: 'Bearer given' }
    const sent = await fetch(`${national?.url}/api/lists/serious/batch`, { method: 'POST', headers, body: '[' })
    expect(sent.status).to.equal(400)
    expect((await fetch(`${national?.url}/other`)).status).to.equal(404)
  })

  it('close at once, with kept-alive and waiting connections', () =>
    each(async (standIn, platform) => {
      await platform.shown(standIn)
      standIn.behave({ delayMs: 60_000 })
      const waiting = platform.send(batchOf(noticeOf(1)), standIn).then(
        () => 'answered',
        () => 'cut',
      )
      await fetch(standIn.url)
      await standIn.close()
      expect(await waiting).to.equal('cut')
    }))
})
