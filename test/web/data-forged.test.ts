import { createHash } from 'node:crypto'
import { expect } from 'chai'
import { makeWorld, type World } from '../api/world.js'
import { getRaw, keysOf, verified } from '../support/holder.js'
import { letGo, shown } from '../support/public-list.js'

const given = { publishedOn: '2026-02-01', endsOn: '2029-02-01' }
const BITS = [1, 2, 4, 8, 16, 32, 64, 128]

/** Every text that differs from `text` in exactly one bit of its UTF-8 bytes, decoded as latin1. */
function* flipped(text: string): Generator<string> {
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at += 1)
    for (const bit of BITS) {
      const other = Buffer.from(bytes)
      other[at] = (other[at] ?? 0) ^ bit
      yield other.toString('latin1')
    }
}

const signature = (jws: string): Buffer => Buffer.from(jws.split('.')[2] ?? '', 'base64url')

describe('a forged public file', () => {
  let world: World
  before(async () => {
    world = await makeWorld()
    const one = await shown(world.database.db, 1, given)
    await shown(world.database.db, 2, given)
    await world.publish()
    await letGo(world.database.db, one.id)
    await world.publish()
  })
  after(() => world.close())

  it('one flipped bit anywhere in a manifest fails with a stock JOSE library', async () => {
    const keys = await keysOf(world.url)
    const delta = await getRaw(`${world.url}/data/delta?since=1`)
    const manifests = [(await getRaw(`${world.url}/data/manifest.jws`)).text, String(delta.headers['manifest-jws'])]
    for (const jws of manifests) {
      await verified(world.url, jws, keys)
      const believed: string[] = []
      for (const forged of flipped(jws))
        await verified(world.url, forged, keys).then(
          () => believed.push(forged),
          () => undefined,
        )
      // The low four bits of the last base64 character carry no data (RFC 4648, 3.5). Only that character may differ, with the same signature bytes.
      for (const forged of believed) {
        expect(forged.slice(0, -1)).to.equal(jws.slice(0, -1))
        expect(signature(forged).equals(signature(jws))).to.equal(true)
      }
    }
  })

  it('one flipped bit in a file or a delta breaks its hash in the manifest', async () => {
    const keys = await keysOf(world.url)
    const said = await verified(world.url, (await getRaw(`${world.url}/data/manifest.jws`)).text, keys)
    const delta = await getRaw(`${world.url}/data/delta?since=1`)
    const all = [...said.files, ...(await verified(world.url, String(delta.headers['manifest-jws']), keys)).files]
    expect(all).to.have.length(5)
    for (const { path, sha256 } of all) {
      const { body } = await getRaw(`${world.url}${path}`)
      const hash = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
      expect(hash(body), path).to.equal(sha256)
      for (let at = 0; at < body.length; at += 1)
        for (const bit of BITS) {
          body[at] = (body[at] ?? 0) ^ bit
          expect(hash(body) === sha256, `${path} ${at}`).to.equal(false)
          body[at] = (body[at] ?? 0) ^ bit
        }
    }
  })

  it('a manifest is no token, and a token is no manifest', async () => {
    const { keys } = JSON.parse((await getRaw(`${world.url}/.well-known/jwks.json`)).text) as {
      keys: { kid: string }[]
    }
    const kidOf = (jws: string) => JSON.parse(Buffer.from(jws.split('.')[0] ?? '', 'base64url').toString()).kid
    const manifest = (await getRaw(`${world.url}/data/manifest.jws`)).text
    const token = world.token('officer')
    expect(keys.map(({ kid }) => kid)).to.include.members([kidOf(manifest), kidOf(token)])
    expect(kidOf(manifest)).to.not.equal(kidOf(token))
    const asked = await world.ask('{ viewer { role } }', { token: manifest })
    expect(asked.errors?.[0]?.extensions['code']).to.equal('UNAUTHENTICATED')
    expect(Object.keys(keys[1] ?? {})).to.not.include('d')
  })
})
