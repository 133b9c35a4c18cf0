/** Plays cases by ordinary moves, each on its own day by an injected clock. */
import type { Role } from '../domain/access/viewer.js'
import type { CaseState } from '../domain/listing/case.js'
import { MOVES, type MoveName } from '../domain/listing/moves.js'
import { MEASURE_KIND } from '../domain/matters/measures.js'
import { isRefusal } from '../foundation/errors.js'
import { addDays, shanghaiDate } from '../foundation/time/dates.js'
import * as listings from '../store/listing/listings.js'
import { measuresOfListings } from '../store/matters/measures.js'
import * as operators from '../store/operators/operators.js'
import { type MoveInput, makeMove } from '../work/listing/listing.js'
import type { MatterParts } from '../work/matters/keep-move.js'
import { moveMatter } from '../work/matters/matters.js'

const OFFICER = 'officer'
const REVIEWER = 'reviewer'
const DAY_MS = 86_400_000

interface Step {
  move: MoveName
  by: typeof OFFICER | typeof REVIEWER
  day: number
  input?: Omit<MoveInput, 'on'>
}

interface Plot {
  ends: CaseState
  /** Days between the notice and today. */
  began: number
  steps: readonly Step[]
}

const officer = (move: MoveName, day: number, input: Omit<MoveInput, 'on'> = {}): Step => ({
  move,
  by: OFFICER,
  day,
  input,
})
const reviewer = (move: MoveName, day: number, input: Omit<MoveInput, 'on'> = {}): Step => ({
  move,
  by: REVIEWER,
  day,
  input,
})

const REVIEW_DAY = 20
const PROPOSED = officer('proposeListing', 0, { reason: '性质恶劣、情节严重，社会危害较大' })
const NOTIFIED = [PROPOSED, officer('notifyListing', 0, { documentNumber: '告' })]
const REVIEWED = [...NOTIFIED, reviewer('reviewListing', REVIEW_DAY)]
const CONSENTED = [...REVIEWED, reviewer('consentListing', REVIEW_DAY, { documentNumber: '函' })]
const DECIDED = [...CONSENTED, officer('decideListing', REVIEW_DAY, { documentNumber: '列' })]
const SERVED = [...DECIDED, officer('serveListing', REVIEW_DAY + 1, { repairNotice: true })]
const PUBLISHED = [...SERVED, officer('publishListing', REVIEW_DAY + 2)]
const DEFENCE = [...NOTIFIED, officer('recordDefence', 2, { text: '当事人称已主动召回并赔偿消费者，请求不予列入。' })]
const HEARD = [
  ...NOTIFIED,
  officer('recordDefence', 2, { text: '当事人要求听证。', hearing: true }),
  reviewer('holdHearing', 9, { text: '听证如期举行，当事人未提交新的证据。' }),
]

const PLOTS: readonly Plot[] = [
  {
    ends: 'REPAIR_APPLIED',
    began: 400,
    steps: [...PUBLISHED, officer('applyRepair', 398, { text: '已缴清罚款，完成整改，未再受较重行政处罚。' })],
  },
  { ends: 'PROPOSED', began: 2, steps: [PROPOSED] },
  { ends: 'NOTIFIED', began: 2, steps: NOTIFIED },
  { ends: 'DEFENCE', began: 5, steps: DEFENCE },
  { ends: 'HEARING', began: 12, steps: HEARD },
  { ends: 'REVIEWED', began: 22, steps: REVIEWED },
  { ends: 'CONSENTED', began: 23, steps: CONSENTED },
  { ends: 'DECIDED', began: 75, steps: DECIDED },
  { ends: 'SERVED', began: 25, steps: SERVED },
  {
    ends: 'HIDDEN',
    began: 40,
    steps: [...PUBLISHED, officer('hideListing', 39, { hiding: 'ERROR', reason: '公示的处罚日期有误，正在核对。' })],
  },
  {
    ends: 'REMOVED',
    began: 60,
    steps: [
      ...PUBLISHED,
      reviewer('removeListing', 58, {
        removal: 'REVOKED',
        documentNumber: '移',
        reason: '所依据的行政处罚经行政复议撤销。',
      }),
    ],
  },
  {
    ends: 'NOT_LISTED',
    began: 15,
    steps: [
      ...DEFENCE,
      officer('answerDefence', 6, { text: '经核实，当事人所述属实。' }),
      reviewer('dropListing', 14, { notListed: 'NO_INTENT', reason: '有证据足以证明没有主观故意。' }),
    ],
  },
  { ends: 'PUBLISHED', began: 400, steps: PUBLISHED },
]

export const playDemoCases = async (parts: MatterParts, codes: readonly string[], now: Date): Promise<CaseState[]> => {
  const { db } = parts
  const found = await operators.operatorsByCode(
    db,
    codes.map((code) => ({ scheme: 'uscc' as const, code })),
  )
  const reached: CaseState[] = []
  for (const [n, plot] of PLOTS.entries()) {
    const operator = found.get(`uscc:${codes[n]}`)
    const own = operator === undefined ? [] : await listings.ofOperators(db, [operator.id])
    const lead = own.find(({ state }) => state === 'LEAD')
    if (lead !== undefined) reached.push(await play(parts, lead, { ...plot, number: n + 2, now }))
  }
  return reached
}

const play = async (
  parts: MatterParts,
  lead: listings.Listing,
  { steps, began, number, now }: Plot & { number: number; now: Date },
): Promise<CaseState> => {
  const notice = addDays(shanghaiDate(now), -began)
  let { state } = lead
  for (const { move, by, day, input = {} } of steps) {
    const on = addDays(notice, day)
    const { documentNumber } = input
    const numbered = documentNumber !== undefined && {
      documentNumber: `演示市监信${documentNumber}〔${on.slice(0, 4)}〕${number}号`,
    }
    try {
      const at = new Date(now.getTime() - (began - day) * DAY_MS)
      if (move === 'removeListing') await applyMeasure(parts, lead.id, addDays(on, -APPLIED_DAYS))
      const role: Role = by
      const made = { id: lead.id, name: move, by, role, input: { ...input, ...numbered, on }, now: at }
      state = (await makeMove(parts.db, parts.rules, made)).state
    } catch (error) {
      if (isRefusal(error) && MOVES[move].to === 'CONSENTED') continue
      throw error
    }
  }
  return state
}

/** Days between a measure and the removal of its entry. */
const APPLIED_DAYS = 30
export const FINANCE = 'demo-finance'
const FINANCE_SEAT = 'finance@220000'

const applyMeasure = async (parts: MatterParts, listing: string, on: string): Promise<void> => {
  const ordered = await measuresOfListings(parts.db, MEASURE_KIND, [listing])
  const own = ordered.find(({ matter }) => matter.seats.holder === FINANCE_SEAT && matter.state === 'INSTRUCTED')
  const given = { number: `虚构财〔${on.slice(0, 4)}〕2号`, fields: { limited: '虚构的政府采购项目' } }
  if (own !== undefined)
    await moveMatter(
      parts,
      { by: FINANCE, role: 'agency', seat: FINANCE_SEAT },
      { id: own.id, move: 'apply', on, ...given },
      own.openedAt,
    )
}
