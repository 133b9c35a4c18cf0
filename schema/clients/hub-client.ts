/**
 * 电子商务平台的客户端示例，不用任何软件包 · A marketplace's client of the credit hub, without packages.
 * Node 22.18 and later run it as it is: node hub-client.ts COMMAND …; Node 20: npx tsx hub-client.ts COMMAND …
 *
 *   sellers FILE      send the whole list of sellers, one code a line (--force: although it loses many)
 *   add CODE…         put sellers on the list        remove CODE…   take sellers off it (--force: although many go)
 *   list              read the list back
 *   check FILE        standing of each row of a CSV (code,name,ref)
 *   changes           changes of own sellers since the last call
 *   hook URL          register an address            ping ID        try it
 *   replay ID A [B]   send change A, or A to B, again
 *   receive PORT      take webhooks; HUB_HOOK_SECRET is the secret that `hook` printed
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'

const env = process.env
const HUB = env['HUB_URL'] ?? 'http://localhost:4000'
const STATE = env['HUB_STATE'] ?? 'hub-sequence.txt'

class HubError extends Error {
  readonly code: string
  readonly problem: Record<string, unknown>
  constructor(code: string, problem: Record<string, unknown>) {
    super(`${code}: ${String(problem['detail'] ?? problem['message'] ?? '')}`)
    this.code = code
    this.problem = problem
  }
}

// Token: asked for once, and again a minute before it ends.
let token = { text: '', until: 0 }
const bearer = async (): Promise<string> => {
  if (Date.now() < token.until) return token.text
  const pair = [env['HUB_CLIENT'] ?? '', env['HUB_SECRET'] ?? ''].map(encodeURIComponent).join(':')
  const answer = await fetch(`${HUB}/oauth/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(pair).toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  })
  const given = (await answer.json()) as { access_token: string; expires_in: number; error?: string; error_description?: string }
  // 401 invalid_client: a wrong name or secret. 400 unauthorized_client: not confirmed yet.
  if (!answer.ok) throw new HubError(given.error ?? 'TOKEN', { detail: given.error_description })
  token = { text: given.access_token, until: Date.now() + (given.expires_in - 60) * 1000 }
  return token.text
}

// One request. 429 and 503 say when to come again; a problem (RFC 9457) has a stable `code`.
const ask = async (path: string, init: RequestInit = {}, tries = 3): Promise<Response> => {
  const headers = { 'x-purpose': 'seller check', ...init.headers, authorization: `Bearer ${await bearer()}` }
  const answer = await fetch(HUB + path, { ...init, headers })
  if (answer.ok) return answer
  const after = Number(answer.headers.get('retry-after'))
  if ((answer.status === 429 || answer.status === 503) && tries > 1) {
    await answer.body?.cancel()
    await new Promise((go) => setTimeout(go, Math.min(after || 1, 60) * 1000))
    return ask(path, init, tries - 1)
  }
  const problem = (await answer.json().catch(() => ({}))) as Record<string, unknown>
  throw new HubError(String(problem['code'] ?? answer.status), problem)
}
const json = async (path: string, init?: RequestInit): Promise<any> => (await ask(path, init)).json()

const graphql = async (query: string, variables: object): Promise<any> => {
  const headers = { 'content-type': 'application/json', accept: 'application/json' }
  const { data, errors } = await json('/graphql', { method: 'POST', headers, body: JSON.stringify({ query, variables }) })
  if (errors) throw new HubError(String(errors[0].extensions?.code), errors[0])
  return data
}

const change = (body: { add?: string[]; remove?: string[] }, query: string) =>
  json(`/v1/sellers${query}`, { method: 'PATCH', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })

async function* listed(): AsyncGenerator<{ code: string; gradeShown: boolean }> {
  for (let after = ''; ; ) {
    const page = await json(`/v1/sellers${after && `?after=${encodeURIComponent(after)}`}`)
    yield* page.entries
    if (page.next === null) return
    after = page.next
  }
}

// Lines come while the hub works; only a last line with "end":true makes the answer whole.
async function* check(csv: Buffer): AsyncGenerator<Record<string, unknown>> {
  const { body } = await ask('/v1/standings', { method: 'POST', headers: { 'content-type': 'text/csv' }, body: new Uint8Array(csv) })
  const decoder = new TextDecoder()
  let text = ''
  for await (const bytes of body ?? []) {
    const lines = (text + decoder.decode(bytes, { stream: true })).split('\n')
    text = lines.pop() ?? ''
    for (const line of lines) {
      const row = JSON.parse(line)
      if (row.end === true) return
      if (row.end === false) throw new HubError(row.error.code, row.error)
      yield row
    }
  }
  throw new HubError('BROKEN', { detail: 'the connection broke: go on with the next row' })
}

// A page is confirmed by asking for what follows it, so the number is kept only after its changes are.
async function* changes(): AsyncGenerator<Record<string, unknown>> {
  let after = existsSync(STATE) ? readFileSync(STATE, 'utf8').trim() : ''
  for (;;) {
    const page = await json(`/v1/changes${after && `?after=${after}`}`, { headers: { accept: 'application/json' } })
    yield* page.changes
    after = String(page.next)
    writeFileSync(STATE, after)
    if (!page.more) return
  }
}

// Standard Webhooks: HMAC-SHA-256 of "id.timestamp.body", five minutes old at most.
const isGenuine = (secret: string, headers: Record<string, unknown>, body: Buffer): boolean => {
  const [id, at, signatures] = ['id', 'timestamp', 'signature'].map((name) => String(headers[`webhook-${name}`] ?? ''))
  if (!(Math.abs(Date.now() / 1000 - Number(at)) < 300)) return false
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64')
  const own = Buffer.from(`v1,${createHmac('sha256', key).update(`${id}.${at}.`).update(body).digest('base64')}`)
  return (signatures ?? '').split(' ').some((one) => one.length === own.length && timingSafeEqual(Buffer.from(one), own))
}

const receive = (port: number): void => {
  const seen = new Set<string>()
  createServer(async (request, response) => {
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part as Buffer)
    const body = Buffer.concat(parts)
    if (!isGenuine(env['HUB_HOOK_SECRET'] ?? '', request.headers, body)) return void response.writeHead(401).end()
    const id = String(request.headers['webhook-id'])
    // A message may come twice. Keep it first, then answer 2xx: what is not confirmed comes again.
    if (!seen.has(id)) console.log(body.toString('utf8'))
    seen.add(id)
    response.writeHead(204).end()
  }).listen(port, () => console.error(`listening on ${port}`))
}

const say = (value: unknown): void => console.log(JSON.stringify(value))
const [command, ...given] = process.argv.slice(2)
const values = given.filter((one) => one !== '--force')
const [first = ''] = values
const query = given.includes('--force') ? '?force=true' : ''
try {
  if (command === 'sellers') {
    const body = new Uint8Array(readFileSync(first))
    say(await json(`/v1/sellers${query}`, { method: 'POST', headers: { 'content-type': 'text/csv' }, body }))
  } else if (command === 'add') say(await change({ add: values }, query))
  else if (command === 'remove') say(await change({ remove: values }, query))
  else if (command === 'list') for await (const seller of listed()) say(seller)
  else if (command === 'check') for await (const row of check(readFileSync(first))) say(row)
  else if (command === 'changes') for await (const one of changes()) say(one)
  else if (command === 'hook')
    say((await graphql('mutation($url: String!) { addWebhook(url: $url) { secret webhook { id } } }', { url: first })).addWebhook)
  else if (command === 'ping')
    say((await graphql('mutation($id: ID!) { pingWebhook(id: $id) { status error ms } }', { id: first })).pingWebhook)
  else if (command === 'replay') {
    const [id, from, to = from] = values
    const replay = 'mutation($id: ID!, $from: String!, $to: String) { replayWebhook(id: $id, from: $from, to: $to) { queued } }'
    say((await graphql(replay, { id, from, to })).replayWebhook)
  } else if (command === 'receive') receive(Number(first))
  else console.error('sellers add remove list check changes hook ping replay receive: see the head of this file')
} catch (error) {
  if (!(error instanceof HubError)) throw error
  // 410: what follows the number is gone. Check all sellers anew, then go on after `next`.
  if (error.code === 'CHANGES_GONE') writeFileSync(STATE, String(error.problem['next']))
  console.error(error.message)
  process.exitCode = 1
}
