import { redactIdNumbers } from '../domain/records/privacy.js'
import { type Log, openLog } from '../foundation/log.js'
import { withoutAccessCodes } from '../foundation/text/access-code.js'

export const makeLog = (options: { level: string; file: string | null }): Log =>
  openLog(options, (line) => withoutAccessCodes(redactIdNumbers(line, () => '…')))
