import { expect } from 'chai'
import { globalOf } from '../global-ids.js'
import { recordId } from '../world.js'
import { code, one, partyWorld, two } from './party-world.js'

const MY_FILE = `{ myFile { uscc name standing { grade listed } records { nodes { kind body } } score { value reasons { rule } wayBack { zh } }
  listings { id state moves { by } proceedings { move on documentNumber reason text stateAfter } } accessCodes { good issuedBy } } }`

describe('a party with its access code', () => {
  const { world, record, officer, signedIn } = partyWorld()

  it('reads its whole file, with its proceedings from the notice on and without names', async () => {
    const { data, errors } = await world().ask(MY_FILE, { token: await signedIn() })
    expect(errors).to.equal(undefined)
    const { myFile } = data
    expect(myFile).to.deep.include({ uscc: one, name: '虚构青禾有限公司', standing: { grade: 'C', listed: true } })
    expect(myFile.records.nodes.map(({ kind }: { kind: string }) => kind)).to.have.members(['PENALTY', 'REGISTRATION'])
    expect(myFile.score.value).to.equal(430)
    expect(myFile.score.reasons.map(({ rule }: { rule: string }) => rule)).to.deep.equal(['base', 'penalties'])
    expect(myFile.score.wayBack).to.be.an('array')
    const [listing] = myFile.listings
    expect(listing).to.deep.include({ state: 'PUBLISHED', moves: [] })
    expect(listing.proceedings.map(({ move }: { move: string }) => move)).to.deep.equal([
      'notifyListing',
      'decideListing',
      'serveListing',
      'publishListing',
    ])
    expect(listing.proceedings[0]).to.deep.equal({
      move: 'notifyListing',
      on: '2026-01-13',
      documentNumber: '虚市监告〔2026〕1号',
      reason: null,
      text: null,
      stateAfter: 'NOTIFIED',
    })
    expect(JSON.stringify(data)).to.not.contain('officer-1').and.to.not.contain('reviewer-1')
    expect(JSON.stringify(data)).to.not.contain('情节严重').and.to.not.contain('群众举报')
    expect(myFile.accessCodes[0]).to.deep.equal({ good: true, issuedBy: null })
  })

  it('sees nothing of its case before the notice, and all of it afterwards', async () => {
    const token = await signedIn(two)
    const move = async (name: string, input: object) => {
      const type = name === 'openLead' ? 'OpenLeadInput' : 'MoveInput'
      const query = `mutation($input: ${type}!) { ${name}(input: $input) { listing { id } } }`
      const { data, errors } = await world().ask(query, {
        token: officer(),
        variables: { input: { on: '2026-02-10', ...input } },
      })
      expect(errors, name).to.equal(undefined)
      return data[name].listing.id as string
    }
    const listing = '{ id state proceedings { move } deadlines { name } }'
    const query = `query($id: ID!) { myFile { listings { state } standing { listings { state } } }
      earlier: operator(code: "${two}", asOf: "2026-02-09") { listings { state } }
      later: operator(code: "${two}", asOf: "2026-02-11") { listings { state } } listing(id: $id) ${listing} node(id: $id) { id } }`
    const seen = async (id: string) => (await world().ask(query, { token, variables: { id } })).data
    const id = await move('openLead', { code: two, list: 'serious', reason: '群众举报', on: '2026-02-09' })
    const record = globalOf('Record', await recordId(world(), `虚市监处罚〔2026〕2号/${two}`))
    await move('linkDecision', { id, record, on: '2026-02-09' })
    const nothing = {
      myFile: { listings: [], standing: { listings: [] } },
      earlier: { listings: [] },
      later: { listings: [] },
      listing: null,
      node: null,
    }
    expect(await seen(id)).to.deep.equal(nothing)
    await move('proposeListing', { id, reason: '情节严重', on: '2026-02-09' })
    expect(await seen(id)).to.deep.equal(nothing)
    await move('notifyListing', { id, documentNumber: '虚市监告〔2026〕2号' })
    const told = [{ state: 'NOTIFIED' }]
    expect(await seen(id)).to.deep.equal({
      myFile: { listings: told, standing: { listings: told } },
      earlier: { listings: [] },
      later: { listings: told },
      listing: { id, state: 'NOTIFIED', proceedings: [{ move: 'notifyListing' }], deadlines: [{ name: 'DEFENCE' }] },
      node: { id },
    })
  })

  it('sees its proceedings, as the roles that see all moves do', async () => {
    const query = `query($id: ID!) { listing(id: $id) { proceedings { move } } }`
    const { data } = await world().ask('{ blacklist { nodes { id } } }')
    const variables = { id: data.blacklist.nodes[0].id }
    const seen = async (token?: string) =>
      (await world().ask(query, { variables, ...(token && { token }) })).data.listing.proceedings.length
    expect(await seen(world().token('auditor'))).to.equal(4)
    expect(await seen(await signedIn())).to.equal(4)
    for (const token of [undefined, world().token('marketplace'), world().token('agency'), await signedIn(two)])
      expect(await seen(token)).to.equal(0)
  })

  it('objects to a record of its own, and withdraws', async () => {
    const token = await signedIn()
    const open = 'mutation($input: OpenObjectionInput!) { openObjection(input: $input) { id state openedBy } }'
    const variables = { input: { operator: one, record: record(), statement: '非我单位所为' } }
    const { data } = await world().ask(open, { token, variables })
    expect(data.openObjection).to.deep.include({ state: 'OPEN', openedBy: one })
    expect(code(await world().ask(open, { token: await signedIn(two), variables }))).to.equal('OPERATOR_UNKNOWN')
    const withdraw = 'mutation($id: ID!) { withdrawObjection(id: $id) { state } }'
    const ended = await world().ask(withdraw, { token, variables: { id: data.openObjection.id } })
    expect(ended.data.withdrawObjection.state).to.equal('WITHDRAWN')
  })

  it('makes the moves of its role, in its own cases and only as of today', async () => {
    const today = '2028-06-01'
    world().setNow(new Date(`${today}T02:00:00Z`))
    const token = await signedIn()
    const { data } = await world().ask('{ myFile { listings { id state allowedMoves } } }', { token })
    const [{ id, state, allowedMoves }] = data.myFile.listings
    expect([state, allowedMoves]).to.deep.equal(['PUBLISHED', ['applyRepair']])
    const move = (name: string, as: string, input: object = {}) =>
      world().ask(`mutation($input: MoveInput!) { ${name}(input: $input) { listing { id state allowedMoves } } }`, {
        token: as,
        variables: { input: { id, on: today, text: '已履行全部义务，申请修复', ...input } },
      })
    const stranger = await signedIn(two)
    expect(code(await move('applyRepair', stranger))).to.equal('LISTING_UNKNOWN')
    expect(
      code(await move('applyRepair', stranger, { id: globalOf('Listing', '00000000-0000-4000-8000-000000000000') })),
    ).to.equal('LISTING_UNKNOWN')
    expect(code(await move('applyRepair', token, { on: '2028-05-31' }))).to.equal('INPUT_INVALID')
    for (const name of ['removeListing', 'hideListing', 'acceptRepair', 'serveListing'])
      expect(code(await move(name, token)), name).to.equal('FORBIDDEN')
    const applied = await move('applyRepair', token)
    expect(applied.errors).to.equal(undefined)
    expect(applied.data.applyRepair.listing).to.deep.equal({
      id,
      state: 'REPAIR_APPLIED',
      allowedMoves: ['withdrawRepair'],
    })
    expect(code(await move('applyRepair', token))).to.equal('MOVE_NOT_ALLOWED')
    const seen = await world().ask(
      `query($id: ID!) { listing(id: $id) { moves { move by role } proceedings { move text } } }`,
      {
        token: officer(),
        variables: { id },
      },
    )
    expect(seen.data.listing.moves.at(-1)).to.deep.equal({ move: 'applyRepair', by: one, role: 'party' })
    expect(seen.data.listing.proceedings.at(-1)).to.deep.equal({
      move: 'applyRepair',
      text: '已履行全部义务，申请修复',
    })
  })
})
