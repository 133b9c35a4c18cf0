import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as turned } from 'node:timers/promises'
import { expect } from 'chai'
import { ROLES } from '../../../src/domain/access/viewer.js'
import { newAccessCode, TOKEN_LIFETIME_SECONDS } from '../../../src/foundation/keys.js'
import { formatAccessCode } from '../../../src/foundation/text/access-code.js'
import { makeLog } from '../../../src/hub/log.js'
import { dumpOf } from '../../support/world.js'
import { uscc } from '../record-drafts.js'
import type { Answer } from '../world.js'
import {
  code,
  ISSUE,
  KEPT,
  LATER_MS,
  one,
  partyWorld,
  REVOKE,
  scoredOnly,
  shop,
  TOKEN,
  target,
  two,
} from './party-world.js'

const HISTORY = `query($code: String!) { operator(code: $code) { accessCodes { ${KEPT} } } }`

describe('access codes of parties', () => {
  const { world, later, officer, issue, issued, revoke, tried, tokenFor, signedIn } = partyWorld()

  it('turn into a short-lived token of their operator, however they are typed', async () => {
    const given = await issued()
    expect(given).to.match(/^[0-9A-HJKMNP-TV-Z]{5}(?:-[0-9A-HJKMNP-TV-Z]{5}){4}$/)
    for (const text of [given, given.toLowerCase(), given.replaceAll('-', ''), ` ${given.replaceAll('-', ' ')} `]) {
      const token = await tokenFor(text)
      const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
      expect(claims).to.include({ role: 'party', sub: one })
      expect(claims.exp - claims.iat).to.equal(TOKEN_LIFETIME_SECONDS)
      expect(Object.keys(claims)).to.have.members([
        'sub',
        'role',
        'agency',
        'region',
        'grant',
        'iat',
        'exp',
        'iss',
        'aud',
        'jti',
      ])
      const { data } = await world().ask('{ viewer { role sub mayMove } }', { token })
      expect(data.viewer).to.deep.equal({ role: 'party', sub: one, mayMove: false })
    }
  })

  it('serve operators that are only scored and natural persons’ shops as well as listed ones', async () => {
    for (const operator of [scoredOnly, shop]) {
      const { data } = await world().ask('{ myFile { uscc shop listings { id } } }', {
        token: await signedIn(operator),
      })
      expect(data.myFile).to.deep.equal({
        uscc: operator === shop ? null : operator,
        shop: operator === shop ? shop : null,
        listings: [],
      })
    }
  })

  it('that are wrong, malformed, replaced, revoked or unknown get the same answer by the same statements', async () => {
    const replaced = await issued(two)
    const revoked = await issued(two)
    await revoke(two)
    const good = await issued()
    const mistyped = `${good.slice(0, -1)}${good.endsWith('0') ? '1' : '0'}`
    const unknown = [newAccessCode(), formatAccessCode(new Uint8Array(15))]
    const malformed = ['', 'x', one, good.slice(0, -2), mistyped, 'x'.repeat(100_000), 'a\u0000b', `${good}${good}`]
    const seen = new Set<string>()
    for (const given of [replaced, revoked, ...unknown, ...malformed]) {
      let answer: Answer | undefined
      const sql = await world().statements(async () => {
        answer = await tried(given)
      })
      const { status, data, errors, headers } = answer as Answer
      const told = [...headers].filter(([name]) => !['date', 'x-request-id'].includes(name))
      seen.add(JSON.stringify({ status, data, errors, told, sql }))
    }
    expect([...seen]).to.have.length(1)
    expect([...seen][0])
      .to.contain('ACCESS_CODE_REFUSED')
      .and.to.contain('accessCodes.byMark')
    expect(await tokenFor(good)).to.be.a('string')
  })

  it('end their tokens when they are replaced or revoked', async () => {
    const alive = (token: string) => world().ask('{ myFile { uscc } }', { token })
    for (const end of [() => issued(), () => revoke()]) {
      const token = await signedIn()
      expect((await alive(token)).data.myFile.uscc).to.equal(one)
      await end()
      const refused = await alive(token)
      expect([refused.status, code(refused)]).to.deep.equal([401, 'UNAUTHENTICATED'])
      const score = await fetch(`${world().url}/v1/scores/1`, { headers: { authorization: `Bearer ${token}` } })
      expect(score.status).to.equal(401)
      const upload = await fetch(`${world().url}/v1/feeds/registry`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}` },
        body: 'x',
      })
      expect(upload.status).to.equal(401)
    }
  })

  it('give tokens that expire', async () => {
    const token = await signedIn()
    later((TOKEN_LIFETIME_SECONDS + 1) * 1_000)
    expect((await world().ask('{ myFile { uscc } }', { token })).status).to.equal(401)
  })

  it('are refused after too many attempts from one address, good codes as well', async () => {
    const good = await issued()
    const wrong = newAccessCode()
    let many = 0
    let refused = await tried(wrong)
    for (; code(refused) === 'ACCESS_CODE_REFUSED' && many < 200; many += 1)
      refused = await tried(wrong, { 'x-forwarded-for': `192.0.2.${many}` })
    expect(many).to.be.within(5, 50)
    expect(code(refused)).to.equal('TOO_MANY_REQUESTS')
    const { retryAfter } = (refused.errors?.[0]?.extensions['details'] ?? {}) as { retryAfter: number }
    expect(retryAfter).to.be.within(1, 60)
    const alike = await Promise.all([good, wrong, 'x'].map((given) => tried(given)))
    for (const answer of alike) expect(answer.errors).to.deep.equal(refused.errors)
    later(retryAfter * 1_000)
    expect(await tokenFor(good)).to.be.a('string')
  })

  it('are not looked up further in a request once one was refused', async () => {
    const fields = Array.from({ length: 50 }, (_, n) => `a${n}: partyToken(accessCode: "${newAccessCode()}")`)
    const sql = await world().statements(async () => {
      const { data, errors } = await world().ask(`mutation { ${fields.join(' ')} }`)
      expect([data, errors?.map((each) => each.extensions['code'])]).to.deep.equal([null, ['ACCESS_CODE_REFUSED']])
    })
    expect(sql).to.have.length(1)
  })

  it('are not limited when good: 60 exchanges in a row succeed', async () => {
    const good = await issued()
    for (let n = 0; n < 60; n += 1) expect(await tokenFor(good)).to.be.a('string')
  })

  it('are issued by officers and reviewers only, and listed for the roles that see moves and for the party', async () => {
    await issued()
    for (const role of ROLES) {
      const token = role === 'public' ? undefined : role === 'party' ? await signedIn() : world().token(role)
      const may = role === 'officer' || role === 'reviewer'
      const variables = { input: { operator: two, reason: 'x' } }
      const given = await world().ask(ISSUE, { variables, ...(token && { token }) })
      const ended = await world().ask(REVOKE, { variables, ...(token && { token }) })
      const no = role === 'public' ? 'UNAUTHENTICATED' : 'FORBIDDEN'
      expect([code(given), code(ended)], role).to.deep.equal(may ? [undefined, undefined] : [no, no])
      if (token === undefined) continue
      const { data } = await world().ask(HISTORY, { token, variables: { code: one } })
      const sees = may || ['administrator', 'auditor', 'party'].includes(role)
      expect((data.operator?.accessCodes ?? []).length > 0, role).to.equal(sees)
      const file = await world().ask('{ myFile { uscc } }', { token })
      expect(code(file) ?? file.data.myFile.uscc, role).to.equal(role === 'party' ? one : 'FORBIDDEN')
    }
    expect(code(await world().ask('{ myFile { uscc } }'))).to.equal('UNAUTHENTICATED')
  })

  it('are stored with who issued, replaced and revoked them, when and why, but never as text', async () => {
    const first = await issued(target)
    const second = (await issue(target, world().token('reviewer', 'reviewer-1'), `遗失补发，原码 ${first}`)).data
      .issueAccessCode
    await revoke(target, officer(), '公司已注销')
    const { data } = await world().ask(HISTORY, { token: world().token('auditor'), variables: { code: target } })
    const [newer, older] = data.operator.accessCodes
    expect(newer).to.deep.include({
      good: false,
      issuedBy: 'reviewer-1',
      ended: 'REVOKED',
      endedReason: '公司已注销',
      endedBy: 'officer-1',
      operator: { uscc: target, shop: null },
    })
    expect(older).to.deep.include({
      issuedBy: 'officer-1',
      reason: '随决定书送达',
      ended: 'REISSUED',
      endedBy: 'reviewer-1',
    })
    expect(older.endedAt).to.equal(newer.issuedAt)
    const dump = (await dumpOf(world().database.db)).toUpperCase()
    for (const given of [first, second.code])
      for (const text of [given, given.replaceAll('-', ''), given.slice(0, 11)]) expect(dump).to.not.contain(text)
  })

  it('get an error code where they cannot be issued or revoked', async () => {
    expect(code(await issue(uscc(99)))).to.equal('OPERATOR_UNKNOWN')
    expect(code(await issue('nonsense'))).to.equal('OPERATOR_UNKNOWN')
    expect(code(await issue(one, officer(), ' '))).to.equal('INPUT_INVALID')
    expect(code(await issue(one, officer(), 'x'.repeat(1_001)))).to.equal('INPUT_INVALID')
    expect(code(await issue(one, officer(), 'a\u0000b'))).to.equal('INPUT_INVALID')
    await revoke(target)
    expect(code(await revoke(target))).to.equal('ACCESS_CODE_NONE')
  })

  it('are good in exactly one case of several issued simultaneously for one operator', async () => {
    const all = await Promise.all(Array.from({ length: 12 }, () => issued(target)))
    later(0.5 * LATER_MS)
    const answers = await Promise.all(all.map((given) => tried(given)))
    expect(answers.filter(({ errors }) => errors === undefined)).to.have.length(1)
  })

  it('do not open the file into which their operator was merged, and open their own once the merger is undone', async () => {
    const given = await issued(target)
    const token = await tokenFor(given)
    const merge = 'mutation($input: MergeOperatorsInput!) { mergeOperators(input: $input) { decision { id } } }'
    const input = { from: target, into: scoredOnly, cause: 'MOVED', reason: '迁移' }
    const { data, errors } = await world().ask(merge, { token: officer(), variables: { input } })
    expect(errors).to.equal(undefined)
    expect(code(await tried(given))).to.equal('ACCESS_CODE_REFUSED')
    expect((await world().ask('{ myFile { uscc } }', { token })).status).to.equal(401)
    const undo = 'mutation($input: UndoDecisionInput!) { undoDecision(input: $input) { decision { id } } }'
    const undone = { id: data.mergeOperators.decision.id, reason: '两家' }
    expect((await world().ask(undo, { token: officer(), variables: { input: undone } })).errors).to.equal(undefined)
    expect(await tokenFor(given)).to.be.a('string')
  })

  it('appear in no error and no log, and are not accepted in a URL', async () => {
    const given = await issued()
    const bare = given.replaceAll('-', '').toLowerCase()
    const hidden = (text: string) =>
      expect(text.toUpperCase()).to.not.contain(given.slice(0, 11)).and.to.not.contain(bare.slice(0, 10).toUpperCase())
    for (const variables of [{ code: [given] }, { code: { [given]: bare } }]) {
      const answer = await world().ask(TOKEN, { variables })
      expect(code(answer)).to.be.a('string')
      hidden(JSON.stringify(answer.errors))
    }
    hidden(JSON.stringify((await world().ask(`mutation { partyToken(accessCode: ["${given}"]) }`)).errors))
    hidden(JSON.stringify((await tried(`${given}9`)).errors))
    const address = new URL('/graphql', world().url)
    address.searchParams.set('query', `mutation { partyToken(accessCode: "${given}") }`)
    const asked = await fetch(address, { headers: { 'apollo-require-preflight': '1' } })
    expect(asked.status).to.equal(405)
    hidden(await asked.text())
    const folder = mkdtempSync(join(tmpdir(), 'hub-log-'))
    const file = join(folder, 'hub.log')
    const log = makeLog({ level: 'info', file })
    log.info({ path: `/my/${given}`, err: new Error(`no ${bare}\n${given}`) }, 'broke')
    await turned()
    const written = readFileSync(file, 'utf8')
    expect(written).to.contain('broke')
    hidden(written)
    rmSync(folder, { recursive: true })
  })
})
