import { existsSync, readdirSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { expect } from 'chai'
import { addMoney } from '../../../src/domain/records/money.js'
import { contractCheck } from '../../../src/foundation/contracts.js'
import { isRefusal } from '../../../src/foundation/errors.js'
import { draftsOf, feedOf, itemsOf } from '../samples.js'

const SHARED = resolve('../shared/data')
const MIRROR = join(SHARED, 'vendor-api-samples/tianyancha-penalties.json')
const CITY = join(SHARED, 'vendor-api-samples/city-platform-cf-row.json')
const here = existsSync(MIRROR) && existsSync(CITY)
const said = here ? '' : ' (skipped: the shared files are not here)'

const filesIn = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    return entry.isDirectory() ? filesIn(path) : [path]
  })

describe(`real files of penalties${said}`, () => {
  before(function () {
    if (!here) this.skip()
  })

  it(`a mirror of twenty decisions: each is valid, has no party and its own key, and its fine is read from words or figures${said}`, async () => {
    const items = await itemsOf('penalties', MIRROR)
    const drafts = items.flatMap((item) => draftsOf('penalties', item))
    expect([items.length, drafts.length]).to.deep.equal([20, 20])
    expect(new Set(drafts.map(({ key }) => key)).size).to.equal(20)
    expect(new Set(drafts.map(({ fact }) => fact)).size).to.equal(20)
    expect(drafts.flatMap(({ body }) => contractCheck('records/penalty')(body))).to.deep.equal([])
    for (const { subject, body, remarks } of drafts) {
      expect(Object.values(subject)).to.deep.equal([null, null, null, null, null])
      expect(remarks.map(({ rule }) => rule)).to.include('subject.none')
      expect(body.fine_yuan, String(body.content)).to.be.a('string')
      expect(body).to.include({ status: null, revoked_on: null })
    }
    // Reference value: the sum was calculated by hand from the twenty texts.
    expect(drafts.map(({ body }) => String(body.fine_yuan)).reduce(addMoney)).to.equal('1626732.4')
    expect(drafts.filter(({ body }) => body.confiscated_yuan !== null)).to.have.length(3)
  })

  it(`the row of a city platform is one decision against a firm with a valid code, and 0.2 万元 are 2000 yuan${said}`, async () => {
    const [item, another] = await itemsOf('penalties', CITY)
    if (!item) throw new Error('no item')
    const [draft] = draftsOf('penalties', item)
    expect(another).to.equal(undefined)
    expect(draft?.remarks).to.deep.equal([])
    expect(draft?.subject.uscc).to.match(/^91230500/)
    expect(draft?.body).to.deep.include({ fine_yuan: '2000', types: ['罚款'], decided_on: '2019-10-10' })
    expect(contractCheck('records/penalty')(draft?.body)).to.deep.equal([])
  })

  for (const id of ['penalties', 'permits', 'repairs', 'defaulters']) {
    it(`${id}: every other file is refused as unknown, with a sentence in both languages${said}`, async () => {
      const own = id === 'penalties' ? [MIRROR, CITY] : []
      for (const path of filesIn(SHARED).filter((file) => !own.includes(file))) {
        const refused = await firstOf(id, path)
        expect(isRefusal(refused), `${relative(SHARED, path)}: ${String(refused)}`).to.equal(true)
        expect((refused as Error).message, path).to.match(/\p{Script=Han}.*[a-z]/u)
      }
    })
  }
})

/** Returns the first item read, the error, or a text if there is neither. */
const firstOf = async (id: string, path: string): Promise<unknown> => {
  try {
    for await (const item of feedOf(id).read(path, {})) return item
    return 'nothing at all'
  } catch (error) {
    return error
  }
}
