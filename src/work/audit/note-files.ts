import { closeSync, fsyncSync, openSync, readdirSync, readFileSync } from 'node:fs'
import { Refusal, reasonOf } from '../../foundation/errors.js'

const ifThere = <T>(path: string, read: (path: string) => T): T | null => {
  try {
    return read(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw makeUnreadableRefusal(path, error)
  }
}

/** A missing folder has none. Refusal FILE_UNREADABLE. */
export const listFileNames = (folder: string): string[] => ifThere(folder, (path) => readdirSync(path)) ?? []

export const readFileText = (path: string): string | null => ifThere(path, (there) => readFileSync(there, 'utf8'))

export const makeUnreadableRefusal = (path: string, error: unknown): Refusal =>
  new Refusal('FILE_UNREADABLE', { path, reason: reasonOf(error) })

export const openAndSync = (path: string, mode: 'r' | 'w' | 'a', write: (file: number) => void = () => {}): void => {
  const file = openSync(path, mode)
  try {
    write(file)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}
