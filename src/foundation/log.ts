/** One JSON object per line. Secrets are removed by field name, ID numbers and access codes by `clean`. */
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { type Logger, pino } from 'pino'

export type Log = Logger

const HIDDEN = ['secret', 'password', 'authorization', 'token', '*.secret', '*.password', '*.authorization', '*.token']

/** The usual line needs no cleaning: fixed words, numbers, a checked request id and a uuid. */
const PLAIN =
  /^\{"level":30,"time":\d{13},"pid":\d+,"request":"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}","method":"(?:GET|POST)","path":"\/(?:(?:graphql|blacklist)?","status":\d{3}|blacklist\/[0-9a-f-]{36}","status":(?:200|304)),"ms":\d+,"msg":"answered"\}\n$/

/** Maximum number of buffered characters. */
const HELD_MOST = 64_000

/** Maximum number of characters kept while the disk is full. */
const UNWRITTEN_MOST = 1_000_000

const endings = new Set<() => void>()
let ended = false
process.on('exit', () => {
  ended = true
  for (const flush of endings) flush()
})

/** Lines of one event-loop turn are written together, because many requests end in one turn. */
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

const files = new Set<{ reopen(): void }>()

export const reopenLogs = (): void => {
  for (const file of files) file.reopen()
}

/** Without a listener, a full disk would end the process. */
const surviveErrors = (file: ReturnType<typeof pino.destination>, path: string | null): void => {
  let isTold = false
  file.on('write', () => {
    isTold = false
  })
  file.on('error', ({ message }: Error) => {
    if (!isTold && path !== null) process.stderr.write(`日志无法写入 the log cannot be written: ${path} (${message})\n`)
    isTold = true
  })
}

/** A null `file` means standard error. */
export const openLog = (options: { level: string; file: string | null }, clean: (line: string) => string): Log => {
  const streamWrite = (line: string): string => (PLAIN.test(line) ? line : clean(line))
  if (options.file !== null) mkdirSync(dirname(options.file), { recursive: true })
  const file = pino.destination({ dest: options.file ?? 2, sync: true, maxLength: UNWRITTEN_MOST })
  surviveErrors(file, options.file)
  if (options.file !== null) files.add(file)
  const settings = { level: options.level, redact: HIDDEN, base: { pid: process.pid }, hooks: { streamWrite } }
  return pino(settings, gathering(file))
}
