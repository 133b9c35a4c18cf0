/** Matters, for the test that compares the OpenAPI description with the server. */
import { hash } from 'node:crypto'
import { NOW, type World } from '../api/world.js'
import { samplePdf } from './sample-papers.js'

export type Ask = (path: string, status: number, how: { at: string; [more: string]: unknown }) => Promise<Response>

const OPEN = 'mutation ($input: OpenMatterInput!) { openMatter(input: $input) { id } }'

export const hearMatters = async (world: World, ask: Ask): Promise<void> => {
  const claims = { sub: 'bureau', role: 'agency', agency: 'market-regulator', region: '220104' } as const
  const { token } = world.keys.sign(claims, NOW.getTime())
  const headers = { authorization: `Bearer ${token}` }
  const letter = samplePdf()
  const sha256 = hash('sha256', letter)
  const at = '/v1/matters/attachments/{sha256}'
  const put = (name: string, status: number, body: string, of: object = headers) =>
    ask(`/v1/matters/attachments/${name}`, status, { at, method: 'PUT', headers: of, body })
  const text = letter.toString('latin1')
  await put(sha256, 201, text)
  await put(sha256, 200, text)
  await put('0'.repeat(64), 422, text)
  await put('0', 400, text)
  await put(sha256, 401, text, {})
  await put(sha256, 403, text, { authorization: `Bearer ${world.token('auditor')}` })
  const attachments = [{ type: 'LETTER', name: '协查函.pdf', sha256, bytes: letter.length }]
  const fields = [
    { name: 'purpose', value: 'EVIDENCE' },
    { name: 'request', value: '请协助核实' },
  ]
  const input = { kind: 'assist', to: 'market-regulator@210000', fields, attachments }
  const { id } = (await world.ask(OPEN, { token, variables: { input } })).data.openMatter
  const matter = { at: '/v1/matters/{id}/attachments/{sha256}' }
  await ask(`/v1/matters/${id}/attachments/${sha256}`, 200, { ...matter, headers })
  await ask(`/v1/matters/${id}/attachments/${sha256}`, 404, matter)
  const neighbour = world.keys.sign({ ...claims, sub: 'neighbour', region: '210000' }, NOW.getTime()).token
  await world.ask('{ matters { nodes { id } } }', { token: neighbour })
  const receipts = { at: '/v1/matters/{id}/receipts' }
  await ask(`/v1/matters/${id}/receipts`, 200, { ...receipts, headers })
  await ask(`/v1/matters/${id}/receipts`, 404, receipts)
}
