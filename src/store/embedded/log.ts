import {
  closeSync,
  fchmodSync,
  fchownSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  statSync,
  writeSync,
} from 'node:fs'
import path from 'node:path'

const LARGEST_BYTES = 10_000_000
const TAIL_BYTES = 64_000
const SECRET = 0o600
const SUPERVISOR = /^\S+ supervisor: (error: )?/

export type PostgresLog = ReturnType<typeof openLog>

export const openLog = (folder: string) => {
  const fd = openSync(path.join(folder, 'pg.log'), 'a+', SECRET)
  // The log quotes failing statements, so only the folder's owner may read it.
  if (process.geteuid?.() === 0) {
    const { uid, gid } = statSync(folder)
    fchmodSync(fd, SECRET)
    fchownSync(fd, uid, gid)
  }
  const size = () => fstatSync(fd).size
  const since = (position: number): string => {
    const from = Math.max(position, size() - TAIL_BYTES)
    const bytes = Buffer.alloc(Math.max(size() - from, 0))
    return bytes.toString('utf8', 0, readSync(fd, bytes, 0, bytes.length, from))
  }
  return {
    fd,
    size,
    since,
    bound: (): void => {
      if (size() > LARGEST_BYTES) ftruncateSync(fd)
    },
    say: (line: string): void => void writeSync(fd, `${new Date().toISOString()} supervisor: ${line}\n`),
    complaintSince: (position: number): string => {
      const lines = since(position).trim().split('\n')
      const worst = lines.findLast((line) => /FATAL|PANIC|error:|could not/i.test(line)) ?? lines.at(-1)
      return worst?.replace(SUPERVISOR, '') || `见 see ${path.join(folder, 'pg.log')}`
    },
    close: (): void => closeSync(fd),
  }
}
