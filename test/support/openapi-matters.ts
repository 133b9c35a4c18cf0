/** Matters, for the test that compares the OpenAPI description with the server. */
import { hash } from 'node:crypto'
import type { Role } from '../../src/domain/access/viewer.js'
import { freezeMonth } from '../../src/work/matters/figures.js'
import { NOW, type World } from '../api/world.js'
import { rules } from './rules.js'
import { samplePdf } from './sample-papers.js'

export type Ask = (path: string, status: number, how: { at: string; [more: string]: unknown }) => Promise<Response>

const OPEN = 'mutation ($input: OpenMatterInput!) { openMatter(input: $input) { id } }'

export const hearMatters = async (world: World, ask: Ask): Promise<void> => {
  const claims = { sub: 'bureau', role: 'agency', agency: 'market-regulator', region: '220104' } as const
  const { token } = world.keys.sign(claims, NOW.getTime())
  const headers = { authorization: `Bearer ${token}` }
  const letter = samplePdf()
  const sha256 = hash('sha256', letter)
  const attachments = [{ type: 'LETTER', name: '协查函.pdf', sha256, bytes: letter.length }]
  const fields = [
    { name: 'purpose', value: 'EVIDENCE' },
    { name: 'request', value: '请协助核实' },
  ]
  const input = { kind: 'assist', to: 'market-regulator@210000', fields, attachments }
  const { id } = (await world.ask(OPEN, { token, variables: { input } })).data.openMatter
  const matter = { at: '/v1/matters/{id}/attachments/{sha256}' }
  const put = (name: string, status: number, body: string, of: object = headers) =>
    ask(`/v1/matters/${id}/attachments/${name}`, status, { ...matter, method: 'PUT', headers: of, body })
  const text = letter.toString('latin1')
  await put(sha256, 201, text)
  await put(sha256, 200, text)
  await put(sha256, 422, `${text} `)
  await put('0'.repeat(64), 404, text)
  await put(sha256, 401, text, {})
  await put(sha256, 403, text, { authorization: `Bearer ${world.token('auditor')}` })
  await ask(`/v1/matters/${id}/attachments/${sha256}`, 200, { ...matter, headers })
  await ask(`/v1/matters/${id}/attachments/${sha256}`, 404, matter)
  const neighbour = world.keys.sign({ ...claims, sub: 'neighbour', region: '210000' }, NOW.getTime()).token
  await world.ask('{ matters { nodes { id } } }', { token: neighbour })
  const receipts = { at: '/v1/matters/{id}/receipts' }
  await ask(`/v1/matters/${id}/receipts`, 200, { ...receipts, headers })
  await ask(`/v1/matters/${id}/receipts`, 404, receipts)
  await hearOpening(world, ask)
  await hearFigures(world, ask)
}

const bearer = (world: World, role: Role) => ({ authorization: `Bearer ${world.token(role)}` })

const hearFigures = async (world: World, ask: Ask): Promise<void> => {
  const at = '/v1/matters.csv'
  await freezeMonth(world.database.db, rules, '2025-12', NOW)
  const auditor = { at, headers: bearer(world, 'auditor') }
  await ask(`${at}?month=2025-12`, 200, auditor)
  await ask(`${at}?month=2025-11`, 404, auditor)
  await ask(`${at}?month=May`, 400, auditor)
  await ask(`${at}?month=2025-12`, 401, { at })
  await ask(`${at}?month=2025-12`, 403, { at, headers: bearer(world, 'marketplace') })
}

/** Opening, reading, moving and hearing them over /v1. */
const hearOpening = async (world: World, ask: Ask): Promise<void> => {
  const at = '/v1/matters'
  const seat = { role: 'agency', agency: 'market-regulator' } as const
  const of = (region: string) => ({
    authorization: `Bearer ${world.keys.sign({ sub: `county-${region}`, ...seat, region }, NOW.getTime()).token}`,
  })
  const [headers, sender] = [of('220104'), of('220102')]
  const clue = { kind: 'clue', to: 'market-regulator@220104', fields: { source: 'PATROL', facts: '虚构' } }
  const send = (status: number, sent: object | string, type = 'application/json', from: object = sender) =>
    ask(at, status, {
      ...{ at, method: 'POST', headers: { ...from, 'content-type': type } },
      body: typeof sent === 'string' ? sent : JSON.stringify(sent),
    })
  const { id } = (await (await send(201, { ...clue, reference: 'A-1' })).json()) as { id: string }
  await send(200, { ...clue, reference: 'A-1' })
  await send(200, `${JSON.stringify({ ...clue, reference: 'A-2' })}\n{`, 'application/x-ndjson')
  await send(400, { ...clue })
  await send(409, { ...clue, reference: 'A-1', reason: '另一事由' })
  await send(415, 'x', 'text/html')
  const takedowns = (status: number, row: object, type = 'application/x-ndjson', from = bearer(world, 'marketplace')) =>
    ask('/v1/takedowns', status, {
      ...{ at: '/v1/takedowns', method: 'POST', headers: { ...from, 'content-type': type }, body: JSON.stringify(row) },
    })
  await takedowns(200, {
    reference: 'D-1',
    code: 'x',
    ground: 'TERMS',
    subject: '虚构',
    measure: 'BLOCKED',
    on: '2026-03-01',
  })
  await takedowns(415, {}, 'application/json')
  await takedowns(403, {}, 'application/x-ndjson', bearer(world, 'credit_service'))
  await send(401, clue, 'application/json', {})
  await send(403, clue, 'application/json', bearer(world, 'credit_service'))
  const one = '/v1/matters/{id}'
  await ask(`${at}/${id}`, 200, { at: one, headers })
  await ask(`${at}/none`, 404, { at: one, headers })
  await ask(`${at}/${id}`, 401, { at: one })
  await ask(`${at}/${id}`, 403, { at: one, headers: bearer(world, 'credit_service') })
  const moves = (status: number, sent: object) => send(status, { matter: id, ...sent }, 'application/json', headers)
  await moves(201, { move: 'accept', reference: 'B-1' })
  await moves(409, { move: 'accept', reference: 'B-2', seen: 1 })
  await moves(400, { move: 'accept' })
  await ask(`${at}?after=0`, 200, { at, headers })
  for (const path of [at, `${at}/stream`]) {
    await ask(`${path}?after=x`, 400, { at: path, headers })
    await ask(`${path}?after=999`, 410, { at: path, headers })
    await ask(path, 401, { at: path })
    await ask(path, 403, { at: path, headers: bearer(world, 'officer') })
  }
  await ask(`${at}/stream`, 405, { at: `${at}/stream`, method: 'HEAD' })
  await ask('/.well-known/matters', 200, { at: '/.well-known/matters' })
}
