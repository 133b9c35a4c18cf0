import { type RequestHandler, type Response, Router } from 'express'
import { auditRefusedSignIn, writeAuditRow } from '../api/request/audit-rows.js'
import { refuseCrossSite } from '../api/request/cookies.js'
import type { ApiDependencies } from '../api/request/dependencies.js'
import { refuseOtherMethods } from '../api/request/problem-details.js'
import type { RateLimit } from '../api/request/rate-limit.js'
import { getRequestContext } from '../api/request/request-context.js'
import { isRefusal } from '../foundation/errors.js'
import { parseForm, rawFormBody } from '../web/frame/forms.js'
import type { SitePage } from '../web/frame/page.js'
import { renderUncompressed } from '../web/frame/render-response.js'
import { firstAdministratorPage, firstSetupPage } from '../web/setup/page.js'

const DESK = '/desk'
const PATH = '/desk/setup'
const BODY_BYTES = 16 * 1024

export const makeFirstSetupRouter = (parts: ApiDependencies, limit: RateLimit): Router => {
  const { setup } = parts
  const router = Router()
  const show = (response: Response, page: SitePage): void => {
    response.set({ 'Cache-Control': 'no-store', 'X-Robots-Tag': 'noindex' })
    response.type('html').send(renderUncompressed(parts, response.req, page))
  }
  const onlyOpen: RequestHandler = async (_request, response, next) => {
    if (setup && (await setup.isOpen())) return next()
    response.redirect(303, DESK)
  }
  const register: RequestHandler = async (request, response) => {
    refuseCrossSite(request.headers)
    const context = getRequestContext(request)
    const { texts } = await parseForm(request)
    const [code, name] = [texts.get('code') ?? '', texts.get('name') ?? '']
    try {
      limit.take([`${PATH} ${context.address}`, context.address], parts.now())
      const made = await setup?.register({ code, name, now: context.now })
      if (made === undefined) return response.redirect(303, DESK)
      const viewer = { sub: made.name, role: 'administrator', agency: null } as const
      await writeAuditRow(parts, context, viewer, { kind: 'OUTCOME', asked: `POST ${PATH}` })
      show(response, firstAdministratorPage({ name: made.name, password: made.one_time_password }))
    } catch (error) {
      if (!isRefusal(error)) throw error
      await auditRefusedSignIn(parts, context, { door: `POST ${PATH}`, name: '', known: false, code: error.code })
      context.refused.push(error.code)
      show(response.status(error.status), firstSetupPage({ why: error.message, name }))
    }
  }
  router.use(DESK, async ({ method, path }, response, next) => {
    const asksForDesk = method === 'GET' && path === '/'
    if (asksForDesk && setup && (await setup.isOpen())) return response.redirect(303, PATH)
    next()
  })
  router.get(PATH, onlyOpen, (_request, response) => show(response, firstSetupPage({ why: null, name: '' })))
  router.post(PATH, onlyOpen, rawFormBody(BODY_BYTES), register)
  router.all(PATH, refuseOtherMethods('POST'))
  return router
}
