import { redactIdNumbers } from '../domain/records/privacy.js'
import { type Log, openLog } from '../foundation/log.js'
import { withoutAccessCodes } from '../foundation/text/access-code.js'
import { asPathRefusal } from './setting-path.js'

/** Refusal CONFIG_INVALID where the file cannot be opened. */
export const makeLog = (options: { level: string; file: string | null }): Log => {
  try {
    return openLog(options, (line) => withoutAccessCodes(redactIdNumbers(line, () => '…')))
  } catch (error) {
    throw asPathRefusal('LOG_FILE', options.file, error)
  }
}
