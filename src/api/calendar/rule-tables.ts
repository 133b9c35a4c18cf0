import { isWorkday } from '../../domain/calendar/calendar.js'
import { Refusal } from '../../foundation/errors.js'
import * as calendars from '../../store/calendar/calendars.js'
import { applyAmendmentsToRules } from '../../work/calendar/calendar.js'
import { listRuleTables } from '../../work/calendar/rules.js'
import type { GraphqlContext } from '../request/context.js'

const YEAR_LEAST = 2004
const YEAR_MOST = 2100

const ruleTables = (_: unknown, { on }: { on?: string | null }, { parts }: GraphqlContext) => {
  return listRuleTables(on ?? null, parts.rules).map(({ about, ...table }) => ({
    ...table,
    aboutZh: about.zh,
    aboutEn: about.en,
  }))
}

const calendar = async (_: unknown, { year }: { year: number }, context: GraphqlContext) => {
  if (!(year >= YEAR_LEAST && year <= YEAR_MOST))
    throw new Refusal('INPUT_INVALID', { reason: `year 须为 ${YEAR_LEAST}–${YEAR_MOST} a year from … to …` })
  const { db, rules } = context.parts
  const laid = (await applyAmendmentsToRules(db, rules)).calendar
  const said = new Map((await calendars.listAmendments(db, year)).map((one) => [one.day, one]))
  const differing = [...laid.holidays, ...laid.workdays].filter((day) => day.startsWith(`${year}-`))
  const days = [...new Set([...differing, ...said.keys()])].sort()
  return {
    year,
    knownUntil: laid.knownUntil,
    days: days.map((on) => {
      const amendment = said.get(on)
      return {
        on,
        working: isWorkday(laid, on),
        reason: amendment?.reason ?? null,
        amendedBy: amendment?.by ?? null,
        confirmedBy: amendment?.confirmedBy ?? null,
        amendedAt: amendment?.at ?? null,
      }
    }),
  }
}

export const ruleTableResolvers = { Query: { ruleTables, calendar } }
