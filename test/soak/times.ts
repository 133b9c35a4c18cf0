/**
 * Tests whether the time of an answer reveals that another party's object exists. If it does not, the area under the curve of a
 * Mann–Whitney rank test, with requests in random order, is 0.5.
 */
import { ABSENT, type MatrixWorld, makeMatrixWorld, SENDER } from '../api/access/matrix-world.js'
import { globalOf, keyIn } from '../api/global-ids.js'
import { penalty } from '../api/record-drafts.js'
import { NOW, recordId } from '../api/world.js'
import { confirmedClient, confirmedPerson } from '../support/accounts.js'
import { randomOf } from './random.js'

/** Requests per lookup, and per scrypt. Half of them are of each kind. */
const REQUESTS = 10_000
const SCRYPTS = 300
/** Warm-up requests. */
const WARM = 200
/** Allowed distance from 0.5. It is at least three standard errors. */
const APART = 0.03
const HOUR_MS = 3_600_000

interface Pair {
  name: string
  requests: number
  /** Requests for an object of another party, and for an object that does not exist. */
  other: (n: number) => Promise<Response>
  none: (n: number) => Promise<Response>
}

export interface Times {
  ok: boolean
  /** By question: the area under the curve, and the bounds within which it shows no difference. */
  auc: Record<string, { requests: number; auc: number; from: number; to: number }>
}

export const soakTimes = async ({
  requests = REQUESTS,
  scrypts = SCRYPTS,
  seed,
  progress,
  told,
}: {
  requests?: number
  scrypts?: number
  seed: number
  progress: (what: string, done: number, of: number) => void
  /** Called after each question. */
  told: (name: string, found: Times['auc'][string]) => void
}): Promise<Times> => {
  const made = await makeMatrixWorld()
  try {
    const auc: Times['auc'] = {}
    for (const pair of [...(await knocked(made, scrypts)), ...looked(made, await penaltyOf(made), requests)]) {
      made.world.setNow(NOW)
      const times = await measured(pair, seed, (done) => progress(`times ${pair.name}`, done, pair.requests))
      const share = aucOf(times.other, times.none)
      const apart = Math.max(APART, 3 * errorOf(times.other.length, times.none.length))
      const found = { requests: pair.requests, auc: Number(share.toFixed(4)), from: 0.5 - apart, to: 0.5 + apart }
      auc[pair.name] = found
      told(pair.name, found)
    }
    return { ok: Object.values(auc).every(({ auc: share, from, to }) => from <= share && share <= to), auc }
  } finally {
    await made.world.close()
  }
}

/** Returns the id of a penalty of the other operator, which no other firm may see. */
const penaltyOf = async ({ world, other }: MatrixWorld): Promise<string> => {
  const code = other['Code'] ?? ''
  await world.bring('penalties', [penalty(code, '虚市监处〔2026〕9号')])
  return globalOf('Record', await recordId(world, `虚市监处〔2026〕9号/${code}`))
}

const looked = ({ world, own, other, hidden }: MatrixWorld, record: string, requests: number): Pair[] => {
  const signed = (role: string, more: { region?: string; sub?: string; agency?: string } = {}) =>
    world.keys.sign({ sub: role, role, agency: null, region: null, ...more }, NOW.getTime()).token
  const bounded = signed('agency', { region: own.region, agency: SENDER })
  const officer = signed('officer', { region: own.region })
  const party = signed('party', { sub: own['Code'] ?? '' })
  const ask = (token: string | null, query: string, value: string) =>
    fetch(`${world.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
      body: JSON.stringify({ query, variables: { value } }),
    })
  const pair = (name: string, token: string | null, query: string, one: string, nothing: string): Pair => ({
    name,
    requests,
    other: () => ask(token, query, one),
    none: () => ask(token, query, nothing),
  })
  const [code, noCode] = [other['Code'] ?? '', ABSENT['Code'] ?? '']
  const operator = 'query($value: String!) { operator(code: $value) { uscc name records(first: 10) { totalCount } } }'
  const node = 'query($value: ID!) { node(id: $value) { id } }'
  const listing = 'query($value: ID!) { listing(id: $value) { id } }'
  const noListing = ABSENT['Listing'] ?? ''
  const page = (id: string) => () => fetch(`${world.url}/blacklist/${keyIn(id)}`)
  return [
    ...(
      [
        ['a marketplace', signed('marketplace')],
        ['a credit service', signed('credit_service')],
        ['an agency of another region', bounded],
        ['a party', party],
      ] as const
    ).map(([who, token]) => pair(`record as ${who}`, token, node, record, ABSENT['Record'] ?? '')),
    { name: 'GET /blacklist/:id', requests, other: page(hidden), none: page(noListing) },
    pair('operator as an agency of another region', bounded, operator, code, noCode),
    pair('operator as a party', party, operator, code, noCode),
    pair('listing as the public', null, listing, hidden, noListing),
    pair('listing as a marketplace', signed('marketplace'), listing, hidden, noListing),
    pair('listing as an officer of another region', officer, listing, hidden, noListing),
    pair(
      'node of an operator as an officer of another region',
      officer,
      node,
      other['Operator'] ?? '',
      ABSENT['Operator'] ?? '',
    ),
    pair(
      'node of a score as a credit service',
      signed('credit_service'),
      node,
      other['Score'] ?? '',
      ABSENT['Score'] ?? '',
    ),
  ]
}

/** Sign-ins with wrong secrets, of registered and unregistered clients. They are an hour apart to avoid lockouts. */
const knocked = async ({ world }: MatrixWorld, requests: number): Promise<Pair[]> => {
  const { db } = world.database
  await confirmedClient(db, { name: 'guard', role: 'agency' }, [], NOW)
  await confirmedPerson(db, { name: 'warden', role: 'officer' }, [], NOW)
  let hours = 24
  const knock = (path: string, headers: Record<string, string>, body: string) => {
    hours += 1
    world.setNow(new Date(NOW.getTime() + hours * HOUR_MS))
    return fetch(`${world.url}${path}`, { method: 'POST', headers, body })
  }
  const system = (client_id: string) => {
    const form = new URLSearchParams({ grant_type: 'client_credentials', client_id, client_secret: 'wrong' })
    return knock('/oauth/token', { 'content-type': 'application/x-www-form-urlencoded' }, form.toString())
  }
  const person = (name: string) =>
    knock('/desk/login', { 'content-type': 'application/json' }, JSON.stringify({ name, password: 'wrong' }))
  return [
    { name: 'POST /oauth/token', requests, other: () => system('guard'), none: (n) => system(`nobody-${n}`) },
    { name: 'POST /desk/login', requests, other: () => person('warden'), none: (n) => person(`nobody-${n}`) },
  ]
}

const measured = async (
  { requests, other, none }: Pair,
  seed: number,
  progress: (done: number) => void,
): Promise<{ other: number[]; none: number[] }> => {
  const random = randomOf(seed)
  const times = { other: [] as number[], none: [] as number[] }
  const warm = Math.min(WARM, requests / 10)
  for (let n = -warm; n < requests; n += 1) {
    const kind = random.chance(0.5) ? 'other' : 'none'
    const began = performance.now()
    const answer = await (kind === 'other' ? other : none)(n + warm)
    await answer.arrayBuffer()
    if (n >= 0) times[kind].push(performance.now() - began)
    progress(n + 1)
  }
  return times
}

/** Share of pairs in which the first is larger; ties count half. */
const aucOf = (one: readonly number[], two: readonly number[]): number => {
  const all = [...one.map((ms) => ({ ms, first: true })), ...two.map((ms) => ({ ms, first: false }))]
  all.sort((a, b) => a.ms - b.ms)
  let ranks = 0
  for (let from = 0; from < all.length; ) {
    let to = from
    while (to < all.length && all[to]?.ms === all[from]?.ms) to += 1
    const firsts = all.slice(from, to).filter(({ first }) => first).length
    ranks += (firsts * (from + 1 + to)) / 2
    from = to
  }
  return (ranks - (one.length * (one.length + 1)) / 2) / (one.length * two.length)
}

/** Standard error of that share without a difference. */
const errorOf = (one: number, two: number): number => Math.sqrt((one + two + 1) / (12 * one * two))
