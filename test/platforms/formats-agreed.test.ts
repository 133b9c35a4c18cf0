/** Formats agreed with receivers: byte for byte, and as their interface documents say. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { contractCheck } from '../../src/foundation/contracts.js'
import { documents, GOLDENS, SCHEMAS, schemaOf } from '../support/platform-documents.js'
import { ACTIONS, FORMATS, goldenName } from '../support/platform-samples.js'

describe('agreed formats', () => {
  for (const { name, row, messages } of FORMATS) {
    it(`${name} has an example in its schema that equals an added subject`, () => {
      expect(schemaOf(name).examples?.[0]).to.deep.equal(row('ADD'))
    })

    it(`${name} is satisfied by an addition, a change and a removal`, () => {
      for (const action of ACTIONS) expect(contractCheck(`platforms/${name}`)(row(action))).to.deep.equal([])
    })

    for (const { ending, bytes } of messages) {
      it(`${name} as ${ending} is byte for byte as agreed`, () => {
        for (const action of ACTIONS) {
          const agreed = readFileSync(join(GOLDENS, goldenName(name, action, ending)))
          expect(Buffer.from(bytes(action)).equals(agreed), goldenName(name, action, ending)).to.equal(true)
        }
      })
    }

    it(`${name} says of each field its Chinese name and what it means in both languages`, () => {
      const faults: string[] = []
      const look = (properties: ReturnType<typeof schemaOf>['properties'], path: string) => {
        for (const [field, { title, description, properties: inner }] of Object.entries(properties ?? {})) {
          const both = /\p{Script=Han}/u.test(title ?? '') && /\p{Script=Han}.*。.*[A-Za-z]/u.test(description ?? '')
          if (!both) faults.push(path + field)
          look(inner, `${path + field}/`)
        }
      }
      look(schemaOf(name).properties, '')
      expect(faults).to.deep.equal([])
    })
  }

  it('have a schema each, and an interface document that is up to date', () => {
    const files = readdirSync(SCHEMAS).sort()
    expect(files).to.have.members([...FORMATS.map(({ name }) => `${name}.json`), ...documents().keys()])
    for (const [file, text] of documents()) expect(readFileSync(join(SCHEMAS, file), 'utf8'), file).to.equal(text)
  })

  it('have no agreed message without a producer', () => {
    const made = FORMATS.flatMap(({ name, messages }) =>
      messages.flatMap(({ ending }) => ACTIONS.map((action) => goldenName(name, action, ending))),
    )
    expect(readdirSync(GOLDENS).sort()).to.deep.equal(made.sort())
  })
})
