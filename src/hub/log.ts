import { redact } from '../domain/records/privacy.js'
import { type Log, openLog } from '../foundation/log.js'
import { withoutAccessCodes } from '../foundation/text/access-code.js'

/** The log of a hub: no ID number and no access code is kept in it, wherever in a line it stands. */
export const makeLog = (options: { level: string; file: string | null }): Log =>
  openLog(options, (line) => withoutAccessCodes(redact(line, () => '…')))
