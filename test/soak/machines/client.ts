/** The client of the rig: its own log of acknowledged answers is what the database is judged by. */
import { setTimeout as wait } from 'node:timers/promises'
import { shanghaiDate } from '../../../src/foundation/time/dates.js'
import type { ClientCredentials } from '../../../src/work/access/clients.js'
import { globalOf } from '../../api/global-ids.js'
import type { Random } from '../random.js'

const ANSWERED_WITHIN_MS = 40_000
const TOKEN_RENEWED_MS = 300_000
const QUESTION_EVERY_MS = 150
const MOVE_EVERY_MS = 250
const LOOK_EVERY_MS = 200
const AGAIN_MS = 200
/** The client may not know whether such a request took effect. */
const UNSURE = /^(SOCKET|UNAVAILABLE|TRAIL_UNAVAILABLE|STORAGE_FULL|RUN_BUSY|LISTING_MOVED_ON|HTTP_5\d\d)$/

export interface Answered {
  request: string
  hub: number
  /** Milliseconds of `performance.now()`. */
  begun: number
  ended: number
  /** OK, a refusal's code, SOCKET or HTTP_<status>. */
  code: string
}

interface Move {
  listing: string
  name: 'hideListing' | 'unhideListing'
}

export interface Client {
  questions: readonly Answered[]
  /** Requests that moved an entry, also the unsure ones. */
  attempts: readonly Answered[]
  /** Acknowledged moves in order, and those that a later refusal proves. */
  moves: readonly Move[]
  /** Refusals that nothing explains. */
  refused: readonly string[]
  /** Pages and answers that named an entry after its removal was acknowledged. */
  named: readonly string[]
  /** Pages and lists read by anybody; `request` is their path. */
  looks: readonly Answered[]
  /** Visibility of each entry to the public; null while a move is under way. */
  shown: ReadonlyMap<string, boolean | null>
  /** Resolves while the next removal is under way, with a look at whether it still is. */
  nextRemoval(): Promise<() => boolean>
  startJob(job: string, subject: string | null): Promise<void>
  begin(): void
  end(): Promise<void>
}

export interface Entry {
  id: string
  /** The code of its firm. */
  code: string
}

interface Given {
  /** Addresses of the hubs, which change where a hub is replaced. All are read by anybody. */
  hubs: readonly string[]
  /** The first of them answer signed questions and take moves. */
  signed: number
  officer: ClientCredentials
  entries: readonly Entry[]
  /** A code to ask about. */
  code: string
  random: Random
  prefix: string
}

export const makeClient = ({ hubs, signed, officer, entries, code, random, prefix }: Given): Client => {
  const questions: Answered[] = []
  const attempts: Answered[] = []
  const moves: Move[] = []
  const refused: string[] = []
  const named: string[] = []
  const looks: Answered[] = []
  const listings = entries.map(({ id }) => id)
  const shown = new Map<string, boolean | null>(listings.map((id) => [id, true]))
  let waiting: ((isUnderWay: () => boolean) => void)[] = []
  let [on, asked] = [true, 0]
  let token = { text: '', until: 0 }
  const loops: Promise<void>[] = []

  const tokenAt = async (hub: number): Promise<string> => {
    if (performance.now() < token.until) return token.text
    const { client_id, client_secret } = officer
    const answer = await fetch(`${hubs[hub]}/oauth/token`, {
      method: 'POST',
      body: new URLSearchParams({ grant_type: 'client_credentials', client_id, client_secret }),
      signal: AbortSignal.timeout(ANSWERED_WITHIN_MS),
    })
    const { access_token } = (await answer.json()) as { access_token?: string }
    if (access_token === undefined) return ''
    token = { text: access_token, until: performance.now() + TOKEN_RENEWED_MS }
    return access_token
  }

  const ask = async (hub: number, query: string, variables: object = {}): Promise<Answered> => {
    asked += 1
    const request = `${prefix}-${asked}`
    const begun = performance.now()
    const codeOf = async (): Promise<string> => {
      const answer = await fetch(`${hubs[hub]}/graphql`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          authorization: `Bearer ${await tokenAt(hub)}`,
          'x-request-id': request,
        },
        body: JSON.stringify({ query, variables }),
        signal: AbortSignal.timeout(ANSWERED_WITHIN_MS),
      })
      const text = await answer.text()
      if (!text.startsWith('{')) return `HTTP_${answer.status}`
      const { errors } = JSON.parse(text) as { errors?: [{ extensions: { code: string } }] }
      return errors?.[0].extensions.code ?? 'OK'
    }
    const found = await codeOf().catch(() => 'SOCKET')
    return { request, hub, begun, ended: performance.now(), code: found }
  }

  const question = async (hub: number): Promise<void> => {
    while (on) {
      questions.push(await ask(hub, `{ standing(code: "${code}") { status } }`))
      await wait(QUESTION_EVERY_MS)
    }
  }

  /** Repeats until it is known to have happened, as a careful client does. */
  const move = async (id: string): Promise<void> => {
    const isRemoval = shown.get(id) === true
    const name = isRemoval ? 'hideListing' : 'unhideListing'
    shown.set(id, null)
    for (let isUnsure = false; on || isUnsure; ) {
      const input = {
        id: globalOf('Listing', id),
        on: shanghaiDate(new Date()),
        reason: '核查',
        ...(isRemoval && { hiding: 'ERROR' }),
      }
      let isUnderWay = true
      const asking = ask(
        random.below(signed),
        `mutation($i: MoveInput!) { ${name}(input: $i) { listing { state } } }`,
        { i: input },
      )
      if (isRemoval) {
        for (const tell of waiting) tell(() => isUnderWay)
        waiting = []
      }
      const answered = await asking
      isUnderWay = false
      attempts.push(answered)
      if (answered.code === 'OK' || (isUnsure && answered.code === 'MOVE_NOT_ALLOWED')) {
        moves.push({ listing: id, name })
        shown.set(id, !isRemoval)
        return
      }
      if (!UNSURE.test(answered.code)) refused.push(`${name} ${answered.code}`)
      isUnsure = true
      await wait(AGAIN_MS)
    }
  }

  const moving = async (): Promise<void> => {
    while (on) {
      await move(random.one(listings))
      await wait(MOVE_EVERY_MS)
    }
  }

  const looking = async (hub: number): Promise<void> => {
    const read = async (path: string, body?: string): Promise<string> => {
      const begun = performance.now()
      const look = async () => {
        const answer = await fetch(`${hubs[hub]}${path}`, {
          ...(body && { method: 'POST', body, headers: { 'content-type': 'application/json' } }),
          signal: AbortSignal.timeout(ANSWERED_WITHIN_MS),
        })
        const text = await answer.text()
        return answer.ok && !text.startsWith('{"errors"')
          ? { text, code: 'OK' }
          : { text: '', code: `HTTP_${answer.status}` }
      }
      const { text, code } = await look().catch(() => ({ text: '', code: 'SOCKET' }))
      looks.push({ request: path, hub, begun, ended: performance.now(), code })
      return text
    }
    const list = JSON.stringify({ query: '{ blacklist(first: 100) { nodes { id } } }' })
    while (on) {
      const before = new Map(shown)
      const entry = random.one(entries)
      const [standing = '', ...pages] = await Promise.all([
        read('/graphql', JSON.stringify({ query: `{ standing(code: "${entry.code}") { listed } }` })),
        ...[read('/blacklist'), read('/data/blacklist.json'), read('/graphql', list)],
      ])
      const isHidden = (id: string) => before.get(id) === false && shown.get(id) === false
      for (const id of listings.filter(isHidden))
        named.push(...pages.flatMap((text, page) => (text.includes(id) ? [`${id} page ${page} of hub ${hub}`] : [])))
      if (isHidden(entry.id) && standing.includes('"listed":true')) named.push(`${entry.id} standing of hub ${hub}`)
      await wait(LOOK_EVERY_MS)
    }
  }

  return {
    ...{ questions, attempts, moves, refused, named, shown, looks },
    nextRemoval: () => new Promise((resolve) => waiting.push(resolve)),
    startJob: async (job, subject) => {
      const of = subject === null ? `job: ${job}` : `job: ${job}, subject: "${subject}"`
      while (on && (await ask(random.below(signed), `mutation { startJob(${of}) { state } }`)).code !== 'OK')
        await wait(AGAIN_MS)
    },
    begin: () => {
      for (let hub = 0; hub < signed; hub += 1) loops.push(question(hub))
      for (let hub = 0; hub < hubs.length; hub += 1) loops.push(looking(hub))
      loops.push(moving())
    },
    end: async () => {
      on = false
      await Promise.all(loops)
    },
  }
}
