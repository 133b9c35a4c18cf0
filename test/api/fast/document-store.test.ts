import { expect } from 'chai'
import { type DocumentNode, parse } from 'graphql'
import {
  CACHED_DOCUMENT_LENGTH_MOST,
  CACHED_DOCUMENTS_MOST,
  makeDocumentStore,
} from '../../../src/api/fast/document-store.js'

const asked = (n: number): DocumentNode => parse(`{ a${n} }`)

describe('known GraphQL documents', () => {
  it('are kept after their second request', async () => {
    const known = makeDocumentStore()
    const document = asked(1)
    await known.set('a', document)
    expect(await known.get('a')).to.equal(undefined)
    await known.set('a', document)
    expect(await known.get('a')).to.equal(document)
    await known.delete('a')
    expect(await known.get('a')).to.equal(undefined)
  })

  it('are bounded in number, the least recently used leaving first', async () => {
    const known = makeDocumentStore()
    for (let n = 0; n < CACHED_DOCUMENTS_MOST * 3; n += 1) {
      for (let twice = 0; twice < 2; twice += 1) await known.set(String(n), asked(n))
      await known.get('0')
    }
    const held: number[] = []
    for (let n = 0; n < CACHED_DOCUMENTS_MOST * 3; n += 1) if (await known.get(String(n))) held.push(n)
    expect(held).to.deep.equal([
      0,
      ...Array.from({ length: CACHED_DOCUMENTS_MOST - 1 }, (_, i) => CACHED_DOCUMENTS_MOST * 2 + 1 + i),
    ])
  })

  it('are bounded in length', async () => {
    const known = makeDocumentStore()
    const [longest, longer] = [CACHED_DOCUMENT_LENGTH_MOST, CACHED_DOCUMENT_LENGTH_MOST + 1].map((length) =>
      parse('{ a }'.padEnd(length)),
    )
    for (const [digest, document] of Object.entries({ longest, longer }))
      for (let twice = 0; twice < 2; twice += 1) await known.set(digest, document as DocumentNode)
    expect(await known.get('longest')).to.equal(longest)
    expect(await known.get('longer')).to.equal(undefined)
  })
})
