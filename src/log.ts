/** The log: pino, one JSON object a line, with request and run ids as children. Secrets are cut by name. */
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { type Logger, pino } from 'pino'

export type Log = Logger

const HIDDEN = ['secret', 'password', 'authorization', 'token', '*.secret', '*.password', '*.authorization', '*.token']

/** `file` null writes to standard error, so that what a command prints on standard output stays clean. */
export const makeLog = (options: { level: string; file: string | null }): Log => {
  if (options.file !== null) mkdirSync(dirname(options.file), { recursive: true })
  const destination = pino.destination({ dest: options.file ?? 2, sync: true })
  return pino({ level: options.level, redact: HIDDEN, base: { pid: process.pid } }, destination)
}
