import { listUnconfirmedRules } from '../../domain/listing/legal-ground.js'
import { checkAndRedactText } from '../../domain/records/privacy.js'
import { Refusal } from '../../foundation/errors.js'
import type { BilingualText } from '../../foundation/text/words.js'
import type { Platform } from '../../platforms/platform.js'
import type { Db, Tx } from '../../store/db/db.js'
import * as listings from '../../store/listing/listings.js'
import * as proposals from '../../store/office/proposals.js'
import type { WorkRules } from '../calendar/rules.js'
import type { LiveOffice } from './live-office.js'

interface ServiceParts {
  office: Pick<LiveOffice, 'site' | 'testPlatforms'>
  platforms: readonly Pick<Platform, 'id' | 'name'>[]
  rules: WorkRules
}

export const listServiceFaults = async (
  db: Db | Tx,
  { office, rules, platforms }: ServiceParts,
): Promise<BilingualText[]> => {
  const { operator, telephone, email } = office.site()
  const faults: BilingualText[] = []
  if (operator === null) faults.push({ zh: '没有写明主办单位', en: 'nobody is named as running the site' })
  if (telephone === null && email === null)
    faults.push({ zh: '没有联系电话或者电子邮箱', en: 'there is neither a telephone nor an e-mail address' })
  const tests = office.testPlatforms()
  for (const { zh, en } of platforms.filter(({ id }) => tests.has(id)).map(({ name }) => name))
    faults.push({ zh: `${zh}的地址仍是测试环境`, en: `the address of ${en} is still a test environment` })
  const unconfirmed = new Map<string, BilingualText>()
  for (const { list: id, decidedOn, publishedOn } of await listings.listPublishedDates(db)) {
    const list = rules.lists.find((each) => each.id === id)
    if (list === undefined) continue
    for (const row of listUnconfirmedRules({ list, clocks: rules.clocks, decidedOn, publishedOn }))
      unconfirmed.set(`${id} ${row.zh}`, { zh: `${list.zh}的${row.zh}`, en: `${list.en}: ${row.en}` })
  }
  for (const { zh, en } of unconfirmed.values())
    faults.push({
      zh: `已公示的条目所依据的规则未经核实：${zh}`,
      en: `a rule behind published entries is unconfirmed: ${en}`,
    })
  return faults
}

export const refuseUnready = async (db: Db | Tx, parts: ServiceParts): Promise<void> => {
  const faults = await listServiceFaults(db, parts)
  if (faults.length > 0)
    throw new Refusal('OFFICE_NOT_READY', {
      zh: faults.map(({ zh }) => zh).join('；'),
      en: faults.map(({ en }) => en).join('; '),
    })
}

/**
 * The declaration cannot be taken back. Refusals: OFFICE_NOT_READY, OFFICE_IN_SERVICE, OFFICE_PROPOSAL_WAITS,
 * INPUT_INVALID.
 */
export const proposeService = async (
  db: Db,
  parts: ServiceParts,
  { reason, by, now }: { reason: string; by: string; now: Date },
): Promise<proposals.OfficeProposal> => {
  const said = checkAndRedactText(reason, '理由 the reason', parts.rules.pseudonymOf)
  return db.transaction(async (tx) => {
    await proposals.lockOffice(tx)
    if (await proposals.isInService(tx)) throw new Refusal('OFFICE_IN_SERVICE')
    if ((await proposals.listWaiting(tx, 'SERVICE')).length > 0) throw new Refusal('OFFICE_PROPOSAL_WAITS')
    await refuseUnready(tx, parts)
    return proposals.propose(tx, { kind: 'SERVICE', content: {}, reason: said, by, at: now })
  })
}
