import { expect } from 'chai'
import { globalOf } from '../global-ids.js'
import { numberOf, worldWithListing } from '../listed-world.js'
import { uscc } from '../record-drafts.js'
import { recordId, TODAY, type World } from '../world.js'

const HALVES: [what: string, text: string][] = [
  ['the first half', 'a\ud83d'],
  ['the second half', '\udc00a'],
  ['two in the wrong order', 'a\udc00\ud83d'],
  ['one behind a backslash', 'a\\\ud83d'],
]

describe('lone surrogates in input', () => {
  let world: World
  let id: string
  let record: string
  before(async () => {
    ;[world, id] = await worldWithListing('虚构甲有限公司')
    record = globalOf('Record', await recordId(world, `${numberOf(1)}/${uscc(1)}`))
  })
  after(() => world.close())

  const asked: [what: string, question: string, variables: (text: string) => object][] = [
    [
      'a move',
      'mutation($input: MoveInput!) { hideListing(input: $input) { listing { id } } }',
      (text) => ({ input: { id, on: TODAY, hiding: 'ERROR', reason: text } }),
    ],
    [
      'a lead',
      'mutation($input: OpenLeadInput!) { openLead(input: $input) { listing { id } } }',
      (text) => ({ input: { code: uscc(1), list: 'serious', reason: text, on: TODAY } }),
    ],
    [
      'an access code',
      'mutation($input: AccessCodeInput!) { issueAccessCode(input: $input) { code } }',
      (text) => ({ input: { operator: uscc(1), reason: text } }),
    ],
    [
      'an objection',
      'mutation($input: OpenObjectionInput!) { openObjection(input: $input) { id } }',
      (text) => ({ input: { operator: uscc(1), record, statement: text } }),
    ],
    [
      'the blacklist',
      'query($name: String) { blacklist(filter: { name: $name }) { nodes { id } } }',
      (text) => ({ name: text }),
    ],
    [
      'the directory',
      'query($name: String) { operators(filter: { name: $name }) { nodes { id } } }',
      (text) => ({ name: text }),
    ],
  ]
  for (const [what, question, variables] of asked) {
    it(`are refused with an error code: ${what}`, async () => {
      for (const [which, text] of HALVES) {
        const { errors } = await world.ask(question, { token: world.token('officer'), variables: variables(text) })
        expect(errors?.[0]?.extensions['code'], which).to.equal('INPUT_INVALID')
        expect(errors?.[0]?.message).to.include('half of a character')
      }
    })
  }

  it('are not found in whole characters or written-out escapes', async () => {
    for (const reason of ['二次核实😀', '原文作 \\ud83d 与 \\u0000']) {
      const { data, errors } = await world.ask(
        'mutation($input: AccessCodeInput!) { issueAccessCode(input: $input) { accessCode { reason } } }',
        { token: world.token('officer'), variables: { input: { operator: uscc(1), reason } } },
      )
      expect(errors).to.equal(undefined)
      expect(data.issueAccessCode.accessCode.reason).to.equal(reason)
    }
  })
})
