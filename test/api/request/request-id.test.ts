import { randomBytes, randomUUID } from 'node:crypto'
import { expect } from 'chai'
import { readRequestId, readTraceparent } from '../../../src/api/request/request-id.js'
import { formatAccessCode } from '../../../src/foundation/text/access-code.js'
import { codeOf } from '../../support/world.js'

const RESIDENT_ID = '11010519491231002X'
const MOBILE = '13812345678'
const TRACE = '0af7651916cd43dd8448eb211c80319c'
const PARENT = 'b7ad6b7169203331'
/** Share of random ids in which some digits may look like a telephone. */
const REPLACED_AT_MOST = 0.005
const IDS = 5_000

const idOf = (id: string): string | null => readRequestId({ 'x-request-id': id })

describe('the id that a caller gives its request', () => {
  const accepted = [
    'mine',
    'Order.7_a-b',
    'f47ac10b-58cc-4372-a567-0e02b2c3d479',
    '01ARZ3NDEKTSV4RRFFQ69G5FAV',
    TRACE,
    `${TRACE}.42.17645664000000001`,
    '1829384756102938475',
    '20261201-053012-0042',
    '1764566400000-7',
  ]
  for (const id of accepted) it(`is taken: ${id}`, () => expect(idOf(id)).to.equal(id))

  const refused = {
    'an ID number': RESIDENT_ID,
    'an ID number among other signs': `req_${RESIDENT_ID}.7`,
    'an ID number of fifteen digits': 'id-110105491231002',
    'a mobile number': MOBILE,
    'a mobile number with a country code': `86${MOBILE}`,
    'a mobile number after a word': `user-${MOBILE}`,
    'a mobile number before a word': `${MOBILE}_login`,
    'a mobile number in groups': 'a_138_1234_5678',
    'a mobile number as the last group of a UUID': `00000000-0000-0000-0000-a${MOBILE}`,
    'a landline': '0431-88912345',
    'a unified code': codeOf(1),
    'a unified code in small letters': `shop.${codeOf(2).toLowerCase()}`,
    'a unified code without a separator': `order${codeOf(3)}x`,
    'an access code': formatAccessCode(randomBytes(15)),
    'no sign': '',
    'a sign of SQL': 'x*/',
    'more than 64 signs': 'x'.repeat(65),
  }
  for (const [what, id] of Object.entries(refused)) it(`is not taken: ${what}`, () => expect(idOf(id)).to.equal(null))

  it('is the trace where none is given, unless that names somebody', () => {
    const traced = (trace: string) => readRequestId({ traceparent: `00-${trace}-b7ad6b7169203331-01` })
    expect(traced(TRACE)).to.equal(TRACE)
    expect(traced(MOBILE.padStart(32, 'a'))).to.equal(null)
  })

  it('leaves no trace to the spans where that is malformed or names somebody', () => {
    const kept = (trace: string, parent = PARENT, version = '00') =>
      readTraceparent({ traceparent: `${version}-${trace}-${parent}-01` })
    expect(kept(TRACE)).to.equal(`00-${TRACE}-${PARENT}-01`)
    const parents = [PARENT.slice(1), '0'.repeat(16), MOBILE.padStart(16, 'a')]
    const traces = [TRACE.slice(1), TRACE.toUpperCase(), '0'.repeat(32), MOBILE.padStart(32, 'a')]
    expect([...traces.map((trace) => kept(trace)), ...parents.map((parent) => kept(TRACE, parent))]).to.deep.equal(
      [...traces, ...parents].map(() => undefined),
    )
    expect([kept(TRACE, PARENT, 'ff'), readTraceparent({})]).to.deep.equal([undefined, undefined])
  })

  it('is kept where it is random', () => {
    const made = Array.from({ length: IDS }, () => [randomUUID(), randomBytes(16).toString('hex')]).flat()
    expect(made.filter((id) => idOf(id) === null).length).to.be.below(made.length * REPLACED_AT_MOST)
  })
})
