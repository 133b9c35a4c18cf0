/** A platform's credential never gets from its answers into storage, pages or logs. */
import { expect } from 'chai'
import iconv from 'iconv-lite'
import { isRefusal } from '../../src/foundation/errors.js'
import { platforms } from '../../src/platforms/index.js'
import type { Platform, PlatformAddress } from '../../src/platforms/platform.js'
import { makeJsonAnswer, type StandInReply, type StandInRequest, startStandInServer } from '../../src/sandbox/server.js'
import { batchOf, noticeOf } from './notices.js'

const SECRET = 'Zx9-not-to-be-seen'

/** Returns everything a call produced: receipts, entries, or the error with its causes. */
const outcomeOf = async (call: () => Promise<unknown>): Promise<string> => {
  try {
    return JSON.stringify((await call()) ?? null)
  } catch (error) {
    const parts: unknown[] = []
    for (let at: unknown = error; at instanceof Error; at = at.cause) {
      parts.push(at.message, at.stack, isRefusal(at) ? at.details : null)
    }
    return JSON.stringify(parts)
  }
}

const against = async (
  answer: (asked: StandInRequest) => StandInReply,
  use: (to: PlatformAddress) => Promise<void>,
): Promise<void> => {
  const server = await startStandInServer(answer)
  try {
    await use({ url: server.url, secret: SECRET })
  } finally {
    await server.close()
  }
}

const everyCall = (platform: Platform, to: PlatformAddress): (() => Promise<unknown>)[] => [
  () => platform.send(batchOf(noticeOf(1)), to),
  () => platform.shown(to),
  async () => platform.ask?.([noticeOf(1)], to),
]

/** Answers that repeat the credential in every place that can hold text. */
const ECHOES: readonly [string, (id: Platform['id'], secret: string) => StandInReply][] = [
  [
    'in receipts',
    (id, secret) => {
      if (id === 'creditjilin')
        return makeJsonAnswer(422, {
          result: false,
          code: secret,
          message: `bad ${secret}`,
          field: secret,
          value: secret,
          id: secret,
        })
      if (id === 'jilin') {
        const row = `<row><ENTRY_ID>lst_test_1</ENTRY_ID><state>0</state><ruleCode>${secret}</ruleCode><ruleText>${secret}</ruleText><field>${secret}</field><value>${secret}</value><recordNo>${secret}</recordNo></row>`
        return { status: 200, body: `<receipt>${row}</receipt>` }
      }
      const words = {
        text: secret,
        field: secret,
        value: secret,
        errmsg: secret,
        errfield: secret,
        errvalue: secret,
        recid: secret,
        recordId: secret,
      }
      const row = { ILLID: 'lst_test_1', code: secret, errcode: secret, ...words }
      return makeJsonAnswer(200, { code: '00', receipts: [row], line: [row] })
    },
  ],
  [
    'in displayed entries',
    (_, secret) =>
      makeJsonAnswer(200, [
        {
          ILLID: 'lst_test_1',
          ENTRY_ID: 'lst_test_1',
          id: 'lst_test_1',
          SN: 1,
          ENTRY_SN: 1,
          sequence: 1,
          ENTNAME: secret,
          A000001: secret,
          name: secret,
          uscc: secret,
          UNISCID: secret,
          recordId: secret,
        },
      ]),
  ],
  ['as the code for the whole batch', (_, secret) => makeJsonAnswer(200, { code: secret, line: [] })],
  ['in invalid XML', (_, secret) => ({ status: 200, body: `<${secret}` })],
  ['in a page', (_, secret) => ({ status: 200, body: `<html>${secret}</html>` })],
  [
    'in the address of a redirect',
    (_, secret) => ({ status: 302, headers: { location: `http://127.0.0.1:1/${secret}` }, body: secret }),
  ],
  ['in an error', (_, secret) => ({ status: 500, headers: { 'retry-after': secret }, body: secret })],
  ['in a refusal of the credential', (_, secret) => ({ status: 401, body: secret })],
  ['in GB18030', (_, secret) => ({ status: 200, body: iconv.encode(`密钥${secret}`, 'gb18030') })],
]

describe('the secret of a platform', () => {
  for (const platform of platforms) {
    for (const [where, echo] of ECHOES) {
      it(`the secret of ${platform.id} is not stored when the answer repeats it ${where}`, () =>
        against(
          () => echo(platform.id, SECRET),
          async (to) => {
            for (const call of everyCall(platform, to)) expect(await outcomeOf(call)).to.not.include(SECRET)
          },
        ))
    }

    it(`the secret of ${platform.id} is not stored when the answer repeats it with escapes`, () => {
      const escaped = [...SECRET].map((sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')
      const inXml = [...SECRET].map((sign) => `&#${sign.charCodeAt(0)};`).join('')
      const echo = ECHOES[0]?.[1](platform.id, 'HERE')
      const answered = echo === undefined || echo === 'cut' ? null : echo
      const body = String(answered?.body).replaceAll('HERE', platform.id === 'jilin' ? inXml : escaped)
      return against(
        () => ({ status: answered?.status ?? 200, body }),
        async (to) => {
          expect(await outcomeOf(() => platform.send(batchOf(noticeOf(1)), to))).to.not.include(SECRET)
        },
      )
    })

    it(`the secret of ${platform.id} is sent in a header only, never in the address`, () => {
      const asked: StandInRequest[] = []
      return against(
        (one) => {
          asked.push(one)
          return makeJsonAnswer(200, [])
        },
        async (to) => {
          for (const call of everyCall(platform, to)) await outcomeOf(call)
          expect(asked.length).to.be.at.least(3)
          for (const { path, query, body } of asked) {
            expect(`${path}?${query}`).to.not.include(SECRET)
            expect(body.toString()).to.not.include(SECRET)
          }
        },
      )
    })

    it(`the secret of ${platform.id} is not named in the refusal when it is no valid header value`, () =>
      against(
        () => makeJsonAnswer(200, []),
        async ({ url }) => {
          for (const call of everyCall(platform, { url, secret: `${SECRET}\nand more` })) {
            expect(await outcomeOf(call)).to.not.include(SECRET)
          }
        },
      ))

    it(`the secret of ${platform.id} is not named in the refusal when the address contains it`, async () => {
      for (const url of [
        `http://user:${SECRET}@127.0.0.1:1/`,
        `postgres://user:${SECRET}@127.0.0.1:1/x`,
        `file://${SECRET}/x`,
      ]) {
        for (const call of everyCall(platform, { url, secret: 'another secret' })) {
          const outcome = await outcomeOf(call)
          expect(outcome).to.include('信用平台无法访问').and.not.include(SECRET)
        }
      }
    })

    it(`${platform.id} cannot make the hub call another host, by a redirect or by its answer's content`, async () => {
      const elsewhere: string[] = []
      const other = await startStandInServer(({ path }) => {
        elsewhere.push(path)
        return makeJsonAnswer(200, [])
      })
      try {
        const next = `${other.url}/next`
        const pointing: StandInReply[] = [
          ...[301, 302, 303, 307, 308].map((status) => ({ status, headers: { location: next }, body: '' })),
          makeJsonAnswer(200, [{ ILLID: next, ENTRY_ID: next, id: next, next, url: next, href: next }], {
            link: `<${next}>; rel="next"`,
            refresh: `0; url=${next}`,
          }),
          makeJsonAnswer(429, { next }, { location: next, 'retry-after': '1' }),
        ]
        for (const answer of pointing) {
          await against(
            () => answer,
            async (to) => {
              for (const call of everyCall(platform, to)) await outcomeOf(call)
            },
          )
        }
        expect(elsewhere).to.deep.equal([])
      } finally {
        await other.close()
      }
    })
  }
})
