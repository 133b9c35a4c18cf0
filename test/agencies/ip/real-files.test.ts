import { existsSync, readdirSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { expect } from 'chai'
import type { Draft } from '../../../src/domain/records/records.js'
import { contract } from '../../../src/foundation/contracts.js'
import { isRefusal } from '../../../src/foundation/errors.js'
import { draftsOf, feedOf, itemsOf } from '../samples.js'

const DATA = resolve('../shared/data')
const GAZETTE = join(DATA, 'trademarks-tipo/gazette-companies.csv')
const DOCUMENTS = ['rn2178784-ST-961_D3.xml', 'rn2178784-ST-962.2.1.xml', 'sn76044902.xml'].map((name) =>
  join(DATA, 'trademarks-uspto', name),
)
const FEEDS = ['trademarks', 'icp', 'shops', 'trustmarks']
/** Codes with which a file may be refused. */
const CODES = ['CONTENT_UNKNOWN', 'CONTENT_UNREADABLE', 'CONTENT_TOO_LARGE']

const draftsIn = async (path: string): Promise<{ items: number; drafts: Draft[] }> => {
  const items = await itemsOf('trademarks', path)
  return { items: items.length, drafts: items.flatMap((item) => draftsOf('trademarks', item)) }
}

const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? filesBelow(join(folder, entry.name)) : [join(folder, entry.name)],
  )

describe('real trademark files, and every other real file (left out where they are absent)', () => {
  before(function () {
    if (!existsSync(GAZETTE) || !DOCUMENTS.every((path) => existsSync(path))) this.skip()
  })

  it('the gazette of Taiwan: 1,629 items, none set aside, 2,333 records of one class each', async () => {
    const { items, drafts } = await draftsIn(GAZETTE)
    expect([items, drafts.length, new Set(drafts.map(({ key }) => key)).size]).to.deep.equal([1629, 2333, 2333])
    for (const { body, key, subject, validFrom, validTo, findings } of drafts) {
      expect(contract('records/trademark')(body)).to.deep.equal([])
      expect(key).to.match(/^TW:022\d{5}\/\d{1,2}$/)
      expect([subject.uscc, validFrom, validTo]).to.deep.equal([null, '2022-03-16', '2032-03-15'])
      expect(body.applied_on).to.satisfy((day: string) => day > '2010-01-01' && day < '2022-03-16')
      expect(`${body.name}${body.owner_name_en}`).to.not.match(/&(amp|lt|gt|quot);/)
      expect(findings.every(({ rule }) => rule === 'value.entity')).to.equal(true)
    }
  })

  it('three documents of the USPTO: an item each, four records, the same mark in two versions of the standard is one', async () => {
    const [first, second, third] = await Promise.all(DOCUMENTS.map(draftsIn))
    expect([first, second, third].map((one) => one?.items)).to.deep.equal([1, 1, 1])
    expect(first?.drafts).to.deep.equal(second?.drafts)
    expect(first?.drafts.map(({ key }) => key)).to.deep.equal(['US:74631225/9'])
    expect(first?.drafts[0]?.body).to.include({
      number: '2178784',
      name: 'JAVA',
      status: 'REGISTERED',
      applied_on: '1995-02-07',
      registered_on: '1998-08-04',
      expires_on: null,
    })
    expect(third?.drafts.map(({ key }) => key)).to.deep.equal(['US:76044902/9', 'US:76044902/42'])
    for (const { body, findings } of [...(first?.drafts ?? []), ...(third?.drafts ?? [])]) {
      expect(contract('records/trademark')(body)).to.deep.equal([])
      expect(findings).to.deep.equal([])
    }
  })

  it('every other file there is refused by these feeds, with a sentence in both languages', async () => {
    const others = filesBelow(DATA).filter((path) => path !== GAZETTE && !DOCUMENTS.includes(path))
    expect(others).to.have.length.greaterThan(30)
    for (const path of others) {
      for (const id of FEEDS) {
        const told = await refusal(id, path)
        expect(CODES, `${id} takes ${relative(DATA, path)}`).to.include(told.code)
        expect(told.message).to.match(/\p{Script=Han}.*[a-z]\./u)
      }
    }
  })

  it('the trademark files are refused by the other three', async () => {
    for (const path of [GAZETTE, ...DOCUMENTS])
      for (const id of FEEDS.slice(1)) expect((await refusal(id, path)).code).to.equal('CONTENT_UNKNOWN')
  })
})

/** Reads the first item only: a feed that yields one accepts the file. */
const refusal = async (id: string, path: string): Promise<{ code: string; message: string }> => {
  try {
    for await (const item of feedOf(id).read(path, {})) return { code: 'taken', message: String(item.row) }
    return { code: 'empty', message: '' }
  } catch (error) {
    if (isRefusal(error)) return { code: error.code, message: error.message }
    throw error
  }
}
