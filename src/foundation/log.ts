/** The log: pino, one JSON object a line, with request and run ids as children. Secrets are cut by name, ID numbers and access codes by the caller's `clean`. */
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { type Logger, pino } from 'pino'

export type Log = Logger

const HIDDEN = ['secret', 'password', 'authorization', 'token', '*.secret', '*.password', '*.authorization', '*.token']

/**
 * What nearly every line says. Nothing in it comes from outside but perhaps an id of the request, which was looked at when it
 * came and is too short and too plain here to hold a code; and the id of an entry that there is, which the hub made.
 */
const PLAIN =
  /^\{"level":30,"time":\d{13},"pid":\d+,"request":"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}","method":"(?:GET|POST)","path":"\/(?:(?:graphql|blacklist)?","status":\d{3}|blacklist\/[0-9a-f-]{36}","status":(?:200|304)),"ms":\d+,"msg":"answered"\}\n$/

/** Held back at most, characters: then they are written at once. */
const HELD_MOST = 64_000

/** Of each log that holds lines back: they are written at the latest when the process ends. */
const endings = new Set<() => void>()
let ended = false
process.on('exit', () => {
  ended = true
  for (const flush of endings) flush()
})

/** Lines of one turn of the loop are written together; a request has one, and many end in a turn. */
const gathering = (file: { write: (text: string) => unknown }) => {
  let held = ''
  const flushSync = (): void => {
    if (held === '') return
    const lines = held
    held = ''
    endings.delete(flushSync)
    file.write(lines)
  }
  return {
    /** For pino, before it ends the process. */
    flushSync,
    write: (line: string): void => {
      if (held === '') {
        endings.add(flushSync)
        setImmediate(flushSync)
      }
      held += line
      if (ended || held.length > HELD_MOST) flushSync()
    },
  }
}

/** Files of the logs of this process. */
const files = new Set<{ reopen(): void }>()

/** Opens the files anew: a rotation has moved them away. */
export const reopenLogs = (): void => {
  for (const file of files) file.reopen()
}

/**
 * A log that writes to `file`; null writes to standard error, so that what a command prints on standard output stays clean. `clean`
 * takes out of a line what must not be kept: a fault of the system repeats the name of a file, one of a library the text it met.
 */
export const openLog = (options: { level: string; file: string | null }, clean: (line: string) => string): Log => {
  const streamWrite = (line: string): string => (PLAIN.test(line) ? line : clean(line))
  if (options.file !== null) mkdirSync(dirname(options.file), { recursive: true })
  const file = pino.destination({ dest: options.file ?? 2, sync: true })
  if (options.file !== null) files.add(file)
  const given = { level: options.level, redact: HIDDEN, base: { pid: process.pid }, hooks: { streamWrite } }
  return pino(given, gathering(file))
}
