/** `npm start` as a whole: the embedded database, the cycle, the examples, commands run beside it, and shutdown. */
import { type ChildProcess, execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect } from 'chai'
import { begin, ended, hub, hubHere, printed } from '../support/command.js'
import { freePort } from '../support/ports.js'
import { until } from '../support/until.js'
import { oldExamples } from './old-examples.js'

const run = promisify(execFile)
const CYCLE_WITHIN_MS = 240_000

describe('the demo', () => {
  let folder: string
  let env: Record<string, string>
  let child: ChildProcess
  let text: string
  let examples: string[]
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'hub-demo-'))
    env = { DATA_DIR: folder, PORT: String(await freePort()) }
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  it('prints the cycle, serves requests, and its three examples work when pasted into a shell', async () => {
    child = begin(['demo'], env)
    text = await printed(child, /Ctrl-C/, CYCLE_WITHIN_MS)
    expect(text).to.include('全部确认').and.not.include('未结')
    examples = text.split('\n').filter((line) => line.startsWith('curl '))
    expect(examples).to.have.lengthOf(3)
    const answers = []
    for (const example of examples) answers.push(JSON.parse((await run('bash', ['-c', example])).stdout))
    expect(answers.map((answer) => answer.errors)).to.deep.equal([undefined, undefined, undefined])
    const [open, marketplace, officer] = answers
    expect(open.data.standing.listed).to.equal(true)
    expect(marketplace.data.standings.map((one: { grade: string }) => one.grade)).to.deep.equal(['A', 'B', 'D'])
    expect(officer.data.operator.records.nodes).to.have.lengthOf(5)

    // Each person gets in with the printed one-time password and must choose a password of their own.
    const people = [
      ...text.matchAll(/^ {3}(officer|reviewer|superior|administrator|security|auditor) +([\w-]{20,})$/gm),
    ]
    expect(people.map(([, name]) => name)).to.deep.equal([
      'officer',
      'reviewer',
      'superior',
      'administrator',
      'security',
      'auditor',
    ])
    const signIn = async (given: object) => {
      const headers = { 'content-type': 'application/json' }
      const asked = { method: 'POST', headers, body: JSON.stringify(given) }
      const answer = await fetch(`http://127.0.0.1:${env['PORT']}/desk/login`, asked)
      const { code, role } = (await answer.json()) as { code?: string; role?: string }
      return code ?? role
    }
    for (const [, name, password] of people) expect(await signIn({ name, password })).to.equal('PASSWORD_TO_CHOOSE')
    const [, name = '', password = ''] = people[0] ?? []
    expect(await signIn({ name, password, newPassword: 'fjord kelp umbra lantern' })).to.equal('officer')
  })

  it('lets organisations exchange matters: stand-ins answer, and the officer’s seat has a queue', async () => {
    const [, secret = ''] = /-u demo-officer:(\S+)/.exec(text) ?? []
    expect(text).to.match(/^ {3}协作事项 Matters：officer、reviewer、superior 有待办/m)
    const url = `http://localhost:${env['PORT']}`
    const authorization = `Basic ${Buffer.from(`demo-officer:${secret}`).toString('base64')}`
    const body = new URLSearchParams({ grant_type: 'client_credentials' })
    const signedIn = await fetch(`${url}/oauth/token`, { method: 'POST', headers: { authorization }, body })
    const { access_token } = (await signedIn.json()) as { access_token: string }
    const queue = async (name: string) => {
      const headers = { 'content-type': 'application/json', authorization: `Bearer ${access_token}` }
      const query = `{ matters(queue: ${name}, first: 100) { nodes { kind state } } }`
      const answer = await fetch(`${url}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query }) })
      const { nodes } = ((await answer.json()) as { data: { matters: { nodes: { kind: string; state: string }[] } } })
        .data.matters
      return nodes.map(({ kind, state }) => `${kind} ${state}`)
    }
    expect(await queue('WAITING')).to.include.members(['clue SENT', 'assist SENT'])
    // The seat of the province covers that of the county, whose clue, assist and referral the stand-ins answer.
    await until('the neighbour has answered', async () => (await queue('ENDED')).includes('assist DONE'))
    await until('the county has filed a case', async () => (await queue('BELOW')).includes('clue FILED'))
    const measures = async () => {
      const headers = { 'content-type': 'application/json', authorization: `Bearer ${access_token}` }
      const query = '{ retractions { nodes { listing { measures { seat state } } } } }'
      const answer = await fetch(`${url}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query }) })
      return JSON.stringify(await answer.json())
    }
    await until('the finance department has lifted its measure', async () =>
      (await measures()).includes('{"seat":"finance@220000","state":"LIFTED"}'),
    )
    await until('the police has filed a case', async () => (await queue('OTHERS')).includes('referral FILED'))
  })

  oldExamples(() => ({ url: `http://localhost:${env['PORT']}`, folder, env }), {
    secretOf: (client) => new RegExp(`-u ${client}:(\\S+)`).exec(text)?.[1] ?? '',
    passwordOf: (person) => new RegExp(`^ {3}${person} +(\\S+)`, 'm').exec(text)?.[1] ?? '',
  })

  it('shares its database with commands and with a second demo', async () => {
    const beside = await hub(['pull', 'quality', '--json'], env)
    expect(beside.json).to.deep.include({ feed: 'quality', new: 0, unchanged: 90, rejected: 21 })
    expect((await fetch(`http://127.0.0.1:${env['PORT']}/readyz`)).status).to.equal(200)

    const other = begin(['demo'], { ...env, PORT: String(await freePort()) })
    await printed(other, /Ctrl-C/, CYCLE_WITHIN_MS)
    const stillWorks = JSON.parse((await run('bash', ['-c', examples[1] ?? ''])).stdout)
    expect(stillWorks.data.standings).to.have.lengthOf(3)
    other.kill('SIGINT')
    await ended(other)
    const afterIt = await hubHere(['pull', 'quality', '--json'], env)
    expect(afterIt.json).to.deep.include({ feed: 'quality', unchanged: 90 })

    const second = await hub(['demo', '--json'], env)
    expect([second.status, second.stderr + second.stdout]).to.satisfy(
      ([status, told]: [number, string]) => status === 2 || told.includes('PORT_IN_USE'),
    )

    child.kill('SIGKILL')
    await ended(child)
  })

  it('continues with the same data after being killed, and Ctrl-C leaves nothing running', async () => {
    const child = begin(['demo'], env)
    const text = await printed(child, /Ctrl-C/, CYCLE_WITHIN_MS)
    expect(text).to.include('已有名单记录')
    // A password that a person has chosen stays. One-time passwords printed before stay valid and are printed again.
    expect(text).to.match(/^ {3}officer +已自设密码/m)
    expect(text).to.match(/^ {3}reviewer +[\w-]{20,}$/m)
    expect(text).to.match(/（registry）收到 186，新增 0，变更 0，未变 185/)
    child.kill('SIGINT')
    expect(await ended(child)).to.equal(0)
    const { stdout } = await run('ps', ['-eo', 'args'])
    expect(stdout.split('\n').filter((args) => args.includes(folder))).to.deep.equal([])
    expect(readdirSync(join(folder, 'sandbox')).filter((name) => name.startsWith('running.'))).to.have.lengthOf(1)
  })
})
