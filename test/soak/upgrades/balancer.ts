/** A client that asks the hubs that say they are ready, and asks another where a connection was not taken. */
import type { ChildProcess } from 'node:child_process'
import { Agent, type IncomingMessage, request } from 'node:http'

export interface RunningHub {
  child: ChildProcess
  url: string
}

/** `unasked`: asking ended before a hub was ready for the question. */
type Outcome = 'ok' | 'untaken' | 'unasked' | string

/** Signed, a page, anonymous. */
export const KINDS = 3

const QUESTION = 'query ($code: String!) { standing(code: $code) { status } }'

export const makeBalancer = (hubs: ReadonlySet<RunningHub>, token: string, code: string, end: AbortSignal) => {
  const heard = { answered: 0, redispatched: 0, failed: [] as string[], signed: [] as string[] }
  const isReady = async (hub: RunningHub): Promise<boolean> =>
    (await send(new Agent({ keepAlive: false }), `${hub.url}/readyz`, {})) === 'ok'

  const askOn = async (asker: number): Promise<void> => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    for (let n = 0; !end.aborted; n += 1) {
      const [signed, page] = [n % KINDS === 0, n % KINDS === 1]
      const id = `upgrade-${asker}-${n}`
      const headers = { 'x-request-id': id, ...(signed && { authorization: `Bearer ${token}` }) }
      const body = page ? undefined : JSON.stringify({ query: QUESTION, variables: { code } })
      const outcome = await sendToOne(agent, page ? '/blacklist' : '/graphql', headers, body)
      if (outcome === 'unasked') break
      if (outcome !== 'ok') heard.failed.push(`${id}: ${outcome}`)
      else {
        heard.answered += 1
        if (signed) heard.signed.push(id)
      }
    }
    agent.destroy()
  }

  const sendToOne = async (
    agent: Agent,
    path: string,
    headers: Record<string, string>,
    body?: string,
  ): Promise<Outcome> => {
    for (const hub of [...hubs].toReversed()) {
      if (!(await isReady(hub))) continue
      const outcome = await send(agent, `${hub.url}${path}`, headers, body)
      if (outcome !== 'untaken') return outcome
      heard.redispatched += 1
    }
    if (hubs.size === 0) return 'no hub is ready'
    return end.aborted ? 'unasked' : sendToOne(agent, path, headers, body)
  }

  return { heard, askOn }
}

/** `untaken`: the hub closed or refused the connection before it answered anything. */
const send = (agent: Agent, url: string, headers: Record<string, string>, body?: string): Promise<Outcome> =>
  new Promise((resolve) => {
    let answer: IncomingMessage | null = null
    const asked = request(
      url,
      {
        agent,
        method: body === undefined ? 'GET' : 'POST',
        headers: { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
      },
      (given) => {
        answer = given
        let text = ''
        given.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk
        })
        given.on('end', () => resolve(outcomeOf(given, text)))
        given.on('error', (error) => resolve(`broken: ${error.message}`))
      },
    )
    asked.on('error', (error: NodeJS.ErrnoException) => resolve(answer ? `broken: ${error.code}` : 'untaken'))
    asked.end(body)
  })

const outcomeOf = (answer: IncomingMessage, text: string): Outcome => {
  if (!answer.complete) return 'broken: cut short'
  if ((answer.statusCode ?? 0) >= 400) return `status ${answer.statusCode} ${text.slice(0, 200)}`
  return text.startsWith('{"errors"') ? text.slice(0, 200) : 'ok'
}
