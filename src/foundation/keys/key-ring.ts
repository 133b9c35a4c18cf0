import { linkSync, readdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const FOLDER_LOOK_MS = 1_000

export interface NumberedKeyFile {
  file: string
  number: number
}

export interface KeyRingOptions<K> {
  /** Its capture group is the number by which keys are sorted. */
  pattern: RegExp
  first: string
  make: () => string
  parse: (text: string) => K
}

/** Each file is read once. The folder is listed repeatedly, because other processes add and delete keys. */
export const openKeyRing = <K>(folder: string, { pattern, first, make, parse }: KeyRingOptions<K>) => {
  let keys: (K & NumberedKeyFile)[] = []
  let lookedAt = Number.NEGATIVE_INFINITY
  const all = (): (K & NumberedKeyFile)[] => {
    const known = new Map(keys.map((key) => [key.file, key]))
    keys = keyFilesIn(folder, pattern).flatMap(({ file, number }) => {
      const key = known.get(file)
      const text = key ? null : readIfThere(join(folder, file))
      return key ?? (text === null ? [] : { ...parse(text), file, number })
    })
    return keys
  }
  // A folder that is emptied later gets no stray key.
  if (keyFilesIn(folder, pattern).length === 0) readOrMakeKey(join(folder, first), make)
  all()
  return {
    all,
    recent: (nowMs: number): (K & NumberedKeyFile)[] => {
      if (Math.abs(nowMs - lookedAt) < FOLDER_LOOK_MS) return keys
      lookedAt = nowMs
      return all()
    },
  }
}

export const keyFilesIn = (folder: string, pattern: RegExp): NumberedKeyFile[] =>
  readdirSync(folder)
    .filter((file) => pattern.test(file))
    .map((file) => ({ file, number: Number(pattern.exec(file)?.[1] ?? 0) }))
    .sort((a, b) => a.number - b.number)

export const highestKeyNumber = (folder: string, pattern: RegExp): number =>
  keyFilesIn(folder, pattern).at(-1)?.number ?? 0

/** The first process wins: link fails on an existing file. */
export const readOrMakeKey = (path: string, make: () => string): string => {
  const before = readIfThere(path)
  if (before !== null) return before
  const draft = `${path}.${process.pid}`
  writeFileSync(draft, make(), { mode: 0o600, flag: 'wx' })
  try {
    linkSync(draft, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    unlinkSync(draft)
  }
  return readFileSync(path, 'utf8')
}

const readIfThere = (path: string): string | null => {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}
