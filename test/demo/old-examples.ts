/** Runs the examples of an earlier README against a running demo. */
import crypto from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { makeSchema } from '../../src/api/graphql/schema.js'
import { shanghaiDate } from '../../src/foundation/time/dates.js'
import { hubHere } from '../support/command.js'
import { deprecable } from '../support/contract.js'
import { commands, example, pasted, type Shell } from './old-readme.js'

const LISTED = '91220102MAYWR8T958'
const sha256 = (text: string) => crypto.createHash('sha256').update(text).digest('hex')
const lastLine = (text: string) => JSON.parse(text.trimEnd().split('\n').at(-1) ?? '')

/** Since that README, a person with the duty `security` must confirm each registration. */
const confirming = async (url: string, password: string) => {
  const post = (path: string, body: object, headers = {}) =>
    fetch(`${url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    })
  const entered = await post('/desk/login', { name: 'security', password, newPassword: 'marmot quilt ember sextant' })
  const { csrfToken } = (await entered.json()) as { csrfToken: string }
  const headers = { cookie: entered.headers.get('set-cookie')?.split(';')[0], 'x-csrf-token': csrfToken }
  const ask = async (query: string) => (await (await post('/graphql', { query }, headers)).json()) as Answered
  return async (what: 'Client' | 'Person', name: string): Promise<void> => {
    const list = what === 'Client' ? 'clients' : 'people'
    const { data } = await ask(`{ ${list} { name pendingSince } }`)
    const seen = data[list]?.find((one) => one.name === name)?.pendingSince
    const { errors } = await ask(`mutation { confirm${what}(name: "${name}", pendingSince: "${seen}") { name } }`)
    expect(errors).to.equal(undefined)
  }
}

interface Answered {
  data: Record<string, { name: string; pendingSince: string | null }[]>
  errors?: unknown
}

interface Printed {
  secretOf: (client: string) => string
  passwordOf: (person: string) => string
}

export const oldExamples = (shellOf: () => Shell, { secretOf, passwordOf }: Printed): void => {
  const paste = (title: string, filled: Record<string, string> = {}) => pasted(shellOf(), example(title), filled)
  const today = () => shanghaiDate(new Date())
  const tokens: Record<string, string> = {}
  const tokenOf = async (client: string, secret = secretOf(client)): Promise<string> => {
    const ask = `curl -s -u ${client}:${secret} -d grant_type=client_credentials $HUB/oauth/token`
    const token = tokens[client] ?? lastLine(await pasted(shellOf(), ask)).access_token
    tokens[client] = token
    return token
  }
  const as = async (client: string) => ({ $TOKEN: await tokenOf(client) })
  /** Runs `text` in a shell in which TOKEN is set, because `gql` sends it. */
  const asking = async (client: string, text: string, filled: Record<string, string> = {}) => {
    const answer = await pasted(shellOf(), `TOKEN=«token»\n${text}`, { ...filled, '«token»': await tokenOf(client) })
    return JSON.parse(answer)
  }

  it('answers section 2 of the earlier README: standing, standings, the file of an operator', async () => {
    const open = JSON.parse(await paste('standing of one firm, without a token'))
    expect(open.data.standing).to.include({ code: LISTED, status: 'KNOWN', listed: true })
    expect(open.data.standing.listings[0].documentNumber).to.include('〔')
    const many = JSON.parse(await paste('standings, to a marketplace', { SECRET: secretOf('demo-marketplace') }))
    expect(
      many.data.standings.map(({ grade, listed }: { grade: string; listed: boolean }) => [grade, listed]),
    ).to.deep.equal([
      ['A', false],
      ['B', false],
      ['D', true],
    ])
    const file = JSON.parse(await paste('the file of an operator, to an officer', { SECRET: secretOf('demo-officer') }))
    expect(file.data.operator.score.grade).to.equal('D')
    expect(file.data.operator.records.nodes).to.have.lengthOf(5)
  })

  it('registers a system and a person as in section 7 of that README, and both sign in once another person confirms them', async () => {
    const confirm = await confirming(shellOf().url, passwordOf('security'))
    const [register = '', ask = ''] = example('a token').split('\n')
    const secret = /client_secret\W+?([\w-]{20,})/.exec(await pasted(shellOf(), register))?.[1] ?? ''
    await confirm('Client', 'acme')
    expect(lastLine(await pasted(shellOf(), ask, { SECRET: secret }))).to.include({ token_type: 'Bearer' })
    await tokenOf('acme', secret)
    const [add = '', login = ''] = example('a person').split('\n')
    const password = /([\w-]{20,})/.exec(await pasted(shellOf(), add))?.[1] ?? ''
    await confirm('Person', 'zhang')
    const signedIn = lastLine(
      await pasted(shellOf(), login, { 'ONE-TIME': password, CHOSEN: 'fjord kelp umbra lantern' }),
    )
    expect(signedIn).to.include({ name: 'zhang', role: 'reviewer', region: '220100' })
  })

  it('serves the list as files and filtered, and checks codes from a form', async () => {
    const [file, line] = (await paste('the list and its hashes')).match(/[0-9a-f]{64}/g) ?? []
    const list = readFileSync(join(shellOf().folder, 'list.jsonl'), 'utf8')
    expect(sha256(list)).to.equal(file)
    expect(JSON.parse(list.split('\n')[0] ?? '').hash).to.equal(line)
    expect(await paste('the list, narrowed'))
      .to.match(/^\uFEFFid,list,uscc,name/)
      .and.include(LISTED)
    const [heading = '', row = ''] = (await paste('many codes from a form')).replace('\uFEFF', '').split('\r\n')
    expect(`# ${heading}`).to.equal(example('many codes from a form').trimEnd().split('\n').at(-1))
    expect(row).to.include('91220102MA0Y3X1HXM')
  })

  it('answers a marketplace: codes of a file, its sellers, changes, a webhook, a purpose', async () => {
    const rows = (await paste('many codes from a file', await as('demo-marketplace')))
      .trimEnd()
      .split('\n')
      .map((row) => JSON.parse(row))
    expect(rows[0]).to.include({ row: 1, ref: 'A-1', status: 'UNKNOWN', overruled: false, nameAnswer: 'UNKNOWN' })
    expect(rows[1]).to.include({ row: 2, ref: 'A-2', code: 'shop:xuelian-mall:10086' })
    expect(rows[2].error.code).to.equal('ROW_NO_CODE')
    expect(rows[3]).to.include({ end: true, rows: 3, refused: 1 })

    writeFileSync(join(shellOf().folder, 'sellers.csv'), `${LISTED}\n`)
    const list = JSON.parse(await paste('a list of sellers', { ...(await as('acme')), '2026-03-01': today() }))
    expect(list).to.include({ dated: today(), sellers: 1, malformed: 0 })
    const page = JSON.parse(await paste('changes, a page', { ...(await as('acme')), 'after=41': 'after=0' }))
    expect(page).to.have.keys(['changes', 'next', 'more'])
    const gone = JSON.parse(await paste('changes, a page', { ...(await as('acme')), 'after=41': 'after=999999' }))
    expect(gone.code).to.equal('CHANGES_GONE')
    // Where mall.example cannot be resolved, the address is refused.
    const { data, errors } = JSON.parse(await paste('a webhook', await as('acme')))
    if (data === null) expect(errors[0].extensions.code).to.equal('WEBHOOK_ADDRESS')
    else expect(data.addWebhook.secret).to.match(/^whsec_/)
    const purposeful = JSON.parse(await paste('a purpose', { ...(await as('demo-marketplace')), CODE: LISTED }))
    expect(purposeful.data.standing).to.deep.equal({ status: 'KNOWN', grade: 'D' })
    const both = { query: example('one question for two things'), variables: { codes: [LISTED] } }
    const mine = await fetch(`${shellOf().url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${await tokenOf('demo-marketplace')}` },
      body: JSON.stringify(both),
    })
    const { data: found } = (await mine.json()) as { data: { blacklist: { nodes: { operator: { uscc: string } }[] } } }
    expect(found.blacklist.nodes.map(({ operator }) => operator.uscc)).to.include(LISTED)
  })

  it('sends webhook messages that the code of the earlier README verifies', () => {
    const secret = `whsec_${Buffer.from('a key of the test').toString('base64')}`
    const verifies = new Function(
      'crypto',
      'secret',
      'headers',
      'body',
      `${example('a message verified')}\nreturn good`,
    )
    const at = Math.floor(Date.now() / 1_000)
    const mac = crypto.createHmac('sha256', 'a key of the test').update(`msg_1.${at}.{}`).digest('base64')
    const headers = { 'webhook-id': 'msg_1', 'webhook-timestamp': String(at), 'webhook-signature': `v1,x v1,${mac}` }
    expect([verifies(crypto, secret, headers, '{}'), verifies(crypto, secret, headers, '{ }')]).to.deep.equal([
      true,
      false,
    ])
  })

  it('serves a score as JSON with the hash of its card, and refuses an unknown access code', async () => {
    const [, hash] =
      /([0-9a-f]{64})/.exec(
        await pasted(shellOf(), `TOKEN=${await tokenOf('demo-officer')}\n${example('a score, to be made again')}`),
      ) ?? []
    const score = JSON.parse(readFileSync(join(shellOf().folder, 'score.json'), 'utf8'))
    expect(JSON.stringify(score)).to.include(hash)
    const refused = JSON.parse(await paste('a token for a party'))
    expect(refused.errors[0].extensions.code).to.equal('ACCESS_CODE_REFUSED')
  })

  it('has every command of section 5 of the earlier README, with the members named there', async () => {
    const told: string[] = []
    for (const { command, members } of commands()) {
      const { json } = await hubHere([...command.split(/\s+/), '--json'], shellOf().env)
      if (members.some((member) => !(member in json))) told.push(`${command}: ${JSON.stringify(json)}`)
    }
    expect(told).to.deep.equal([])
  })

  it('previews the moves of a case, refuses a forbidden one and makes an allowed one', async () => {
    const found = await asking('demo-officer', `gql '{ cases(first: 50) { nodes { id state } } }'`)
    const cases = found.data.cases.nodes as { id: string; state: string }[]
    const id = cases.find(({ state }) => state === 'PUBLISHED')?.id ?? ''
    const seen = await asking('demo-officer', example('what each move would bring'), { ID: id })
    expect(JSON.stringify(seen.errors)).to.equal(undefined)
    const moves = seen.data.listing.outlooks as { removal: string | null; denial: { because: string } | null }[]
    expect(
      moves.find(({ removal }) => removal === 'REVOKED'),
      JSON.stringify(moves),
    ).to.include({ denial: null, stateAfter: 'REMOVED' })
    const alone = 'CORRECTION_ALONE'
    expect(moves.find(({ removal }) => removal === 'CORRECTED')?.denial?.because).to.equal(alone)
    const [publish = '', remove = ''] = example('two moves').split('\n')
    const filled = { '"ID': `"${id}`, 'ID\\': `${id}\\`, '2026-11-26': today() }
    const again = await asking('demo-officer', publish, filled)
    expect(again.errors?.[0].extensions.code).to.equal('MOVE_NOT_ALLOWED')
    const denied = await asking('demo-officer', remove, {
      ...filled,
      'removal: CORRECTED,': 'removal: CORRECTED, documentNumber: \\"更1\\",',
    })
    expect(denied.errors?.[0].extensions.details.because, JSON.stringify(denied)).to.equal(alone)
    const removed = await asking('demo-officer', remove, { ...filled, CORRECTED: 'REVOKED' })
    expect(JSON.stringify(removed.errors)).to.equal(undefined)
    expect(removed.data.removeListing.listing.state).to.equal('REMOVED')
  })

  it('has every GraphQL name of section 7 of the earlier README', () => {
    const made = makeSchema()
    const names = new Set([
      ...Object.keys(made.getTypeMap()),
      ...deprecable(made).flatMap(({ at }) => at.match(/(?<=[.(])\w+/g) ?? []),
    ])
    expect(
      example('names of GraphQL')
        .trim()
        .split(/\s+/)
        .filter((name) => !names.has(name)),
    ).to.deep.equal([])
  })
}
