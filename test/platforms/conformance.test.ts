/** What every door out must do, shown against the stand-ins over real HTTP. */
import { expect } from 'chai'
import { isRefusal, type Refusal } from '../../src/errors.js'
import { platforms } from '../../src/platforms/index.js'
import type { Batch, Platform } from '../../src/platforms/platform.js'
import { type PlatformStandIn, startPlatforms } from '../../src/sandbox/platforms/index.js'
import { batchOf, noticeOf, removalOf } from './notices.js'

const refusalOf = async (sending: Promise<unknown>): Promise<Refusal> => {
  const error = await sending.then(
    () => new Error('nothing was refused'),
    (thrown: unknown) => thrown,
  )
  if (isRefusal(error)) return error
  throw error
}

describe('every credit platform', () => {
  for (const platform of platforms) {
    describe(`${platform.id} ${platform.name.zh}`, () => {
      it(`${platform.id} shows an entry after it was added`, () =>
        withStandIn(platform, async (standIn, send) => {
          const [receipt] = await send(batchOf(noticeOf(1)))
          expect(receipt).to.deep.include({ key: 'lst_test_1', accepted: true, code: '00', field: null, value: null })
          expect(receipt?.receiverId).to.be.a('string').and.not.equal('')
          expect(await platform.shown(standIn)).to.deep.equal([
            {
              kind: 'listing',
              key: 'lst_test_1',
              sequence: 1,
              uscc: noticeOf(1).operator.uscc,
              name: noticeOf(1).operator.name,
            },
          ])
        }))

      it(`${platform.id} shows the new state after a change`, () =>
        withStandIn(platform, async (standIn, send) => {
          await send(batchOf(noticeOf(1)))
          const renamed = { ...noticeOf(1).operator, name: '长春虚构商贸（更名）有限公司' }
          await send(batchOf(noticeOf(1, { action: 'CHANGE', sequence: 2, operator: renamed })))
          expect(await platform.shown(standIn)).to.deep.equal([
            { kind: 'listing', key: 'lst_test_1', sequence: 2, uscc: renamed.uscc, name: renamed.name },
          ])
        }))

      it(`${platform.id} shows nothing after a removal`, () =>
        withStandIn(platform, async (standIn, send) => {
          await send(batchOf(noticeOf(1)))
          const [receipt] = await send(batchOf(removalOf(1, 2)))
          expect(receipt).to.include({ accepted: true, code: '00' })
          expect(await platform.shown(standIn)).to.deep.equal([])
        }))

      it(`${platform.id} is told the same twice to the same effect and with the same record id`, () =>
        withStandIn(platform, async (standIn, send) => {
          const first = await send(batchOf(noticeOf(1), noticeOf(2)))
          const again = await send(batchOf(noticeOf(1), noticeOf(2)))
          expect(again).to.deep.equal(first)
          expect(await platform.shown(standIn)).to.have.length(2)
          expect(standIn.told).to.equal(4)
        }))

      it(`${platform.id} does not bring back an entry whose addition arrives after its removal`, () =>
        withStandIn(platform, async (standIn, send) => {
          await send(batchOf(removalOf(1, 2)))
          const [late] = await send(batchOf(noticeOf(1)))
          expect(late).to.include({ accepted: true, code: '02' })
          expect(await platform.shown(standIn)).to.deep.equal([])
        }))

      it(`${platform.id} refusing the credentials is unreachable, by sending and by reading back`, () =>
        withStandIn(platform, async (standIn) => {
          const to = { url: standIn.url, secret: 'wrong' }
          for (const ask of [() => platform.send(batchOf(noticeOf(1)), to), () => platform.shown(to)]) {
            const refusal = await refusalOf(ask())
            expect(refusal.code).to.equal('PLATFORM_UNREACHABLE')
            expect(refusal.details.reason).to.match(/凭据被拒绝 credentials refused/)
          }
          expect(standIn.entries()).to.deep.equal([])
        }))

      it(`${platform.id} answering 503 says how long to stay away, and takes the same afterwards`, () =>
        withStandIn(platform, async (standIn, send) => {
          standIn.behave({ failNext: 1 })
          const refusal = await refusalOf(send(batchOf(noticeOf(1))))
          expect(refusal.code).to.equal('PLATFORM_UNREACHABLE')
          expect(refusal.details).to.deep.equal({ reason: 'HTTP 503', retryAfterSeconds: 1 })
          expect((await send(batchOf(noticeOf(1))))[0]).to.include({ accepted: true })
        }))

      it(`${platform.id} cutting the line after accepting shows one entry once it is told again`, () =>
        withStandIn(platform, async (standIn, send) => {
          standIn.behave({ cutAfterAccept: 1 })
          const refusal = await refusalOf(send(batchOf(noticeOf(1))))
          expect(refusal.code).to.equal('PLATFORM_UNREACHABLE')
          expect((await send(batchOf(noticeOf(1))))[0]).to.include({ accepted: true, code: '00' })
          expect(await platform.shown(standIn)).to.have.length(1)
        }))

      it(`${platform.id} refusing one row names its code and field and holds up no other`, () =>
        withStandIn(platform, async (standIn, send) => {
          const { uscc } = noticeOf(2).operator
          standIn.behave({ refuse: uscc })
          const receipts = await send(batchOf(noticeOf(1), noticeOf(2), noticeOf(3)))
          expect(receipts.map(({ key, accepted }) => [key, accepted])).to.deep.equal([
            ['lst_test_1', true],
            ['lst_test_2', false],
            ['lst_test_3', true],
          ])
          expect(receipts[1]).to.include({
            code: '1001',
            text: '未查询到主体或查询到的主体信息不匹配',
            value: uscc,
            receiverId: null,
          })
          expect(receipts[1]?.field).to.be.oneOf(['UNISCID', 'A000002', 'uscc'])
          expect((await platform.shown(standIn)).map(({ key }) => key)).to.deep.equal(['lst_test_1', 'lst_test_3'])
        }))

      it(`${platform.id} refusing every row gives receipts, not silence`, () =>
        withStandIn(platform, async (standIn, send) => {
          standIn.behave({ refuse: noticeOf(1).operator.name })
          expect((await send(batchOf(noticeOf(1))))[0]).to.include({ accepted: false, code: '1001' })
        }))

      it(`${platform.id} that is not there is unreachable`, async () => {
        const standIn = await startOnly(platform)
        await standIn.close()
        expect((await refusalOf(platform.send(batchOf(noticeOf(1)), standIn))).code).to.equal('PLATFORM_UNREACHABLE')
        expect((await refusalOf(platform.shown(standIn))).code).to.equal('PLATFORM_UNREACHABLE')
      })

      it(`${platform.id} takes names with markup and rare characters as they are`, () =>
        withStandIn(platform, async (standIn, send) => {
          const name = `长春<&"'>]]>𠮷田𬭚商贸&amp;有限公司`
          await send(batchOf(noticeOf(1, { operator: { ...noticeOf(1).operator, name } })))
          expect((await platform.shown(standIn)).map((shown) => shown.name)).to.deep.equal([name])
        }))

      it(`${platform.id} takes an operator that has only a registration number`, () =>
        withStandIn(platform, async (standIn, send) => {
          const operator = { uscc: null, name: '虚构镇小卖部', regNo: '220102600012340' }
          const notice = noticeOf(1, { operator })
          expect(platform.check(notice)).to.deep.equal([])
          await send(batchOf(notice))
          expect(await platform.shown(standIn)).to.deep.equal([
            { kind: 'listing', key: notice.key, sequence: 1, uscc: null, name: operator.name },
          ])
        }))

      it(`${platform.id} takes a whole batch`, () =>
        withStandIn(platform, async (standIn, send) => {
          const notices = Array.from({ length: platform.batchSize }, (_, index) => noticeOf(index + 1))
          const receipts = await send(batchOf(...notices))
          expect(receipts.map(({ key }) => key)).to.deep.equal(notices.map(({ key }) => key))
          expect(receipts.every(({ accepted }) => accepted)).to.equal(true)
          expect(standIn.entries()).to.have.length(platform.batchSize)
        }))

      it(`${platform.id} is given up at once when whoever sends stops`, () =>
        withStandIn(platform, async (standIn) => {
          standIn.behave({ delayMs: 60_000 })
          const stopping = new AbortController()
          const sending = platform.send(batchOf(noticeOf(1)), { ...standIn, signal: stopping.signal })
          stopping.abort(new Error('stopping'))
          const error = await sending.then(
            () => null,
            (thrown: unknown) => thrown,
          )
          expect(error).to.be.instanceOf(Error).with.property('message', 'stopping')
          expect(standIn.told).to.equal(0)
        }))
    })
  }
})

type Send = (batch: Batch) => ReturnType<Platform['send']>

const withStandIn = async (platform: Platform, use: (standIn: PlatformStandIn, send: Send) => Promise<void>) => {
  const standIn = await startOnly(platform)
  try {
    await use(standIn, (batch) => platform.send(batch, standIn))
  } finally {
    await standIn.close()
  }
}

const startOnly = async (platform: Platform): Promise<PlatformStandIn> => {
  const all = await startPlatforms()
  await Promise.all(all.filter(({ id }) => id !== platform.id).map((other) => other.close()))
  const own = all.find(({ id }) => id === platform.id)
  if (!own) throw new Error(`no stand-in of ${platform.id}`)
  return own
}
