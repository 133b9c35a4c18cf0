import { expect } from 'chai'
import { hasResidentIdForm, isValidResidentId, isValidUscc } from '../../../src/domain/operators/codes.js'
import { keyIn } from '../global-ids.js'
import { publishListing } from '../listed-world.js'
import { penalty, registration, uscc } from '../record-drafts.js'
import { makeWorld, type World } from '../world.js'

const PHONE = '13800138000'
const NAME = `虚构市${PHONE}手机店`
const SHOWN = '虚构市［号码略］手机店'
const numberOf = (n: number) => `虚市监处罚〔2026〕${n}号`

/** An invented, mistyped code of a firm that also has the form of a person's ID number. */
const ambiguous = (): string => {
  for (let serial = 0; serial < 10_000; serial += 1) {
    const code = `52010219800101${String(serial).padStart(4, '0')}`
    if (hasResidentIdForm(code) && !isValidResidentId(code) && !isValidUscc(code)) return code
  }
  throw new Error('no such code')
}

describe('a name that is masked in the public entry', () => {
  let world: World
  let listed: string
  const code = uscc(1)
  const doubtful = ambiguous()
  before(async () => {
    world = await makeWorld()
    await world.bring('registry', [
      registration(code, NAME, { former_names: [`旧${NAME}`] }),
      registration(doubtful, '虚构服务社'),
    ])
    await world.bring('penalties', [penalty(code, numberOf(1)), penalty(doubtful, numberOf(2))])
    listed = await publishListing(world, code, numberOf(1))
  })
  after(() => world.close())

  const QUESTION = `{ blacklist { nodes { operator { name uscc } } } standing(code: "${code}") { name } standings(codes: ["${code}"]) { name } }`

  it('is nowhere shown in full to the public', async () => {
    const { data, errors } = await world.ask(
      `{ listing(id: "${listed}") { operator { name formerNames standing { name } } } ${QUESTION.slice(1)}`,
    )
    expect(errors).to.equal(undefined)
    expect(JSON.stringify(data)).to.not.include(PHONE)
    expect(data.listing.operator.name).to.equal(SHOWN)
    expect(data.standing.name).to.equal(SHOWN)
  })

  for (const role of ['marketplace', 'credit_service'] as const) {
    it(`is masked for a ${role} too, including former names and past days`, async () => {
      const { data, errors } = await world.ask(
        `{ operator(code: "${code}") { name formerNames standing { name } } past: operator(code: "${code}", asOf: "2026-03-01") { name } operators { nodes { name } } ${QUESTION.slice(1)}`,
        { token: world.token(role) },
      )
      expect(errors).to.equal(undefined)
      expect(JSON.stringify(data)).to.not.include(PHONE)
      expect(data.operator.name).to.equal(SHOWN)
    })
  }

  it('is shown in full to an officer', async () => {
    const { data } = await world.ask(`{ operator(code: "${code}") { name standing { name } } }`, {
      token: world.token('officer'),
    })
    expect(data.operator).to.deep.equal({ name: NAME, standing: { name: NAME } })
  })

  it('is delivered to platforms in its public form, as is a code that reads as an ID number', async () => {
    const id = await publishListing(world, doubtful, numberOf(2))
    const notices = async (listing: string): Promise<{ uscc: string | null; name: string }[]> =>
      (await world.database.db.raw(`select notice from deliveries where subject_id = ?`, [keyIn(listing)])).rows.map(
        ({ notice }: { notice: { operator: { uscc: string | null; name: string } } }) => notice.operator,
      )
    const [shop] = await notices(listed)
    expect(shop).to.deep.include({ uscc: code, name: SHOWN })
    const told = await notices(id)
    expect(told).to.have.length.greaterThan(0)
    for (const each of told) expect(each).to.deep.include({ uscc: null, name: '虚构服务社' })
    const { data } = await world.ask(
      `{ listing(id: "${id}") { operator { uscc } } standing(code: "${doubtful}") { uscc } }`,
    )
    expect(data).to.deep.equal({ listing: { operator: { uscc: null } }, standing: { uscc: null } })
  })
})
