import type { Response } from 'express'
import { Refusal } from '../../foundation/errors.js'
import { requireAct } from '../request/viewer.js'
import type { AdmittedHandler } from './admitted-request.js'

/** One verification runs at a time: it reads every row. A stopping hub sends `end`. Refusals RUN_BUSY, STOPPING. */
export const makeAuditVerificationHandler = (): AdmittedHandler => {
  let walking = false
  return async ({ response, parts, viewer, audit }) => {
    requireAct(viewer, 'see_audit_log')
    if (parts.leaving.aborted) throw new Refusal('STOPPING')
    if (walking) throw new Refusal('RUN_BUSY', { job: 'verify', subject: 'audit' })
    walking = true
    try {
      await audit({ kind: 'FILE', asked: 'GET /v1/trail/verification' })
      response.set({ 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store', 'X-Accel-Buffering': 'no' })
      const tell = telling(response)
      tell('progress', { rows: 0 })
      const found = await parts.verifyAuditLog({
        progress: (rows) => {
          if (response.destroyed || parts.leaving.aborted) throw new Refusal('STOPPING')
          tell('progress', { rows })
        },
      })
      tell('done', found)
      response.end()
    } catch (error) {
      if (!parts.leaving.aborted || !response.headersSent) throw error
      telling(response)('end', { reason: 'DRAINING' })
      response.end()
    } finally {
      walking = false
    }
  }
}

const telling = (response: Response) => (event: string, said: object) =>
  void response.write(`event: ${event}\ndata: ${JSON.stringify(said)}\n\n`)
