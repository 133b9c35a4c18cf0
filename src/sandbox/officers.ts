import type { Role } from '../domain/access/viewer.js'
import { addWorkdays } from '../domain/calendar/calendar.js'
import { readAuthorityLevel } from '../domain/listing/legal-ground.js'
import { needsConsent } from '../domain/listing/lists.js'
import { MOVES, type MoveName } from '../domain/listing/moves.js'
import { isHeavyPenalty } from '../domain/records/penalty.js'
import { addDays, shanghaiDate } from '../foundation/time/dates.js'
import type { Db } from '../store/db/db.js'
import * as listings from '../store/listing/listings.js'
import * as operators from '../store/operators/operators.js'
import * as versions from '../store/records/versions.js'
import { findListKind, type WorkRules } from '../work/calendar/rules.js'
import { type MoveInput, makeMove, openCase } from '../work/listing/listing.js'

const OFFICER = 'demo-officer-person'
const REVIEWER = 'demo-reviewer-person'
const LIST = 'serious'
const RECORDS_LOOKED_AT = 100
const AFTER_DEFENCE_WORKDAYS = 6
const CASE_BEGAN_DAYS_AGO = 30

export const publishDemoCase = async (db: Db, rules: WorkRules, code: string, now: Date): Promise<string[]> => {
  const operator = (await operators.operatorsByCode(db, [{ scheme: 'uscc', code }])).get(`uscc:${code}`)
  if (operator === undefined) return ['演示主体不存在 the demo operator is not there']
  const today = shanghaiDate(now)
  const own = await listings.ofOperators(db, [operator.id])
  const published = own.find((listing) => listing.state !== 'LEAD')
  if (published) return [`已有名单记录 listing stands already：${published.state}`]
  const began = addDays(today, -CASE_BEGAN_DAYS_AGO)
  const lead =
    own[0] ??
    (await openCase(db, rules, {
      operatorId: operator.id,
      list: LIST,
      reason: '群众举报售假',
      by: OFFICER,
      role: 'officer',
      on: today,
      now,
    }))
  const looked = { kinds: ['penalty'] as const, removed: false, first: RECORDS_LOOKED_AT, after: null }
  const penalties = await versions.ofOperators(db, [operator.id], { asOf: today, knownAt: now }, looked)
  const decision = penalties.find((record) => isHeavyPenalty(record.body))
  if (decision === undefined) return ['没有较重行政处罚，不得提出列入 no heavier penalty, so nothing may be proposed']
  const lines: string[] = [`线索 lead：${operator.name}`]
  const move = async (name: MoveName, by: string, role: Role, input: MoveInput): Promise<void> => {
    const listing = await makeMove(db, rules, { id: lead.id, name, by, role, input, now })
    lines.push(`${MOVES[name].zh} ${name}（${input.on}）→ ${listing.state}`)
  }
  const review = addWorkdays(rules.calendar, began, AFTER_DEFENCE_WORKDAYS).date
  if (lead.decisionVersion !== decision.id)
    await move('linkDecision', OFFICER, 'officer', { on: began, decision: decision.id })
  await move('proposeListing', OFFICER, 'officer', { on: began, reason: '销售侵犯注册商标专用权的商品，情节严重' })
  await move('notifyListing', OFFICER, 'officer', { on: began, documentNumber: numbered('告', began) })
  await move('reviewListing', REVIEWER, 'reviewer', { on: review })
  if (needsConsent(findListKind(rules, LIST), readAuthorityLevel(decision.body), review))
    await move('consentListing', REVIEWER, 'reviewer', { on: review, documentNumber: numbered('函', review) })
  await move('decideListing', OFFICER, 'officer', { on: review, documentNumber: numbered('列', review) })
  await move('serveListing', OFFICER, 'officer', { on: addDays(review, 1), repairNotice: true })
  await move('publishListing', OFFICER, 'officer', { on: today })
  return lines
}

const numbered = (kind: string, on: string): string => `演示市监信${kind}〔${on.slice(0, 4)}〕1号`
