/** The pages that ask a party before it withdraws something, for the test that compares the OpenAPI description with the server. */
import { globalOf } from '../api/global-ids.js'
import { worldWithListing } from '../api/listed-world.js'
import { uscc } from '../api/record-drafts.js'
import { operatorId, scored } from '../api/world.js'
import type { Ask } from './openapi-matters.js'

const ISSUE = 'mutation($input: AccessCodeInput!) { issueAccessCode(input: $input) { code } }'
const OBJECT = 'mutation($input: OpenObjectionInput!) { openObjection(input: $input) { id } }'
const AUTHORISE = 'mutation($i: RecordAuthorisationInput!) { recordAuthorisation(input: $i) { id } }'
/** A day on which the removal of the entry may be applied for. */
const REPAIR_DAY = new Date('2027-03-01T02:00:00Z')

export const hearWithdrawals = async (askAt: Ask): Promise<void> => {
  const [world, listing] = await worldWithListing('虚构撤回有限公司')
  const operator = uscc(1)
  const ask: Ask = (path, status, how) => askAt(path, status, { ...how, from: world.url })
  world.setNow(REPAIR_DAY)
  const operatorKey = await operatorId(world, operator)
  const { id: penalty } = await world.database
    .db('versions')
    .where({ kind: 'penalty', operator_id: operatorKey })
    .first('id')
  await scored(world, operatorKey, 500, 'C', [penalty])
  const issued = { operator, reason: '随决定书送达' }
  const { data } = await world.ask(ISSUE, { token: world.token('officer', 'officer-1'), variables: { input: issued } })
  const body = new URLSearchParams({ accessCode: data.issueAccessCode.code })
  const entered = await ask('/my', 303, { at: '/my', method: 'POST', body })
  const headers = { cookie: entered.headers.get('set-cookie')?.split(';')[0] ?? '' }

  const objection = await world.ask(OBJECT, {
    token: world.token('party', operator),
    variables: { input: { operator, record: globalOf('Record', penalty), statement: '此处罚决定已被撤销' } },
  })
  const objections = `/my/objections/${objection.data.openObjection.id}/withdraw`
  await ask(objections, 200, { at: '/my/objections/{id}/withdraw', headers })

  const word = { document: '授权书 2027-01', sha256: 'cd'.repeat(32), givenOn: '2027-01-01', endsOn: '2028-01-01' }
  const authorisation = await world.ask(AUTHORISE, {
    token: world.token('credit_service', '虚构评信'),
    variables: { i: { ...word, operator } },
  })
  const authorisations = `/my/authorisations/${authorisation.data.recordAuthorisation.id}/withdraw`
  await ask(authorisations, 200, { at: '/my/authorisations/{id}/withdraw', headers })

  const own = `/my/listings/${globalOf('Listing', listing)}`
  const at = '/my/listings/{id}'
  const csrf = /name="csrf" value="([^"]+)"/.exec(await (await ask(own, 200, { at, headers })).text())?.[1] ?? ''
  const applied = new URLSearchParams({ act: 'applyRepair', text: '罚款已缴清，危害已消除，承诺守信', csrf })
  await ask(own, 303, { at, headers, method: 'POST', body: applied })
  await ask(`${own}/withdraw`, 200, { at: `${at}/withdraw`, headers })
  await world.close()
}
