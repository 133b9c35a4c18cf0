import { type RequestHandler, type Response, Router } from 'express'
import type { ApiDependencies } from '../api/request/dependencies.js'
import { getRequestContext } from '../api/request/request-context.js'
import { shanghaiDate } from '../foundation/time/dates.js'
import * as publicList from '../store/publication/public-list.js'
import { parseForm, rawFormBody } from '../web/frame/forms.js'
import { renderUncompressed } from '../web/frame/render-response.js'
import { VERIFY_PATH, verifyPage } from '../web/verify/page.js'
import { type CertificateCheck, checkCertificateCode, checkCertificateFile } from '../work/publication/certificate.js'

const FILE_BYTES = 2 * 1024 * 1024

export const makeVerifyRouter = (parts: ApiDependencies): Router => {
  const { keys } = parts
  const answer = async (response: Response, check: CertificateCheck | null, code = ''): Promise<void> => {
    const { db, now } = getRequestContext(response.req)
    const entry = check === null || typeof check === 'string' ? null : check.certificate.entry.id
    const isPublic = entry !== null && (await publicList.isEntryShown(db, entry, shanghaiDate(now)))
    const status = check === 'UNKNOWN' ? 404 : check === 'FORGED' ? 422 : 200
    const here = response.req.method === 'GET' ? { path: VERIFY_PATH, parameters: code === '' ? {} : { code } } : null
    response
      .status(status)
      .set({ 'Cache-Control': 'no-store', 'X-Robots-Tag': 'noindex, noarchive' })
      .type('html')
      .send(renderUncompressed(parts, response.req, verifyPage({ check, isPublic, code }), here))
  }
  const byCode: RequestHandler = async (request, response) => {
    const { code } = request.query
    const asked = typeof code === 'string' ? code.slice(0, 60) : ''
    if (asked === '') return answer(response, null)
    await answer(response, await checkCertificateCode(getRequestContext(request).db, keys, asked), asked)
  }
  const byFile: RequestHandler = async (request, response) => {
    const [file] = (await parseForm(request)).files
    await answer(response, checkCertificateFile(keys.manifests, file?.content ?? Buffer.alloc(0)))
  }
  const router = Router()
  router.get(VERIFY_PATH, byCode)
  router.post(VERIFY_PATH, rawFormBody(FILE_BYTES), byFile)
  return router
}
