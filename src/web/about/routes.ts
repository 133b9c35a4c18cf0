import { type Request, Router } from 'express'
import type { ListKind } from '../../domain/listing/lists.js'
import { Refusal } from '../../foundation/errors.js'
import { dateIn } from '../../foundation/time/dates.js'
import { ruleTables } from '../../work/calendar/rule-tables.js'
import { sendPage } from '../frame/render-response.js'
import { aboutPage } from './page.js'
import { ruleTablePage } from './rule-page.js'

interface AboutDependencies {
  rules: { lists: readonly ListKind[] }
  demo: boolean
  nowOf: (request: Request) => Date
}

export const about = (parts: AboutDependencies): Router => {
  const router = Router()
  router.get('/about', (request, response) => {
    const { rules, demo, nowOf } = parts
    const trailMonths = trailMonthsOn(dateIn(nowOf(request)))
    sendPage(parts, request, response, aboutPage({ lists: rules.lists, tables: ruleTables(), demo, trailMonths }))
  })
  router.get('/about/rules/:name', (request, response) => {
    const found = ruleTables().find(({ name }) => name === request.params['name'])
    if (found === undefined) throw new Refusal('NOT_FOUND')
    sendPage(parts, request, response, ruleTablePage(found))
  })
  return router
}

const trailMonthsOn = (day: string): number | null => {
  const trail = ruleTables(day).find(({ name }) => name === 'trail')
  const [row] = trail?.sections.find(({ name }) => name === 'retention')?.rows ?? []
  const months = Number(row?.fields.find(({ name }) => name === 'months')?.value)
  return Number.isInteger(months) && months > 0 ? months : null
}
