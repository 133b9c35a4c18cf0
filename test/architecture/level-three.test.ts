import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { ROOT } from './tree.js'

interface Requirement {
  clause: string
  tests: { file: string; title: string }[]
  operator: string | null
}

const { requirements } = JSON.parse(readFileSync(join(ROOT, 'schema/rules/level-three.json'), 'utf8')) as {
  requirements: Requirement[]
}

/** Clauses of GB/T 22239-2019 8.1.4, with the last letter of each; empty for a clause without items. */
const CLAUSES = ['1d', '2g', '3d', '4f', '5', '6', '7b', '8b', '9c', '10b', '11b'].flatMap((text) => {
  const [, clause = '', last = ''] = /^(\d+)([a-z]?)$/.exec(text) ?? []
  const items = 'abcdefg'.slice(0, 'abcdefg'.indexOf(last) + 1)
  return last === '' ? [`8.1.4.${clause}`] : [...items].map((item) => `8.1.4.${clause} ${item}`)
})

const missingTests = (of: readonly Requirement[]): string[] =>
  of.flatMap(({ clause, tests }) =>
    tests.flatMap(({ file, title }) => {
      const path = join(ROOT, file)
      const isThere = existsSync(path) && readFileSync(path, 'utf8').includes(`it('${title}'`)
      return isThere ? [] : [`${clause}: ${file} has no test “${title}”`]
    }),
  )

describe('requirements of level 3 (GB/T 22239-2019 8.1.4)', () => {
  it('are all in the table, each with a test or the reason why it is the operator’s', () => {
    expect(requirements.map(({ clause }) => clause)).to.deep.equal(CLAUSES)
    expect(requirements.filter(({ tests, operator }) => tests.length === 0 && operator === null)).to.deep.equal([])
  })

  it('name only tests that exist, which a planted title shows', () => {
    expect(missingTests(requirements)).to.deep.equal([])
    const [first] = requirements
    if (first === undefined) throw new Error('no requirement')
    const planted = { ...first, tests: [{ file: 'test/server/desk.test.ts', title: 'never written' }] }
    expect(missingTests([planted])).to.have.length(1)
  })
})
