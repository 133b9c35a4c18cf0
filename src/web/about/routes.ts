import { type Request, Router } from 'express'
import type { ListKind } from '../../domain/listing/lists.js'
import { Refusal } from '../../foundation/errors.js'
import { shanghaiDate } from '../../foundation/time/dates.js'
import { ruleTables } from '../../work/calendar/rule-tables.js'
import { addressInLanguage } from '../frame/html.js'
import { languageOf, sendPage } from '../frame/render-response.js'
import { aboutPage } from './page.js'
import { ruleTablePage } from './rule-page.js'

interface AboutDependencies {
  rules: { lists: readonly ListKind[] }
  demo: boolean
  nowOf: (request: Request) => Date
}

const RENAMED: Record<string, string> = { trail: 'audit-log', restoration: 'recovery' }

export const aboutRouter = (parts: AboutDependencies): Router => {
  const router = Router()
  router.get('/about', (request, response) => {
    const { rules, demo, nowOf } = parts
    const auditMonths = auditMonthsOn(shanghaiDate(nowOf(request)))
    sendPage(parts, request, response, aboutPage({ lists: rules.lists, tables: ruleTables(), demo, auditMonths }))
  })
  router.get('/about/rules/:name', (request, response) => {
    const now = RENAMED[request.params.name]
    if (now !== undefined)
      return response.redirect(301, addressInLanguage(`/about/rules/${now}`, {}, languageOf(request)))
    const found = ruleTables().find(({ name }) => name === request.params.name)
    if (found === undefined) throw new Refusal('NOT_FOUND')
    sendPage(parts, request, response, ruleTablePage(found))
  })
  return router
}

const auditMonthsOn = (day: string): number | null => {
  const auditLog = ruleTables(day).find(({ name }) => name === 'audit-log')
  const [row] = auditLog?.sections.find(({ name }) => name === 'retention')?.rows ?? []
  const months = Number(row?.fields.find(({ name }) => name === 'months')?.value)
  return Number.isInteger(months) && months > 0 ? months : null
}
