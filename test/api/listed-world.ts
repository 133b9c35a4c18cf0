/** Firms whose cases went through all moves to publication. */
import { globalOf } from './global-ids.js'
import { penalty, registration, uscc } from './record-drafts.js'
import { makeWorld, NOW, recordId, type World } from './world.js'

/** Brings a case to PUBLISHED through all its moves, and returns its global id. */
export const publishListing = async (
  world: World,
  code: string,
  penaltyNumber: string,
  published: Record<string, unknown> = {},
): Promise<string> => {
  // Tokens are short-lived, and each step has its own day, so each needs a new token.
  const officer = () => world.token('officer', 'officer-1')
  const reviewer = () => world.token('reviewer', 'reviewer-1')
  const record = globalOf('Record', await recordId(world, `${penaltyNumber}/${code}`))
  const opened = await world.ask(
    `mutation($input: OpenLeadInput!) { openLead(input: $input) { listing { id state } } }`,
    { token: officer(), variables: { input: { code, list: 'serious', reason: '群众举报', on: '2026-01-10' } } },
  )
  const id: string = opened.data.openLead.listing.id
  const steps: [string, () => string, Record<string, unknown>][] = [
    ['linkDecision', officer, { on: '2026-01-10', record }],
    ['proposeListing', officer, { on: '2026-01-12', reason: '情节严重' }],
    ['notifyListing', officer, { on: '2026-01-13', documentNumber: '虚市监告〔2026〕1号' }],
    ['reviewListing', reviewer, { on: '2026-02-03' }],
    ['consentListing', reviewer, { on: '2026-02-04', documentNumber: '虚市监函〔2026〕1号' }],
    ['decideListing', officer, { on: '2026-02-04', documentNumber: '虚市监列〔2026〕1号' }],
    ['serveListing', officer, { on: '2026-02-05', repairNotice: true }],
    ['publishListing', officer, { on: '2026-02-06', ...published }],
  ]
  for (const [move, token, input] of steps) {
    // A publication takes effect on the day on which it is made.
    world.setNow(new Date(`${input['on']}T02:00:00Z`))
    const answer = await world.ask(`mutation($input: MoveInput!) { ${move}(input: $input) { listing { id state } } }`, {
      token: token(),
      variables: { input: { id, ...input } },
    })
    if (answer.errors) throw new Error(`${move}: ${JSON.stringify(answer.errors)}`)
  }
  world.setNow(NOW)
  return id
}

export const numberOf = (n: number): string => `虚市监处罚〔2026〕${n}号`

/** Firms with these names, each listed for a penalty. The n-th has `uscc(n)` and `numberOf(n)`. Returns their listings. */
export const worldWithListing = async (...names: [string, ...string[]]): Promise<[World, string, ...string[]]> => {
  const world = await makeWorld()
  const firms = names.map((name, i) => ({ name, code: uscc(i + 1), number: numberOf(i + 1) }))
  await world.bring(
    'registry',
    firms.map(({ code, name }) => registration(code, name)),
  )
  await world.bring(
    'penalties',
    firms.map(({ code, number }) => penalty(code, number)),
  )
  const listings: string[] = []
  for (const { code, number } of firms) listings.push(await publishListing(world, code, number))
  const [first = '', ...others] = listings
  return [world, first, ...others]
}
