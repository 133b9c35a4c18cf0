/** Conformance of every platform over each transport: stand-ins over real HTTP, a real folder and a real database. */
import { expect } from 'chai'
import { NO_RECEIPT_CODE, type Notice } from '../../src/domain/delivery/delivery.js'
import { isRefusal, type Refusal } from '../../src/foundation/errors.js'
import { platforms } from '../../src/platforms/index.js'
import type { NoticeBatch, Platform } from '../../src/platforms/platform.js'
import type { PlatformStandIn } from '../../src/sandbox/platforms/index.js'
import { batchOf, noticeOf, removalOf } from './notices.js'
import { type Receiver, settled, standInOf, waysTo } from './receivers.js'
import { penaltyOf, permitOf } from './record-notices.js'

const refusalOf = async (sending: Promise<unknown>): Promise<Refusal> => {
  const error = await sending.then(
    () => new Error('nothing was refused'),
    (thrown: unknown) => thrown,
  )
  if (isRefusal(error)) return error
  throw error
}

const RECORDS = [
  ['penalty', penaltyOf],
  ['permit', permitOf],
] as const
const WITHDRAWAL = { reason: 'REVOKED', reasonText: '原决定已撤销', documentNumber: null, removedOn: '2026-04-01' }

describe('every credit platform', () => {
  it('receives only the list by default, since agencies send penalties and permits directly', () => {
    for (const { id, kinds, hears } of platforms) {
      expect([id, hears]).to.deep.equal([id, ['listing']])
      expect([id, kinds]).to.deep.equal([id, ['listing', 'penalty', 'permit']])
    }
  })

  it('explains each known code in Chinese and English', () => {
    for (const { id, codes } of platforms) {
      for (const [code, { meaning, zh, en }] of Object.entries(codes)) {
        expect([id, code, meaning]).to.satisfy(() => ['ACCEPTED', 'CORRECT', 'LATER'].includes(meaning))
        expect(zh, `${id} ${code}`).to.match(/\p{Script=Han}.*。$/u)
        expect(en, `${id} ${code}`).to.match(/^[A-Z].*\.$/)
      }
      expect([id, codes['00']?.meaning, codes['1001']?.meaning, codes['901']?.meaning]).to.deep.equal([
        id,
        'ACCEPTED',
        'CORRECT',
        'LATER',
      ])
    }
  })

  for (const platform of platforms) {
    for (const way of waysTo(platform)) {
      describe(`${platform.id} ${platform.name.zh} (${way.name})`, () => {
        const at = `${platform.id} by ${way.name}`
        const withReceiver = async (use: (receiver: Receiver, tell: Tell) => Promise<void>): Promise<void> => {
          const receiver = await way.open()
          try {
            await use(receiver, (...notices) => settled(platform, receiver, { ...batchOf(), notices }))
          } finally {
            await receiver.close()
          }
        }

        it(`${at} shows an entry after its addition`, () =>
          withReceiver(async ({ to }, tell) => {
            const [receipt] = await tell(noticeOf(1))
            expect(receipt).to.deep.include({ key: 'lst_test_1', accepted: true, code: '00', field: null, value: null })
            expect(receipt?.receiverId).to.be.a('string').and.not.equal('')
            expect(await platform.shown(to)).to.deep.equal([
              {
                kind: 'listing',
                key: 'lst_test_1',
                sequence: 1,
                uscc: noticeOf(1).operator.uscc,
                name: noticeOf(1).operator.name,
              },
            ])
          }))

        it(`${at} shows the new state after a change, and nothing after a removal`, () =>
          withReceiver(async ({ to }, tell) => {
            await tell(noticeOf(1))
            const renamed = { ...noticeOf(1).operator, name: '长春虚构商贸（更名）有限公司' }
            await tell(noticeOf(1, { action: 'CHANGE', sequence: 2, operator: renamed }))
            expect(await platform.shown(to)).to.deep.equal([
              { kind: 'listing', key: 'lst_test_1', sequence: 2, uscc: renamed.uscc, name: renamed.name },
            ])
            const [receipt] = await tell(removalOf(1, 3))
            expect(receipt).to.include({ accepted: true, code: '00' })
            expect(await platform.shown(to)).to.deep.equal([])
          }))

        it(`${at} accepts a repeated message with the same effect and record id`, () =>
          withReceiver(async ({ to }, tell) => {
            const first = await tell(noticeOf(1), noticeOf(2))
            expect(await tell(noticeOf(1), noticeOf(2))).to.deep.equal(first)
            expect(await platform.shown(to)).to.have.length(2)
          }))

        it(`${at} does not bring back an entry whose addition arrives after its removal`, () =>
          withReceiver(async ({ to }, tell) => {
            await tell(removalOf(1, 2))
            const [late] = await tell(noticeOf(1))
            expect(late).to.include({ accepted: true, code: '02' })
            expect(await platform.shown(to)).to.deep.equal([])
          }))

        it(`${at} refusing one row names its code and field, and accepts the others`, () =>
          withReceiver(async (receiver, tell) => {
            const { uscc } = noticeOf(2).operator
            receiver.refuse(uscc ?? '')
            const receipts = await tell(noticeOf(1), noticeOf(2), noticeOf(3))
            expect(receipts.map(({ key, accepted }) => [key, accepted])).to.deep.equal([
              ['lst_test_1', true],
              ['lst_test_2', false],
              ['lst_test_3', true],
            ])
            const text = '未查询到主体或查询到的主体信息不匹配'
            expect(receipts[1]).to.include({ code: '1001', text, value: uscc, receiverId: null })
            expect(receipts[1]?.field).to.be.oneOf(['UNISCID', 'A000002', 'uscc'])
            const shown = await platform.shown(receiver.to)
            expect(shown.map(({ key }) => key)).to.have.members(['lst_test_1', 'lst_test_3'])
          }))

        it(`${at} refusing every row answers with a receipt for each`, () =>
          withReceiver(async (receiver, tell) => {
            receiver.refuse(noticeOf(1).operator.name)
            expect((await tell(noticeOf(1)))[0]).to.include({ accepted: false, code: '1001' })
          }))

        it(`${at} accepts a corrected row and ignores the earlier rejection`, () =>
          withReceiver(async (receiver, tell) => {
            receiver.refuse(noticeOf(1).operator.name)
            expect((await tell(noticeOf(1)))[0]).to.include({ accepted: false })
            const right = noticeOf(1, { operator: { ...noticeOf(1).operator, name: '长春虚构更正商贸有限公司' } })
            expect((await tell(right))[0]).to.include({ accepted: true, code: '00' })
            expect((await platform.shown(receiver.to)).map(({ name }) => name)).to.deep.equal([right.operator.name])
          }))

        it(`${at} keeps names with markup, separators and rare characters unchanged`, () =>
          withReceiver(async ({ to }, tell) => {
            const name = `长春<&"'>]]>𠮷田𬭚,商贸;&amp;=1+1有限公司`
            await tell(noticeOf(1, { operator: { ...noticeOf(1).operator, name } }))
            expect((await platform.shown(to)).map((shown) => shown.name)).to.deep.equal([name])
          }))

        it(`${at} accepts an operator that has only a registration number`, () =>
          withReceiver(async ({ to }, tell) => {
            const operator = { uscc: null, name: '虚构镇小卖部', regNo: '220102600012340' }
            expect(platform.check(noticeOf(1, { operator }))).to.deep.equal([])
            await tell(noticeOf(1, { operator }))
            expect(await platform.shown(to)).to.deep.equal([
              { kind: 'listing', key: 'lst_test_1', sequence: 1, uscc: null, name: operator.name },
            ])
          }))

        it(`${at} accepts a whole batch`, () =>
          withReceiver(async ({ to }, tell) => {
            const notices = Array.from({ length: platform.batchSize }, (_, index) => noticeOf(index + 1))
            const receipts = await tell(...notices)
            expect(receipts.map(({ key }) => key)).to.deep.equal(notices.map(({ key }) => key))
            expect(receipts.every(({ accepted }) => accepted)).to.equal(true)
            expect(await platform.shown(to)).to.have.length(platform.batchSize)
          }))

        it(`${at} confirms a notice that it accepted, and none that was never sent`, () =>
          withReceiver(async ({ to }, tell) => {
            await tell(noticeOf(1))
            const asked = [noticeOf(1), noticeOf(1, { sequence: 2 }), noticeOf(9), removalOf(8, 2)]
            const receipts = (await platform.ask?.(asked, to)) ?? []
            expect(receipts.map(({ key }) => key)).to.deep.equal(asked.map(({ key }) => key))
            expect(receipts[0]).to.include({ accepted: true })
            expect(receipts[0]?.receiverId).to.be.a('string').and.not.equal('')
            for (const receipt of receipts.slice(1))
              expect(receipt).to.include({ accepted: false, code: NO_RECEIPT_CODE })
          }))

        for (const [kind, recordOf] of RECORDS.filter(([kind]) => platform.kinds.includes(kind))) {
          it(`${at} accepts a ${kind}, its change and its withdrawal, and shows each state`, () =>
            withReceiver(async ({ to }, tell) => {
              const first = recordOf(1)
              const { key, operator } = first
              expect(platform.check(first)).to.deep.equal([])
              expect((await tell(first, recordOf(2))).map(({ accepted, code }) => [accepted, code])).to.deep.equal([
                [true, '00'],
                [true, '00'],
              ])
              const changed = recordOf(1, { action: 'CHANGE', sequence: 2, body: { ...first.body, note: '更正' } })
              const [receipt] = await tell(changed)
              expect(receipt).to.include({ key, accepted: true, code: '00' })
              expect(receipt?.receiverId).to.be.a('string').and.not.equal('')
              const shown = await platform.shown(to)
              expect(shown.find((each) => each.key === key)).to.deep.equal({
                kind,
                key,
                sequence: 2,
                uscc: operator.uscc,
                name: operator.name,
              })
              expect((await platform.ask?.([changed], to))?.[0]).to.include({ key, accepted: true })
              const withdrawn = recordOf(1, { action: 'REMOVE', sequence: 3, removal: WITHDRAWAL })
              expect(platform.check(withdrawn)).to.deep.equal([])
              expect((await tell(withdrawn))[0]).to.include({ key, accepted: true, code: '00' })
              expect((await platform.shown(to)).map((each) => each.key)).to.deep.equal([recordOf(2).key])
            }))

          it(`${at} refusing one ${kind} names its code and field, and accepts the others`, () =>
            withReceiver(async (receiver, tell) => {
              receiver.refuse(recordOf(2).operator.uscc ?? '')
              const receipts = await tell(recordOf(1), recordOf(2), recordOf(3))
              expect(receipts.map(({ key, accepted, code }) => [key, accepted, code])).to.deep.equal([
                [recordOf(1).key, true, '00'],
                [recordOf(2).key, false, '1001'],
                [recordOf(3).key, true, '00'],
              ])
              expect(receipts[1]?.field).to.be.a('string').and.not.equal('')
              expect(receipts[1]?.value).to.equal(recordOf(2).operator.uscc)
            }))

          it(`${at} never receives a ${kind} of a natural person`, () => {
            const body = { ...recordOf(1).body, party_kind: 'NATURAL_PERSON' }
            expect(platform.check(recordOf(1, { body })).map(({ rule }) => rule)).to.deep.equal(['natural-person'])
          })
        }

        it(`${at} is sent nothing once the sender stops`, () =>
          withReceiver(async (receiver) => {
            const signal = AbortSignal.abort(new Error('stopping'))
            const sending = platform.send(batchOf(noticeOf(1)), { ...receiver.to, signal })
            expect(await thrownBy(sending))
              .to.be.instanceOf(Error)
              .with.property('message', 'stopping')
            expect(receiver.told()).to.equal(0)
          }))

        it(`${at} is PLATFORM_UNREACHABLE when it is down, by sending, asking and reading back`, async () => {
          const receiver = await way.open()
          await receiver.close()
          expect((await refusalOf(platform.send(batchOf(noticeOf(1)), receiver.to))).code).to.equal(
            'PLATFORM_UNREACHABLE',
          )
          expect((await refusalOf(platform.shown(receiver.to))).code).to.equal('PLATFORM_UNREACHABLE')
          const asking = platform.ask?.([noticeOf(1)], receiver.to) ?? Promise.resolve()
          expect((await refusalOf(asking)).code).to.equal('PLATFORM_UNREACHABLE')
        })
      })
    }

    it(`${platform.id} is PLATFORM_UNREACHABLE at an unsupported address scheme`, async () => {
      const to = { url: 'ftp://127.0.0.1:1/', secret: 'a secret' }
      for (const call of [() => platform.send(batchOf(noticeOf(1)), to), () => platform.shown(to)]) {
        expect((await refusalOf(call())).code).to.equal('PLATFORM_UNREACHABLE')
      }
    })

    describe(`${platform.id} over HTTP`, () => {
      it(`${platform.id} refusing the credentials is PLATFORM_UNREACHABLE, by sending and by reading back`, () =>
        withStandIn(platform, async (standIn) => {
          const to = { url: standIn.url, secret: 'wrong' }
          for (const ask of [() => platform.send(batchOf(noticeOf(1)), to), () => platform.shown(to)]) {
            const refusal = await refusalOf(ask())
            expect(refusal.code).to.equal('PLATFORM_UNREACHABLE')
            expect(refusal.details.reason).to.match(/凭据被拒绝 credentials refused/)
          }
          expect(standIn.entries()).to.deep.equal([])
        }))

      it(`${platform.id} answering 503 says when to retry, and accepts the same batch afterwards`, () =>
        withStandIn(platform, async (standIn, send) => {
          standIn.behave({ failNext: 1 })
          const refusal = await refusalOf(send(batchOf(noticeOf(1))))
          expect(refusal.code).to.equal('PLATFORM_UNREACHABLE')
          expect(refusal.details).to.deep.equal({ reason: 'HTTP 503', retryAfterSeconds: 1 })
          expect((await send(batchOf(noticeOf(1))))[0]).to.include({ accepted: true })
        }))

      it(`${platform.id} shows one entry when a message is repeated after a broken connection`, () =>
        withStandIn(platform, async (standIn, send) => {
          standIn.behave({ cutAfterAccept: 1 })
          const refusal = await refusalOf(send(batchOf(noticeOf(1))))
          expect(refusal.code).to.equal('PLATFORM_UNREACHABLE')
          expect((await send(batchOf(noticeOf(1))))[0]).to.include({ accepted: true, code: '00' })
          expect(await platform.shown(standIn)).to.have.length(1)
        }))

      it(`${platform.id} is abandoned at once when the sender stops`, () =>
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

type Tell = (...notices: Notice[]) => ReturnType<typeof settled>
type Send = (batch: NoticeBatch) => ReturnType<Platform['send']>

const thrownBy = (sending: Promise<unknown>): Promise<unknown> =>
  sending.then(
    () => null,
    (thrown: unknown) => thrown,
  )

const withStandIn = async (platform: Platform, use: (standIn: PlatformStandIn, send: Send) => Promise<void>) => {
  const standIn = await standInOf(platform.id)
  try {
    await use(standIn, (batch) => platform.send(batch, standIn))
  } finally {
    await standIn.close()
  }
}
