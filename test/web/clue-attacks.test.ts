import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import http from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { makeLog } from '../../src/hub/log.js'
import { makeWorld, NOW, type World } from '../api/world.js'
import { addressOf, clueForm, sendForm, serveBehindProxy } from '../support/reporters.js'
import { SAMPLE_JPEG } from '../support/sample-papers.js'

const FACTS = '标注虚构商标的鞋，二十元一双'
const HOUR_MS = 3_600_000
const FIELD = 'Content-Disposition: form-data; name="facts"\r\n\r\n'

describe('/clue against a stranger', () => {
  let world: World
  let proxied: Awaited<ReturnType<typeof serveBehindProxy>>
  const folder = mkdtempSync(join(tmpdir(), 'hub-clue-'))
  const file = join(folder, 'hub.log')
  let hours = 0
  let asked = 0
  before(async () => {
    world = await makeWorld({ log: makeLog({ level: 'info', file }) })
    proxied = await serveBehindProxy(world)
  })
  after(async () => {
    await proxied.close()
    await world.close()
    rmSync(folder, { recursive: true })
  })
  // The limits empty themselves between tests.
  beforeEach(() => {
    hours += 1
    world.setNow(new Date(NOW.getTime() + hours * HOUR_MS))
  })

  const nextAddress = () => {
    asked += 1
    return addressOf(asked)
  }
  const send = (body: FormData, headers: Record<string, string> = nextAddress()) =>
    sendForm(proxied.url, '/clue', body, headers)
  const stateOf = (code: string, headers: Record<string, string> = nextAddress()) =>
    sendForm(proxied.url, '/clue/state', new URLSearchParams({ code }), headers)
  const raw = (type: string, body: string | Buffer): Promise<number> =>
    new Promise((resolve) => {
      const headers = { ...nextAddress(), 'content-type': type, 'content-length': Buffer.byteLength(body) }
      const request = http.request(`${proxied.url}/clue`, { method: 'POST', headers, agent: false })
      request.on('response', (answer) => {
        answer.resume()
        resolve(answer.statusCode ?? 0)
      })
      request.end(body)
    })
  const count = async (): Promise<number> =>
    (await world.database.db.raw('select count(*)::int as n from matters')).rows[0].n
  const sendOne = async () => (await send(clueForm({ facts: `${FACTS} ${asked}` }))).code ?? ''

  it('counts fields by the boundary that the parser takes, so thousands are refused unread', async () => {
    const before = await count()
    const many = (boundary: string) => `--${boundary}\r\n${FIELD}a\r\n`.repeat(5_000)
    for (const [type, body] of [
      ['multipart/form-data; boundary=real', `${many('real')}--real--`],
      ['multipart/form-data; xboundary=other; boundary=real', `${many('real')}--real--`],
      ['multipart/form-data; charset="boundary=other"; boundary=real', `${many('real')}--real--`],
      ['multipart/form-data; boundary="re;al"', `${many('re;al')}--re;al--`],
      ['application/x-www-form-urlencoded; boundary=other', 'facts=a&'.repeat(5_000)],
      ['multipart/form-data', 'facts=a'],
      ['multipart/form-data; boundary=', 'facts=a'],
    ] as const)
      expect(await raw(type, body), type).to.equal(400)
    const pictures = Array.from({ length: 10_000 }, () => 'p').map((name) => `--b\r\n${FIELD}${name}\r\n`)
    expect(await raw('multipart/form-data; boundary=b', pictures.join(''))).to.equal(400)
    expect(await count()).to.equal(before)
    const good = `--real\r\n${FIELD}${FACTS}\r\n--real--\r\n`
    expect(await raw('Multipart/Form-Data; boundary="real"', good)).to.equal(201)
    expect(
      await raw('application/x-www-form-urlencoded; charset=utf-8', `facts=${encodeURIComponent(FACTS)}`),
    ).to.equal(201)
  })

  it('refuses text in another code page and of control characters, and stores line breaks and marks as typed', async () => {
    const before = await count()
    const gbk = Buffer.concat([
      Buffer.from(`--b\r\n${FIELD}`),
      Buffer.from('bcd9bbf5bcd9bbf5', 'hex'),
      Buffer.from('\r\n--b--\r\n'),
    ])
    expect(await raw('multipart/form-data; boundary=b', gbk)).to.equal(422)
    expect(await raw('application/x-www-form-urlencoded', 'facts=%BC%D9%BB%F5')).to.equal(422)
    for (const facts of ['一\u0007', '一\u001b[31m', '一\u0085'])
      expect((await send(clueForm({ facts }))).status, JSON.stringify(facts)).to.equal(422)
    expect(await count()).to.equal(before)
    expect((await send(clueForm({ facts: '第一行\r\n第二行' }))).status).to.equal(201)
  })

  it('shows what was typed as text only', async () => {
    const hostile = '"></textarea><script>alert(1)</script><img src=x onerror=alert(1)>'
    const { text, status } = await send(
      clueForm({ shop: hostile, name: hostile, reference: hostile, seen_on: hostile }),
    )
    expect(status).to.equal(422)
    expect(text).not.to.match(/<script|<img/)
  })

  it('takes an address from its own proxies alone: a forged one buys no further clue', async () => {
    const seen: number[] = []
    for (let n = 0; n < 11; n += 1)
      seen.push((await sendForm(world.url, '/clue', clueForm({ facts: `${FACTS} ${n}` }), addressOf(n))).status)
    expect(seen.at(-1)).to.equal(429)
    const forged: number[] = []
    for (let n = 0; n < 11; n += 1) {
      const headers = { 'x-forwarded-for': `10.7.7.${n}, 10.8.8.8` }
      forged.push((await send(clueForm({ facts: `${FACTS} ${n}` }), headers)).status)
    }
    expect(forged.at(-1)).to.equal(429)
  })

  it('reads a code from the body alone, and writes it neither into a page nor into the log', async () => {
    const code = await sendOne()
    const [good, refused] = [await stateOf(code), await stateOf(`${code.slice(0, -1)}0`)]
    expect([good.status, good.text.includes(code)]).to.deep.equal([200, false])
    expect(refused.text).not.to.include(code.slice(0, 11))
    const paths = [`/clue/state?code=${code}`, `/clue/state/${code}`, `/clue/${code}`, `/clue?code=${code}`]
    for (const path of paths) {
      const text = await (await fetch(`${world.url}${path}`, { headers: { accept: 'text/html' } })).text()
      expect(text, path).not.to.include('已收到')
    }
    await fetch(`${world.url}/clue`, { headers: { referer: `${world.url}/clue/state?code=${code}` } })
    const log = readFileSync(file, 'utf8')
    expect(log).to.include('/clue/state/').and.not.include(code.slice(0, 11))
  })

  it('a code of another letter opens nothing: neither a party’s code here, nor a receipt at /my', async () => {
    const code = await sendOne()
    const signedIn = await fetch(`${world.url}/my`, {
      method: 'POST',
      body: new URLSearchParams({ code }),
      redirect: 'manual',
    })
    expect(signedIn.headers.get('set-cookie') ?? '').not.to.match(/=[^;]{20}/)
    const { data, errors } = await world.ask('mutation ($code: String!) { partyToken(accessCode: $code) }', {
      variables: { code },
    })
    expect([data?.partyToken ?? null, errors?.length]).to.deep.equal([null, 1])
  })

  it('no cache may keep an answer, whatever it says, and no other site may ask for one', async () => {
    const code = await sendOne()
    const foreign = await stateOf(code, { ...nextAddress(), 'sec-fetch-site': 'cross-site' })
    const null_ = await stateOf(code, { ...nextAddress(), origin: 'null' })
    const other = await stateOf(code, { ...nextAddress(), origin: 'https://elsewhere.example' })
    expect([foreign.status, null_.status, other.status]).to.deep.equal([403, 403, 403])
    for (const { headers } of [foreign, other, await stateOf(code), await stateOf('x'), await send(clueForm({}))])
      expect([headers.get('cache-control'), headers.get('set-cookie')]).to.deep.equal(['no-store', null])
    for (const { text } of [foreign, other]) expect(text).not.to.include('已收到，')
    for (const method of ['PUT', 'DELETE', 'PATCH'])
      expect((await fetch(`${world.url}/clue`, { method })).status, method).to.be.within(404, 405)
  })

  it('a file that another has sent already takes the same statements, and is refused alike at the limit of the day', async () => {
    const picture = (n: number) =>
      Buffer.concat([SAMPLE_JPEG.subarray(0, -2), Buffer.from([n]), SAMPLE_JPEG.subarray(-2)])
    const statements = (n: number) =>
      world.statements(() => sendForm(world.url, '/clue', clueForm({ facts: `${FACTS} ${n} ${asked}` }, [picture(n)])))
    await statements(1)
    const [known, fresh] = [await statements(1), await statements(2)]
    expect(known).to.deep.equal(fresh)
    await world.database.db.raw(
      `insert into matter_files (seat, sha256, media_type, bytes, content, stored_by, stored_at)
       select 'public', lpad(to_hex(n), 64, '0'), 'PNG', 1, '', 'public', ? from generate_series(1, 998) n`,
      [world.parts.now()],
    )
    const [again, other] = [
      await send(clueForm({ facts: FACTS }, [picture(1)])),
      await send(clueForm({ facts: FACTS }, [picture(3)])),
    ]
    await world.database.db.raw('delete from matter_files where bytes = 1')
    expect([again.status, other.status]).to.deep.equal([422, 422])
    expect(again.text.replace(/value="[-0-9a-f]{36}"/, '')).to.equal(other.text.replace(/value="[-0-9a-f]{36}"/, ''))
  })
})
