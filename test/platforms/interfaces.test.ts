/** A receiver that understands only what `schema/platforms/interfaces.md` documents. */
import { createHmac } from 'node:crypto'
import { expect } from 'chai'
import type { Notice } from '../../src/domain/delivery/delivery.js'
import { platforms } from '../../src/platforms/index.js'
import type { Platform, PlatformAddress } from '../../src/platforms/platform.js'
import { makeJsonAnswer, type StandInRequest, startStandInServer } from '../../src/sandbox/server.js'
import { INTERFACES, type Interface, KEYS } from '../support/platform-interfaces.js'
import { batchOf, noticeOf } from './notices.js'
import { penaltyOf, permitOf } from './record-notices.js'

const SECRET = 'opens-the-door'
const ENTRIES = KEYS.map((key, at) => noticeOf(at + 1, { key }))

describe('a receiver by the interface document', () => {
  it('exists for every platform', () => {
    expect(INTERFACES.map(({ id }) => id)).to.deep.equal(platforms.map(({ id }) => id))
  })

  for (const { id, doors, headers, answers, displayed } of INTERFACES) {
    const platform = platforms.find((one) => one.id === id) as Platform
    /** Runs `use` against a receiver that gives the documented answers in order. An empty page follows the last key. */
    const received = async (use: (to: PlatformAddress, asked: StandInRequest[]) => Promise<void>): Promise<void> => {
      const asked: StandInRequest[] = []
      const left = [...answers]
      const server = await startStandInServer((one) => {
        asked.push(one)
        if (one.path === '/entries')
          return makeJsonAnswer(200, new URLSearchParams(one.query).has('after') ? [] : displayed)
        const { status, text: body } = left.shift() ?? { status: 500, text: '' }
        return { status, body }
      })
      try {
        await use({ url: server.url, secret: SECRET }, asked)
      } finally {
        await server.close()
      }
    }
    const credentialIn = ({ headers: sent, body }: StandInRequest, wanted: Interface['headers']) => {
      for (const [name, value] of Object.entries(wanted)) {
        if (name === 'x-signature') {
          const signed = createHmac('sha256', SECRET).update(`${sent['x-timestamp']}.`).update(body).digest('hex')
          expect(sent[name]).to.equal(`sha256=${signed}`)
        } else if (value.includes('SECRET')) expect(sent[name]).to.equal(value.replace('SECRET', SECRET))
        else expect(sent[name]).to.be.a('string')
      }
    }

    it(`accepts one entry of ${id} and refuses another, row by row`, () =>
      received(async (to, asked) => {
        const receipts = []
        for (let at = 0; at < ENTRIES.length; at += platform.batchSize)
          receipts.push(
            ...(await platform.send({ ...batchOf(), notices: ENTRIES.slice(at, at + platform.batchSize) }, to)),
          )
        expect(receipts.map(({ key, accepted, code }) => [key, accepted, code])).to.deep.equal([
          [KEYS[0], true, '00'],
          [KEYS[1], false, '1001'],
        ])
        expect(receipts[0]).to.include({ text: '已接收', receiverId: 'R-1' })
        expect(receipts[1]).to.include({ value: '91220102MA0Y3X1HXM', receiverId: null })
        expect(new Set(asked.map(({ path }) => path))).to.deep.equal(new Set([doors.listing.path]))
        for (const one of asked) credentialIn(one, headers)
      }))

    it(`shows the entries of ${id}, and answers queries about one`, () =>
      received(async (to, asked) => {
        expect(await platform.shown(to)).to.deep.equal([
          {
            kind: 'listing',
            key: KEYS[0],
            sequence: 1,
            uscc: '91220102MA0Y3X1HXM',
            name: '长春市虚构样例电子商务有限公司',
          },
        ])
        const became = (await platform.ask?.(ENTRIES, to)) ?? []
        expect(became.map(({ accepted }) => accepted)).to.deep.equal([true, false])
        const { 'idempotency-key': _, ...always } = headers
        for (const one of asked) credentialIn(one, always)
      }))

    it(`receives the records of ${id} at the documented address`, () =>
      received(async (to, asked) => {
        for (const notice of [penaltyOf(1), permitOf(1)] satisfies Notice[])
          await platform.send({ ...batchOf(), notices: [notice] }, to).catch(() => {})
        expect(asked.map(({ path }) => path)).to.deep.equal([doors.penalty.path, doors.permit.path])
      }))
  }
})
