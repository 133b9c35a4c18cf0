/** The page for developers, and its three clients run against this hub. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { transformSync } from 'esbuild'
import REFUSALS from '../../schema/refusals.json' with { type: 'json' }
import { numberChanges } from '../../src/work/standing/changes/number.js'
import { registration, uscc } from '../api/record-drafts.js'
import { makeWorld, type World } from '../api/world.js'
import { confirmedClient } from '../support/accounts.js'
import { sendWebhooks } from '../support/marketplace.js'
import { freePort } from '../support/ports.js'

const PAGE = readFileSync(new URL('../../src/web/developers/zh.md', import.meta.url), 'utf8')
const CLIENTS = fileURLToPath(new URL('../../schema/clients/', import.meta.url))
const codes = Array.from({ length: 12 }, (_, i) => uscc(i + 1))

interface Ended {
  status: number | null
  out: string
  err: string
}

describe('/developers', () => {
  let world: World
  let folder: string
  let names = 0
  before(async () => {
    world = await makeWorld({ webhookAllow: ['127.0.0.0/8'] })
    // Receivers compare the time of a message with the machine's clock.
    world.setNow(new Date())
    folder = mkdtempSync(join(tmpdir(), 'hub-clients-'))
    await world.bring(
      'registry',
      codes.map((code, i) => registration(code, `虚构第${i + 1}有限公司`)),
    )
    // Without the types, as newer versions of Node run it. The loader would take half a second for each command.
    const { code } = transformSync(readFileSync(join(CLIENTS, 'hub-client.ts'), 'utf8'), { loader: 'ts' })
    writeFileSync(join(folder, 'hub-client.mjs'), code)
    writeFileSync(join(folder, 'sellers.csv'), codes.slice(0, 11).join('\n'))
    writeFileSync(join(folder, 'none.csv'), uscc(99))
    writeFileSync(join(folder, 'check.csv'), `code,name,ref\n${codes[0]},虚构第1有限公司,A-1\n不是代码,,A-2\n`)
  })
  after(async () => {
    await world.close()
    rmSync(folder, { recursive: true, force: true })
  })

  const get = async (path: string) => {
    const answer = await fetch(`${world.url}${path}`, { headers: { accept: 'text/html' } })
    return { status: answer.status, text: await answer.text(), headers: answer.headers }
  }

  it('shows each step, client and refusal in the language of the page', async () => {
    for (const [path, words, other] of [
      ['/developers', '取得令牌', 'ask for the next before it ends'],
      ['/developers?lang=en', 'ask for the next before it ends', '取得令牌'],
    ] as const) {
      const { status, text } = await get(path)
      expect(status).to.equal(200)
      const article = /<article>[\s\S]*<\/article>/.exec(text)?.[0] ?? ''
      expect(article)
        .to.include(words)
        .and.not.include(other)
        .and.not.match(/\{\{|\{#/)
      expect(article).to.include(`HUB_URL=${world.url}`)
      const links = [...article.matchAll(/href="#([\w-]+)"/g)].map(([, id]) => id)
      expect(links).to.have.length.above(1)
      for (const id of ['not-on-your-list', 'refusals', 'versions', ...links]) expect(article).to.include(` id="${id}"`)
      for (const code of Object.keys(REFUSALS)) expect(article).to.include(`<dt><code>${code}</code>`)
      const prose = article.replace(/<pre[\s\S]*?<\/pre>/g, '').replace(/<code>[\s\S]*?<\/code>/g, '')
      if (path.includes('lang')) expect(prose).to.not.match(/[\u4e00-\u9fff]/)
    }
  })

  it('gives each client as it is run here, and no other file', async () => {
    for (const file of ['hub-client.ts', 'hub_client.py', 'hub-client.sh']) {
      const { text, headers } = await get(`/developers/${file}`)
      expect(text).to.equal(readFileSync(join(CLIENTS, file), 'utf8'))
      expect(headers.get('content-disposition')).to.equal(`attachment; filename="${file}"`)
    }
    for (const file of ['refusals.json', '..%2frefusals.json', 'hub-client'])
      expect((await get(`/developers/${file}`)).status).to.equal(404)
  })

  const rename = async (code: string): Promise<void> => {
    names += 1
    await world.database.db.raw('update operators set name = ? where uscc = ?', [`虚构新名${names}有限公司`, code])
    await numberChanges(world.database.db, world.parts.now())
  }
  const tell = () => {
    const { keys, rules, parts } = world
    const { agencies, auditLog, now, log } = parts
    const own = { keys, agencies, auditLog, now, log, lists: rules.lists, allow: ['127.0.0.0/8'], random: () => 0.5 }
    return sendWebhooks(world.database.db, own)
  }

  for (const { name, program } of [
    {
      name: 'TypeScript',
      program: [process.execPath, 'hub-client.mjs'],
    },
    { name: 'Python', program: ['python3', join(CLIENTS, 'hub_client.py')] },
    { name: 'curl', program: ['bash', join(CLIENTS, 'hub-client.sh')] },
  ])
    it(`the client for ${name} goes from the token to webhooks`, async function () {
      const [command = '', ...first] = program
      if (spawnSync(command, ['--version']).error) return void this.skip()
      const client = `mall-${name.toLowerCase()}`
      const made = await confirmedClient(
        world.database.db,
        { name: client, role: 'marketplace' },
        [],
        world.parts.now(),
      )
      const env = {
        ...process.env,
        HUB_URL: world.url,
        HUB_CLIENT: client,
        HUB_SECRET: made.client_secret,
        HUB_STATE: join(folder, `${client}.txt`),
      }
      const start = (args: readonly string[], more: Record<string, string> = {}): ChildProcess =>
        spawn(command, [...first, ...args], { cwd: folder, env: { ...env, ...more } })
      const run = (...args: string[]): Promise<Ended> => endOf(start(args))
      const lines = async (...args: string[]) => {
        const { status, out, err } = await run(...args)
        expect(status, `${args[0]} ${out} ${err}`).to.equal(0)
        return out.trim() === ''
          ? []
          : out
              .trim()
              .split('\n')
              .map((line) => JSON.parse(line))
      }

      const [list] = await lines('sellers', 'sellers.csv')
      expect(list).to.deep.include({ sellers: 11, malformed: 0 })
      // Eleven of eleven would go, one more than is allowed.
      const refused = await run('sellers', 'none.csv')
      expect(refused.status).to.not.equal(0)
      expect(refused.out + refused.err).to.include('SELLERS_SHRUNK')
      expect((await lines('add', codes[11] ?? ''))[0]).to.deep.include({ added: 1, sellers: 12 })
      expect((await lines('remove', codes[0] ?? ''))[0]).to.deep.include({ removed: 1, sellers: 11 })
      const listed = (await lines('list')).flatMap((line) => line.entries ?? [line])
      expect(listed.map(({ code }: { code: string }) => code)).to.deep.equal(codes.slice(1))
      const checked = (await lines('check', 'check.csv')).filter((row) => row.end === undefined)
      expect(checked.map(({ ref, status, nameAnswer }) => [ref, status, nameAnswer ?? null])).to.deep.equal([
        ['A-1', 'KNOWN', 'SAME'],
        ['A-2', 'UNKNOWN', null],
      ])

      const changes = async () => (await lines('changes')).flatMap((line) => line.changes ?? [line])
      await changes()
      await rename(codes[1] ?? '')
      expect((await changes()).map(({ code }) => code)).to.deep.equal([codes[1]])
      expect(await changes()).to.deep.equal([])
      await world.database.db('change_clients').where({ client }).update({ erased: 100, last: 200 })
      expect((await run('changes')).status).to.not.equal(0)
      expect(readFileSync(env.HUB_STATE, 'utf8').trim()).to.equal('200')

      const port = await freePort()
      const created = (await lines('hook', `http://127.0.0.1:${port}/hook`))[0]
      const { secret, webhook } = created.data?.addWebhook ?? created
      if (name === 'curl') return verifiesWithCurl(run, folder, secret, env)
      const receiver = start(['receive', String(port)], { HUB_HOOK_SECRET: secret })
      const heard: string[] = []
      receiver.stdout?.on('data', (text) => heard.push(String(text)))
      try {
        await until(receiver, 'stderr', 'listening')
        expect((await lines('ping', webhook.id))[0]).to.deep.include({ status: 204, error: null })
        await rename(codes[2] ?? '')
        expect(await tell()).to.deep.include({ confirmed: 1 })
        expect((await lines('replay', webhook.id, '201'))[0]).to.deep.equal({ queued: 1 })
        expect(await tell()).to.deep.include({ confirmed: 1 })
        const forged = await fetch(`http://127.0.0.1:${port}/hook`, {
          method: 'POST',
          headers: {
            'webhook-id': 'x',
            'webhook-timestamp': String(Math.floor(Date.now() / 1000)),
            'webhook-signature': 'v1,AAAA',
          },
          body: '{}',
        })
        expect(forged.status).to.equal(401)
        const messages = heard
          .join('')
          .trim()
          .split('\n')
          .map((text) => JSON.parse(text))
        expect(messages.map(({ type, data }) => [type, data.code ?? null])).to.deep.equal([
          ['webhook.ping', null],
          ['seller.changed', codes[2]],
        ])
        const [shown] = /^\{"version"[\s\S]*?\n {2}.*\}\}$/m.exec(PAGE) ?? []
        const { version, standing, ...change } = JSON.parse(shown ?? '')
        const { standing: sent, ...data } = messages[1].data
        expect(Object.keys({ version, ...change })).to.have.members(Object.keys(data))
        expect(Object.keys(standing)).to.have.members(Object.keys(sent))
      } finally {
        receiver.kill()
      }
    })
})

/** The signature of a message from a file, as received by another server. */
const verifiesWithCurl = async (
  run: (...args: string[]) => Promise<Ended>,
  folder: string,
  secret: string,
  env: NodeJS.ProcessEnv,
): Promise<void> => {
  const [headers, body] = [join(folder, 'headers.txt'), join(folder, 'body.json')]
  const at = Math.floor(Date.now() / 1000)
  writeFileSync(body, '{"type":"webhook.ping"}')
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64')
  const own = createHmac('sha256', key).update(`ping-1.${at}.{"type":"webhook.ping"}`).digest('base64')
  const written = (signature: string) =>
    writeFileSync(
      headers,
      `Webhook-Id: ping-1\r\nWebhook-Timestamp: ${at}\r\nWebhook-Signature: v1,AAAA ${signature}\r\n`,
    )
  env['HUB_HOOK_SECRET'] = secret
  written(`v1,${own}`)
  expect((await run('verify', headers, body)).status).to.equal(0)
  written(`v1,${own.replace(/^./, (one) => (one === 'A' ? 'B' : 'A'))}`)
  expect((await run('verify', headers, body)).status).to.equal(1)
}

const endOf = (child: ChildProcess): Promise<Ended> =>
  new Promise((resolve, reject) => {
    const ended: Ended = { status: null, out: '', err: '' }
    child.stdout?.on('data', (text) => (ended.out += text))
    child.stderr?.on('data', (text) => (ended.err += text))
    child.once('error', reject)
    child.once('close', (status) => resolve({ ...ended, status }))
  })

const until = (child: ChildProcess, stream: 'stdout' | 'stderr', words: string): Promise<void> =>
  new Promise((resolve, reject) => {
    child[stream]?.on('data', (text) => String(text).includes(words) && resolve())
    child.once('close', () => reject(new Error('the receiver ended')))
  })
