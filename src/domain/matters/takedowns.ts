/** A row of POST /v1/takedowns as a history: what was noticed, then each step that its holder reports. */
import { extractRegionOfUscc, hasUsccForm } from '../operators/codes.js'
import type { HistoryStep } from './matter.js'

export interface TakedownRow {
  reference: string
  replaces?: string
  to?: string
  code: string
  ground: 'INFRINGEMENT' | 'VIOLATION' | 'TERMS'
  subject: string
  category?: string
  source?: string
  basis?: string
  reason?: string
  facts?: string
  contact?: string
  provider?: string
  automatedDetection?: boolean
  automatedDecision?: string
  noticedOn?: string
  measure?: string
  on?: string
  until?: string
  publication?: { url: string; on: string }
  declaration?: { text: string; on: string; reachedOn?: string; waitUntil?: string }
  outcome?: { result: keyof typeof OUTCOME_MOVES; on: string; number?: string; reason?: string }
}

const OUTCOME_MOVES = {
  REFUSED: 'take_no_measure',
  KEPT: 'complained',
  RESTORED: 'restore',
  EXPIRED: 'expire',
  CORRECTED: 'wrong',
} as const

const OUTCOME_NAMES = {
  '/on': '/outcome/on',
  '/number': '/outcome/number',
  '/documentNumber': '/outcome/number',
  '/reason': '/outcome/reason',
}

const JILIN = '22'

export const isCodeOfProvince = (code: string): boolean =>
  hasUsccForm(code) && extractRegionOfUscc(code).startsWith(JILIN)

export const fieldsOfTakedown = (row: TakedownRow): Record<string, string> => {
  const { code: party, ground, subject, category, source, basis, reason: explanation, facts, contact, provider } = row
  const detected = row.automatedDetection === undefined ? undefined : row.automatedDetection ? 'YES' : 'NO'
  const all = { party, ground, subject, category, source, basis, explanation, facts, contact, provider, detected }
  return given({ ...all, decided: row.automatedDecision })
}

export const namesOfTakedown = ({ noticedOn }: TakedownRow) => ({
  '/on': noticedOn === undefined ? '/on' : '/noticedOn',
  '/fields/party': '/code',
  '/fields/explanation': '/reason',
  '/fields/detected': '/automatedDetection',
  '/fields/decided': '/automatedDecision',
})

/** The day on which the holder itself had the matter. */
export const dayOfNotice = ({ to, noticedOn, on }: TakedownRow): string | undefined =>
  to === undefined ? (noticedOn ?? on) : undefined

export const stepsOfTakedown = (row: TakedownRow): HistoryStep[] => {
  const { ground, measure, on, until, publication, declaration, outcome } = row
  const steps: HistoryStep[] = []
  if (measure !== undefined && on !== undefined) {
    const move = ground === 'VIOLATION' ? 'act_on_violation' : 'act'
    const names = { '/on': '/on', '/fields/until': '/until' }
    steps.push({ at: '/measure', names, move, on, fields: given({ measure, until }) })
  }
  if (publication !== undefined) {
    const { url, on: publishedOn } = publication
    const names = { '/on': '/publication/on', '/fields/url': '/publication/url' }
    steps.push({ at: '/publication', names, move: 'publish_result', on: publishedOn, fields: { url } })
  }
  if (declaration !== undefined) {
    const { text, reachedOn, waitUntil: day } = declaration
    const names = { '/on': '/declaration/on', '/fields/declaration': '/declaration/text' }
    steps.push({ at: '/declaration', names, move: 'declare', on: declaration.on, fields: { declaration: text } })
    if (reachedOn !== undefined)
      steps.push({
        at: '/declaration/reachedOn',
        names: { '/day': '/declaration/waitUntil' },
        move: 'forward_declaration',
        on: reachedOn,
        ...(day !== undefined && { day }),
      })
  }
  if (outcome !== undefined) {
    const { result, ...rest } = outcome
    steps.push({ at: '/outcome', names: OUTCOME_NAMES, move: OUTCOME_MOVES[result], ...rest })
  }
  return steps.sort((one, other) => (one.on < other.on ? -1 : one.on > other.on ? 1 : 0))
}

const given = (values: Record<string, string | undefined>): Record<string, string> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Record<string, string>
