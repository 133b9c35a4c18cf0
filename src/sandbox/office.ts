import type { Keys } from '../foundation/keys.js'
import { writePdf } from '../foundation/papers/pdf.js'
import { shanghaiDate } from '../foundation/time/dates.js'
import type { Db } from '../store/db/db.js'
import * as listings from '../store/listing/listings.js'
import * as papers from '../store/listing/papers.js'
import { readHeldStatements } from '../store/office/authorities.js'
import * as operators from '../store/operators/operators.js'
import type { WorkRules } from '../work/calendar/rules.js'
import { storeSignedCopy } from '../work/listing/papers.js'
import { decideAuthority, stateAuthority } from '../work/office/authorities.js'

const [FIRST, SECOND, OFFICER] = ['demo-systems', 'demo-security', 'demo-officer-person']

interface DemoOffice {
  db: Db
  rules: WorkRules
  keys: Keys
  now: Date
}

export const furnishDemoOffice = async (office: DemoOffice, code: string): Promise<void> => {
  const { db } = office
  const operator = (await operators.operatorsByCode(db, [{ scheme: 'uscc', code }])).get(`uscc:${code}`)
  const listing = operator && (await listings.ofOperators(db, [operator.id])).find(({ publishedOn }) => publishedOn)
  if (!listing) return
  await stateDemoAuthority(office, listing.authority)
  const held = await papers.ofListings(db, [listing.id])
  if (!held.some(({ kind }) => kind === 'DECISION')) await signDemoDecision(office, listing)
}

const stateDemoAuthority = async ({ db, rules, now }: DemoOffice, name: string): Promise<void> => {
  if (name === '' || (await readHeldStatements(db, [name])).has(name)) return
  const data = {
    name,
    address: '虚构市演示路 1 号',
    telephone: '0431-0000000',
    contact: '信用监督管理科',
    reconsiderationBody: '虚构市人民政府',
    court: '虚构铁路运输法院',
    fineBank: '虚构银行演示支行，账号 0000 0000 0000',
  }
  const { id } = await stateAuthority(db, { ...data, by: FIRST, now })
  await decideAuthority(db, rules.pseudonymOf, { id, verdict: 'CONFIRM', note: null, by: SECOND, now })
}

const signDemoDecision = async (
  { db, rules, keys, now }: DemoOffice,
  { id, authority, documentNumber }: listings.Listing,
): Promise<void> => {
  const number = documentNumber ?? ''
  const content = await writePdf({
    title: '列入决定书',
    madeAt: now,
    blocks: [
      { as: 'issuer', text: authority },
      { as: 'title', text: '列入决定书' },
      { as: 'number', text: number },
      { as: 'paragraph', text: '这是演示用的签章件，机关、当事人和文号均为虚构。' },
      { as: 'right', text: `${authority}（印章）` },
    ],
  })
  const issuedOn = shanghaiDate(now)
  await storeSignedCopy(db, rules, keys, { listing: id, kind: 'DECISION', number, issuedOn, content, by: OFFICER, now })
}
