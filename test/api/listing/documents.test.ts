import { expect } from 'chai'
import type { Role } from '../../../src/domain/access/viewer.js'
import { keyIn } from '../global-ids.js'
import { publishListing } from '../listed-world.js'
import { penalty, registration, uscc } from '../record-drafts.js'
import { makeWorld, type World } from '../world.js'

const DOCUMENT =
  'kind title html draftSha256 number sha256 issuedOn enteredBy enteredAt missing { name zh why unconfirmed basis }'
const LISTING = `query($id: ID!) { listing(id: $id) { documents { ${DOCUMENT} } publicText { allowed withheld { zh } reason masked { field what { zh } times } } } }`
const RECORD = `mutation($input: RecordDocumentInput!) { recordDocument(input: $input) { ${DOCUMENT} } }`
const HASH = 'ab'.repeat(32)

describe('documents over HTTP', () => {
  let world: World
  let id: string
  const [one, two] = [uscc(1), uscc(2)]
  const number = '虚市监处罚〔2026〕1号'
  const officer = () => world.token('officer', 'officer-1')
  const party = (code = one) => world.token('party', code)
  const of = async (token?: string) =>
    (await world.ask(LISTING, { variables: { id }, ...(token !== undefined && { token }) })).data.listing
  const record = (input: object = {}, token = officer()) =>
    world.ask(RECORD, {
      token,
      variables: {
        input: {
          listing: id,
          kind: 'DECISION',
          number: '虚市监列〔2026〕1号',
          sha256: HASH,
          issuedOn: '2026-02-04',
          ...input,
        },
      },
    })
  const code = ({ errors }: { errors: { extensions: Record<string, unknown> }[] | undefined }) =>
    errors?.[0]?.extensions['code']
  const kinds = (documents: { kind: string }[]): string[] => documents.map(({ kind }) => kind)

  before(async () => {
    world = await makeWorld()
    await world.bring('registry', [
      registration(one, '虚构商贸有限公司', { address: '吉林省长春市虚构小区3栋2单元501室' }),
      registration(two, '另一虚构有限公司'),
    ])
    const [made] = [penalty(one, number)]
    await world.bring('penalties', [
      {
        ...made,
        body: {
          ...made.body,
          violation: '在虚构小区3栋2单元501室销售假冒注册商标的商品，存放于另一小区8栋1单元101室，联系电话13812345678',
        },
      },
    ])
    id = await publishListing(world, one, number)
  })
  after(() => world.close())

  it('are complete for officers and reviewers, and name the blanks to be filled by hand', async () => {
    for (const token of [officer(), world.token('reviewer')]) {
      const { documents } = await of(token)
      expect(kinds(documents)).to.deep.equal(['NOTICE', 'DECISION', 'REPAIR_NOTICE', 'REPAIR_APPLICATION', 'REMOVAL'])
      for (const { html, missing } of documents) {
        expect(html)
          .to.match(/^<!doctype html>/)
          .and.include('虚构商贸有限公司')
          .and.include('<aside')
        expect(missing.length).to.be.greaterThan(0)
      }
      const decision = documents[1]
      expect(decision.html).to.include('虚市监列〔2026〕1号')
      const waiting = decision.missing.find(({ why }: { why: string }) => why === 'UNCONFIRMED')
      expect(waiting.unconfirmed).to.be.a('string')
      expect(waiting.basis).to.be.a('string')
    }
  })

  it('section 5: serving the decision records the hash of the paper, and that the repair notice was served', async () => {
    const asked = 'query($id: ID!) { listing(id: $id) { moves { move act } documents { kind draftSha256 } } }'
    const { data } = await world.ask(asked, { variables: { id }, token: officer() })
    const served = data.listing.moves.find(({ move }: { move: string }) => move === 'serveListing').act
    expect(served).to.deep.include({ paper: 'DRAFT', repairNotice: true })
    expect(served.fileHash).to.match(/^[0-9a-f]{64}$/)
    const [decision] = data.listing.documents.filter(({ kind }: { kind: string }) => kind === 'DECISION')
    expect(decision.draftSha256).to.equal(served.fileHash)
  })

  it('are shown to the party only as signed copies, beside the form of its own application', async () => {
    const { documents, publicText } = await of(party())
    expect(kinds(documents)).to.deep.equal(['REPAIR_APPLICATION'])
    for (const { html, missing, enteredBy } of documents) {
      expect(html).to.not.match(/<aside|手填/)
      expect({ missing, enteredBy }).to.deep.equal({ missing: [], enteredBy: null })
    }
    expect(publicText).to.equal(null)
  })

  it('are hidden from everybody else', async () => {
    expect((await of()).documents).to.deep.equal([])
    expect((await of(party(two))).documents).to.deep.equal([])
    for (const role of ['marketplace', 'credit_service', 'agency', 'administrator', 'auditor'] as Role[])
      expect((await of(world.token(role))).documents, role).to.deep.equal([])
  })

  it('bear the number and hash entered from the case system; the latest entry applies and all are kept', async () => {
    const first = (await record()).data.recordDocument
    expect(first).to.include({
      kind: 'DECISION',
      number: '虚市监列〔2026〕1号',
      sha256: HASH,
      issuedOn: '2026-02-04',
      enteredBy: 'officer-1',
    })
    expect((await record({ sha256: HASH.toUpperCase() })).data.recordDocument.enteredAt).to.equal(first.enteredAt)
    const other = 'cd'.repeat(32)
    expect((await record({ sha256: other })).data.recordDocument.sha256).to.equal(other)
    const [, decision] = (await of(officer())).documents
    expect(decision).to.include({ sha256: other, number: '虚市监列〔2026〕1号' })
    const rows = await world.database.db('listing_documents').where({ listing_id: keyIn(id) })
    expect(rows).to.have.length(2)
  })

  it('cannot be changed or deleted once entered', async () => {
    await record({ kind: 'NOTICE', number: '虚市监告〔2026〕1号' })
    for (const statement of [
      `update listing_documents set number = 'x'`,
      'delete from listing_documents',
      'truncate listing_documents',
    ]) {
      const error = await world.database.db.raw(statement).then(() => null, String)
      expect(error, statement).to.include('appended only')
    }
  })

  const refused: [what: string, input: object, code: string][] = [
    ['a number other than the one of the decision', { number: '虚市监列〔2026〕9号' }, 'INPUT_INVALID'],
    ['no number', { number: ' ' }, 'INPUT_INVALID'],
    ['a number too long', { number: '号'.repeat(129) }, 'INPUT_INVALID'],
    ['an invalid hash', { sha256: 'xyz' }, 'INPUT_INVALID'],
    ['a day after today', { issuedOn: '2026-03-03' }, 'INPUT_INVALID'],
    ['an unknown entry', { listing: 'bm9uZQ' }, 'LISTING_UNKNOWN'],
  ]
  for (const [what, input, expected] of refused)
    it(`are refused with ${what}`, async () => expect(code(await record(input))).to.equal(expected))

  it('are entered by officers and reviewers only', async () => {
    for (const role of ['marketplace', 'agency', 'administrator', 'auditor'] as Role[])
      expect(code(await record({}, world.token(role))), role).to.equal('FORBIDDEN')
    expect(code(await record({}, party()))).to.equal('FORBIDDEN')
    expect(
      code(
        await world.ask(RECORD, {
          variables: { input: { listing: id, kind: 'NOTICE', number: '1', sha256: HASH, issuedOn: '2026-02-04' } },
        }),
      ),
    ).to.equal('UNAUTHENTICATED')
  })

  it('show the officer which parts of the public text are masked', async () => {
    const { publicText } = await of(officer())
    expect(publicText).to.deep.equal({
      allowed: true,
      withheld: null,
      // The place of business is public by registration. Another dwelling is masked.
      reason: '在虚构小区3栋2单元501室销售假冒注册商标的商品，存放于［地址略］，联系电话［号码略］',
      masked: [
        { field: 'reason', what: { zh: '电话' }, times: 1 },
        { field: 'reason', what: { zh: '住址' }, times: 1 },
      ],
    })
  })

  it('show the officer the public text for either answer about the person’s age', async () => {
    const asked = `{ listing(id: "${id}") { a: publicText(ofAge: true) { allowed } b: publicText(ofAge: false) { allowed withheld { en } reason } c: publicText { allowed } } }`
    const { data } = await world.ask(asked, { token: officer() })
    expect(data.listing).to.deep.equal({
      a: { allowed: true },
      b: { allowed: false, withheld: { en: 'a minor is never published' }, reason: null },
      c: { allowed: true },
    })
  })

  it('do not exist before their step, when a number for them is refused', async () => {
    const opened = await world.ask(
      'mutation($input: OpenLeadInput!) { openLead(input: $input) { listing { id documents { kind } } } }',
      { token: officer(), variables: { input: { code: two, list: 'serious', reason: '群众举报', on: '2026-03-01' } } },
    )
    const { listing } = opened.data.openLead
    expect(listing.documents).to.deep.equal([])
    expect(code(await record({ listing: listing.id, kind: 'NOTICE', number: '1号' }))).to.equal('INPUT_INVALID')
  })
})
