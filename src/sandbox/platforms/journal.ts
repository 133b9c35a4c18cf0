import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, truncateSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'

export interface Journal<T> {
  /** Lines that earlier processes wrote. */
  before: T[]
  write(line: T): void
  close(): void
}

/** Truncates an incomplete last line: its writer died before answering. */
export const openJournal = <T>(file: string): Journal<T> => {
  mkdirSync(dirname(file), { recursive: true })
  const bytes = existsSync(file) ? readFileSync(file) : Buffer.alloc(0)
  const whole = bytes.lastIndexOf('\n') + 1
  if (whole < bytes.length) truncateSync(file, whole)
  const before = bytes
    .subarray(0, whole)
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line): T => JSON.parse(line))
  const handle = openSync(file, 'a')
  let open = true
  return {
    before,
    write: (line) => {
      writeSync(handle, `${JSON.stringify(line)}\n`)
    },
    close: () => {
      if (!open) return
      open = false
      fsyncSync(handle)
      closeSync(handle)
    },
  }
}
