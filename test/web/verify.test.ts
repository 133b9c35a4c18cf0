import { expect } from 'chai'
import decodeQR from 'qr/decode.js'
import { keyIn } from '../api/global-ids.js'
import { worldWithListing } from '../api/listed-world.js'
import { uscc } from '../api/record-drafts.js'
import type { World } from '../api/world.js'
import { visitor } from '../support/party.js'

const ISSUE = 'mutation($input: AccessCodeInput!) { issueAccessCode(input: $input) { code } }'

describe('verifying a certificate of removal (/verify)', () => {
  let world: World
  let id: string
  let shown: object
  const anybody = () => visitor(world.url)
  const firm = async () => {
    const variables = { input: { operator: uscc(1), reason: '送达' } }
    const answer = await world.ask(ISSUE, { token: world.token('officer', 'officer-1'), variables })
    const party = visitor(world.url)
    await party.post('/my', { accessCode: answer.data.issueAccessCode.code })
    return party
  }
  const codeIn = (page: string): string => /verify\?code=([0-9a-f]{20})/.exec(page)?.[1] ?? ''

  before(async () => {
    ;[world, id] = await worldWithListing('虚构核验有限公司')
    await world.database.db.raw(
      `update listings set state = 'REMOVED', removed_on = '2026-03-01', removal_reason = 'REVOKED' where id = ?`,
      [keyIn(id)],
    )
    const columns = ['listing_id', 'body', 'body_hash', 'published_on', 'ends_on', 'shown_from']
    shown = await world.database.db('public_entries').first(columns)
    await world.database.db('public_entries').delete()
  })
  after(() => world.close())

  it('finds it by the code that its QR code leads to, and says what it certifies', async () => {
    const page = (await (await firm()).get(`/my/listings/${id}/certificate`)).text
    const code = codeIn(page)
    expect(readQr(page)).to.equal(`${world.url}/verify?code=${code}`)
    for (const typed of [code, code.toUpperCase(), code.match(/.{4}/g)?.join('-') ?? '']) {
      const { status, text } = await anybody().get(`/verify?code=${typed}`)
      expect(status).to.equal(200)
      expect(text).to.include('证明真实').and.include('虚构核验有限公司').and.include('不在公示之中')
    }
    const wrong = await anybody().get(`/verify?code=${code.replace(/^./, (sign) => (sign === '0' ? '1' : '0'))}`)
    expect([wrong.status, wrong.text.includes('虚构核验有限公司')]).to.deep.equal([404, false])
  })

  it('keeps the theme that a reader chose', async () => {
    expect((await anybody().get('/verify?theme=dark')).text).to.include('<html data-theme="dark"')
  })

  it('keeps its code while nothing changes', async () => {
    const party = await firm()
    const codes = [1, 2].map(async () => codeIn((await party.get(`/my/listings/${id}/certificate`)).text))
    expect(new Set(await Promise.all(codes)).size).to.equal(1)
  })

  it('finds it by its signed file and by its PDF, and tells an altered one', async () => {
    const party = await firm()
    const jws = (await party.get(`/my/listings/${id}/certificate.jws`)).text
    const pdf = await fetch(`${world.url}/my/listings/${id}/certificate.pdf`, { headers: { cookie: party.cookie() } })
    const [head = '', body = '', sign = ''] = jws.split('.')
    const altered = Buffer.from(body, 'base64url').toString().replace('2026-03-01', '2025-03-01')
    const files: [what: string, file: Buffer, status: number, words: string][] = [
      ['the signed file', Buffer.from(jws), 200, '证明真实'],
      ['the PDF', Buffer.from(await pdf.arrayBuffer()), 200, '证明真实'],
      ['an altered one', Buffer.from(`${head}.${Buffer.from(altered).toString('base64url')}.${sign}`), 422, '改动过'],
      ['a manifest', Buffer.from(world.keys.manifests.sign('{}').jws), 404, '不是本站出具'],
      ['another file', Buffer.from('hello'), 404, '不是本站出具'],
    ]
    for (const [what, file, status, words] of files) {
      const answer = await anybody().attach('/verify', {}, [file])
      expect([answer.status, answer.text.includes(words)], what).to.deep.equal([status, true])
    }
  })

  it('answers a file of letters alone like any other file', async () => {
    // A search that begins anew at each letter would not end.
    const { status } = await anybody().attach('/verify', {}, [Buffer.alloc(1_900_000, 'a')])
    expect(status).to.equal(404)
  })

  it('refuses a form of thousands of fields before it is parsed', async () => {
    const part = '--b\r\nContent-Disposition: form-data; name="f"; filename="x"\r\n\r\nx\r\n'
    for (const [type, body] of [
      ['application/x-www-form-urlencoded', 'a&'.repeat(1_000_000)],
      ['multipart/form-data; boundary=b', `${part.repeat(25_000)}--b--\r\n`],
    ] as const) {
      const answer = await fetch(`${world.url}/verify`, { method: 'POST', headers: { 'content-type': type }, body })
      expect(answer.status, type).to.equal(400)
    }
  })

  it('says when the entry has been published again since', async () => {
    const code = codeIn((await (await firm()).get(`/my/listings/${id}/certificate`)).text)
    const { db } = world.database
    await db.raw(`update listings set state = 'PUBLISHED', removed_on = null, removal_reason = null where id = ?`, [
      keyIn(id),
    ])
    await db('public_entries').insert(shown)
    expect((await anybody().get(`/verify?code=${code}`)).text).to.include('又恢复公示')
  })
})

/** Draws the path of the page's QR code, four pixels a module, and reads it. */
const readQr = (page: string): string => {
  const [, side = '', path = ''] = /<svg class="qr" viewBox="0 0 (\d+) \d+"[\s\S]*?<path d="([^"]+)"/.exec(page) ?? []
  const scale = 4
  const width = Number(side) * scale
  const data = new Uint8ClampedArray(width * width * 4).fill(255)
  for (const [, x, y] of path.matchAll(/M(\d+) (\d+)h1v1h-1z/g))
    for (let row = 0; row < scale; row += 1)
      for (let column = 0; column < scale; column += 1)
        blacken(data, (Number(y) * scale + row) * width + Number(x) * scale + column)
  return decodeQR({ width, height: width, data })
}

const blacken = (data: Uint8ClampedArray, pixel: number): void => void data.fill(0, pixel * 4, pixel * 4 + 3)
