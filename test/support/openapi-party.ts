/** Forms of the public and the party, for the test that compares the OpenAPI description with the server. */
import { keyIn } from '../api/global-ids.js'
import type { World } from '../api/world.js'
import { type Ask, hearMatters } from './openapi-matters.js'
import { hearWithdrawals } from './openapi-withdrawals.js'
import { clueForm, RECEIPT_CODE } from './reporters.js'
import { samplePdf } from './sample-papers.js'

const ISSUE = 'mutation($input: AccessCodeInput!) { issueAccessCode(input: $input) { code } }'

/** `listing` is the uuid of a published entry, which this removes. */
export const hearForms = async (world: World, ask: Ask, operator: string, listing: string): Promise<void> => {
  const form = (fields: Record<string, string>) => ({ method: 'POST', body: new URLSearchParams(fields) })
  await ask('/check', 200, { at: '/check' })
  await ask('/check', 200, { at: '/check', ...form({ codes: operator }) })
  await ask('/check', 200, { at: '/check', ...form({ codes: operator, format: 'csv' }) })
  await ask('/check', 400, { at: '/check', ...form({ codes: '' }) })
  await ask('/check', 413, { at: '/check', ...form({ codes: 'x'.repeat(600_000) }) })
  await ask('/about', 200, { at: '/about' })
  await ask('/about/rules/lists', 200, { at: '/about/rules/{name}' })
  await ask('/about/rules/none', 404, { at: '/about/rules/{name}' })
  await ask('/help', 200, { at: '/help' })
  await ask('/help/find', 200, { at: '/help/{task}' })
  await ask('/figures', 200, { at: '/figures' })
  await ask('/figures?month=2019-01', 404, { at: '/figures' })
  await ask('/developers', 200, { at: '/developers' })
  await ask('/developers/hub-client.sh', 200, { at: '/developers/{file}' })
  await ask('/help/none', 404, { at: '/help/{task}' })
  await ask('/help/desk', 301, { at: '/help/{task}', redirect: 'manual' })
  await ask('/help/pictures/case-page.png', 200, { at: '/help/pictures/{picture}' })
  await ask('/help/pictures/none.png', 404, { at: '/help/pictures/{picture}' })

  const token = world.token('officer', 'officer-1')
  const input = { operator, reason: '随决定书送达' }
  const accessCode = (await world.ask(ISSUE, { token, variables: { input } })).data.issueAccessCode.code
  await ask('/my', 200, { at: '/my' })
  await ask('/my/records', 303, { at: '/my/records' })
  await ask('/my', 403, { at: '/my', ...form({ accessCode: 'x' }) })
  const entered = await ask('/my', 303, { at: '/my', ...form({ accessCode }) })
  const headers = { cookie: entered.headers.get('set-cookie')?.split(';')[0] ?? '' }
  const own = await (await ask('/my', 200, { at: '/my', headers })).text()
  const csrf = /name="csrf" value="([^"]+)"/.exec(own)?.[1] ?? ''
  const id = Buffer.from(`Listing:${listing}`).toString('base64url')
  for (const path of ['/my/records', '/my/asked-by']) await ask(path, 200, { at: path, headers })
  const at = '/my/listings/{id}'
  await ask(`/my/listings/${id}`, 200, { at, headers })
  await ask('/my/listings/none', 404, { at, headers })
  const paper = async (use: string): Promise<string> => {
    const query = new URLSearchParams({
      listing,
      kind: 'DECISION',
      use,
      number: '虚市监列〔2026〕1号',
      issuedOn: '2026-02-04',
    })
    const bearer = { authorization: `Bearer ${token}` }
    const body = samplePdf().toString('latin1')
    const stored = await ask(`/v1/papers?${query}`, 201, { at: '/v1/papers', method: 'POST', headers: bearer, body })
    return ((await stored.json()) as { id: string }).id
  }
  const signed = await paper('SIGNED')
  await ask('/v1/papers', 404, {
    at: '/v1/papers',
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: '',
  })
  await ask(`/v1/papers/${signed}`, 200, { at: '/v1/papers/{id}', headers: { authorization: `Bearer ${token}` } })
  await ask(`/v1/papers/${signed}`, 404, { at: '/v1/papers/{id}' })
  const release = 'mutation($id: ID!) { releasePaper(id: $id) { id } }'
  await world.ask(release, { token: world.token('reviewer', 'reviewer-2'), variables: { id: await paper('MASKED') } })
  await hearMatters(world, ask)
  const open = `/blacklist/${listing}/documents`
  await ask(`${open}/DECISION`, 200, { at: '/blacklist/{id}/documents/{kind}' })
  await ask(`${open}/NOTICE`, 404, { at: '/blacklist/{id}/documents/{kind}', headers: { accept: 'text/html' } })
  await ask(`/my/papers/${signed}`, 200, { at: '/my/papers/{id}', headers })
  await ask(`/my/listings/${id}/documents/DECISION`, 200, { at: `${at}/documents/{kind}`, headers })
  await ask(`/my/listings/${id}`, 403, { at, headers, ...form({ act: 'applyRepair', text: 'x' }) })
  await ask(`/my/listings/${id}`, 422, { at, headers, ...form({ act: 'applyRepair', text: 'x', csrf }) })
  await ask('/my/objections', 401, { at: '/my/objections', ...form({ csrf }) })
  await ask('/my/objections', 422, { at: '/my/objections', headers, ...form({ csrf, record: 'x', statement: 'x' }) })
  await world.database.db.raw(
    `update listings set state = 'REMOVED', removed_on = '2026-03-01', removal_reason = 'REVOKED' where id = ?`,
    [keyIn(id)],
  )
  await ask(`/my/listings/${id}/certificate`, 200, { at: `${at}/certificate`, headers })
  const jws = await (
    await ask(`/my/listings/${id}/certificate.jws`, 200, { at: `${at}/certificate.jws`, headers })
  ).text()
  await ask(`/my/listings/${id}/certificate.pdf`, 200, { at: `${at}/certificate.pdf`, headers })
  const code: string = JSON.parse(Buffer.from(jws.split('.')[1] ?? '', 'base64url').toString()).code
  const verify = { at: '/verify' }
  await ask('/verify', 200, verify)
  await ask(`/verify?code=${code}`, 200, verify)
  await ask('/verify?code=0', 404, verify)
  const file = new FormData()
  file.append('file', new Blob([jws]), 'certificate.jws')
  await ask('/verify', 200, { ...verify, method: 'POST', body: file })
  await hearClue(ask)
  await ask('/my/sign-out', 303, { at: '/my/sign-out', headers, ...form({ csrf }) })
  await hearWithdrawals(ask)
}

const hearClue = async (ask: Ask): Promise<void> => {
  const [clue, state] = [{ at: '/clue' }, { at: '/clue/state' }]
  await ask('/clue', 200, clue)
  await ask('/clue/state', 200, state)
  const body = clueForm({ shop: '虚构的店', facts: '虚构的事实' })
  const answer = await ask('/clue', 201, { ...clue, method: 'POST', body })
  const [, code = ''] = RECEIPT_CODE.exec(await answer.text()) ?? []
  await ask('/clue', 422, { ...clue, method: 'POST', body: clueForm({ shop: '虚构的店' }) })
  await ask('/clue/state', 200, { ...state, method: 'POST', body: new URLSearchParams({ code }) })
  await ask('/clue/state', 403, { ...state, method: 'POST', body: new URLSearchParams({ code: 'x' }) })
}

/** Acts of a signed-in person on the own account. */
export const hearAccount = async (
  ask: Ask,
  { cookie, csrfToken }: { cookie: string; csrfToken: string },
): Promise<void> => {
  const account = '/desk/session/account'
  await ask(account, 200, { at: account, headers: { cookie } })
  await ask(account, 401, { at: account })
  const headers = { cookie, 'x-csrf-token': csrfToken, 'content-type': 'application/json' }
  const act = (name: string, status: number, body: object) => {
    const how = { at: '/desk/session/{act}', method: 'POST', headers, body: JSON.stringify(body) }
    return ask(`/desk/session/${name}`, status, how)
  }
  await act('begin-code', 200, {})
  await act('add-code', 401, { code: '000000' })
  await act('add-code', 400, {})
  await act('end-sessions', 404, { number: 1 })
  await act('add-passkey', 422, { name: 'x' })
  const passkey = '/desk/login/passkey'
  await ask(passkey, 200, { at: passkey, method: 'POST' })
}
