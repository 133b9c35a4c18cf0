/** Formats agreed with receivers: messages equal the golden files byte for byte, and interface documents are up to date. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { contractCheck } from '../../src/foundation/contracts.js'
import { documents, GOLDENS, SCHEMAS, schemaOf } from '../support/platform-documents.js'
import { ACTIONS, FORMATS, goldenName } from '../support/platform-samples.js'

describe('agreed formats', () => {
  for (const { name, row, messages } of FORMATS) {
    it(`${name} has an example in its schema that equals the row of an addition`, () => {
      expect(schemaOf(name).examples?.[0]).to.deep.equal(row('ADD'))
    })

    it(`${name} has a schema that an addition, a change and a removal satisfy`, () => {
      for (const action of ACTIONS) expect(contractCheck(`platforms/${name}`)(row(action))).to.deep.equal([])
    })

    for (const { ending, bytes } of messages) {
      it(`${name} as ${ending} equals the agreed golden files byte for byte`, () => {
        for (const action of ACTIONS) {
          const agreed = readFileSync(join(GOLDENS, goldenName(name, action, ending)))
          expect(Buffer.from(bytes(action)).equals(agreed), goldenName(name, action, ending)).to.equal(true)
        }
      })
    }

    it(`${name} has a Chinese name and a description in both languages for each field`, () => {
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

  it('have a schema each, and an up-to-date interface document', () => {
    const files = readdirSync(SCHEMAS).sort()
    expect(files).to.have.members([...FORMATS.map(({ name }) => `${name}.json`), ...documents().keys()])
    for (const [file, text] of documents()) expect(readFileSync(join(SCHEMAS, file), 'utf8'), file).to.equal(text)
  })

  it('have a producer for every golden file', () => {
    const made = FORMATS.flatMap(({ name, messages }) =>
      messages.flatMap(({ ending }) => ACTIONS.map((action) => goldenName(name, action, ending))),
    )
    expect(readdirSync(GOLDENS).sort()).to.deep.equal(made.sort())
  })
})
