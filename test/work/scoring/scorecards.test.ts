import { rmSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect } from 'chai'
import { schemaText } from '../../../src/foundation/contracts.js'
import { Refusal } from '../../../src/foundation/errors.js'
import { listFaultlessVersions, loadScorecard } from '../../../src/work/scoring/scorecards.js'

const FOLDER = resolve('schema/scorecards')
const VERSION = 'cards-test'
const PATH = resolve(FOLDER, `${VERSION}.json`)
const CARD = schemaText('scorecards/ecommerce-1.json').replace('"version": "ecommerce-1"', `"version": "${VERSION}"`)

const refused = (): Refusal => {
  try {
    loadScorecard(VERSION)
  } catch (error) {
    if (error instanceof Refusal) return error
    throw error
  }
  throw new Error('not refused')
}

describe('scorecard file', () => {
  afterEach(() => rmSync(PATH, { force: true }))

  const twice: [what: string, from: string, to: string, name: string][] = [
    ['at its top', '"base": 600,', '"base": 600, "base": 700,', 'base'],
    ['deep inside, with equal values', '"points": 20,', '"points": 20, "points": 20,', 'points'],
    ['once in escaped spelling', '"cap": 20,', '"cap": 20, "c\\u0061p": 10,', 'cap'],
  ]
  for (const [what, from, to, name] of twice) {
    it(`with a name given twice ${what} is refused by that name`, () => {
      writeFileSync(PATH, CARD.replace(from, to))
      const { code, message } = refused()
      expect(code).to.equal('SCORECARD_BROKEN')
      expect(message).to.include(`名称重复：${name}。`)
    })
  }

  it('is read again after a change, and can be used only while it is valid', () => {
    expect(listFaultlessVersions()).to.include.members(['ecommerce-1', 'general-1']).and.not.include(VERSION)
    for (const broken of [
      '{ "version": ',
      '5',
      CARD.replace('"base": 600', '"base": 600.5'),
      CARD.replace(VERSION, 'x'),
    ]) {
      writeFileSync(PATH, broken)
      expect(listFaultlessVersions(), broken.slice(0, 30)).not.to.include(VERSION)
      expect(refused().code).to.equal('SCORECARD_BROKEN')
    }
    writeFileSync(PATH, CARD)
    expect(listFaultlessVersions()).to.include(VERSION)
    expect(loadScorecard(VERSION)).to.equal(loadScorecard(VERSION))
  })
})
