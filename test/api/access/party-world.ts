/** A small world of parties: two firms with a penalty, of which one is listed, a scored firm, a shop, and their access codes. */
import { globalOf } from '../global-ids.js'
import { publishListing } from '../listed-world.js'
import { penalty, registration, uscc } from '../record-drafts.js'
import { type Answer, makeWorld, NOW, operatorId, recordId, scored, type World } from '../world.js'

export const KEPT = 'good reason issuedBy issuedAt ended endedReason endedBy endedAt operator { uscc shop }'
export const ISSUE = `mutation($input: AccessCodeInput!) { issueAccessCode(input: $input) { code accessCode { ${KEPT} } } }`
export const REVOKE = `mutation($input: AccessCodeInput!) { revokeAccessCode(input: $input) { ${KEPT} } }`
export const TOKEN = 'mutation($code: String!) { partyToken(accessCode: $code) }'

/** Time between two tests, milliseconds: longer than any limit on access codes lasts. */
export const LATER_MS = 3_600_000

export const [one, two, scoredOnly, target] = [uscc(1), uscc(2), uscc(3), uscc(4)] as [string, string, string, string]
export const shop = 'shop:guguji:77'
const NUMBER = '虚市监处罚〔2026〕1号'

export const code = ({ errors }: Pick<Answer, 'errors'>) => errors?.[0]?.extensions['code']

/** Registers the hooks of the suite around it. Each test runs so late that no attempt of the one before counts. */
export const partyWorld = () => {
  let world: World
  let record: string
  const officer = () => world.token('officer', 'officer-1')
  const issue = async (operator = one, token = officer(), reason = '随决定书送达') =>
    world.ask(ISSUE, { token, variables: { input: { operator, reason } } })
  const issued = async (operator = one): Promise<string> => (await issue(operator)).data.issueAccessCode.code
  const revoke = (operator = one, token = officer(), reason = '遗失') =>
    world.ask(REVOKE, { token, variables: { input: { operator, reason } } })
  const tried = (given: string, headers: Record<string, string> = {}) =>
    world.ask(TOKEN, { variables: { code: given }, headers })
  const tokenFor = async (given: string): Promise<string> => (await tried(given)).data.partyToken
  const signedIn = async (operator = one): Promise<string> => tokenFor(await issued(operator))

  let hours = 0
  before(async () => {
    world = await makeWorld()
    await world.bring('registry', [
      registration(one, '虚构青禾有限公司'),
      registration(two, '虚构白露有限公司'),
      registration(scoredOnly, '虚构霜降有限公司'),
      registration(target, '虚构小满有限公司'),
    ])
    const person = { uscc: null, orgCode: null, regNo: null, shop, name: '虚构小铺' }
    await world.bring('shops', [
      {
        kind: 'shop',
        key: shop,
        subject: person,
        body: { name: '虚构小铺' },
        validFrom: null,
        validTo: null,
        remarks: [],
      },
    ])
    await world.bring('penalties', [penalty(one, NUMBER), penalty(two, '虚市监处罚〔2026〕2号')])
    const version = await recordId(world, `${NUMBER}/${one}`)
    record = globalOf('Record', version)
    await scored(world, await operatorId(world, one), 430, 'C', [version])
    await scored(world, await operatorId(world, scoredOnly), 700, 'B', [])
    await publishListing(world, one, NUMBER)
  })
  after(() => world.close())
  beforeEach(() => {
    hours += 1
    world.setNow(new Date(NOW.getTime() + hours * LATER_MS))
  })
  /** Moves on from the time of the running test. */
  const later = (ms: number) => world.setNow(new Date(NOW.getTime() + hours * LATER_MS + ms))

  return { world: () => world, record: () => record, later, officer, issue, issued, revoke, tried, tokenFor, signedIn }
}
