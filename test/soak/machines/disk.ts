/** A small file system in memory stands for the disk of one machine, so that it can be full without harm to others. */
import { execFile } from 'node:child_process'
import { mkdirSync, rmSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const SIZE = '1g'
const FILLER = 'filler'

export interface Disk {
  /** Leaves no byte; may be repeated while something frees some. */
  fill(): Promise<void>
  free(): void
  close(): Promise<void>
}

export const makeDisk = async (path: string, owner: { uid: number; gid: number }): Promise<Disk> => {
  mkdirSync(path)
  await run('mount', ['-t', 'tmpfs', '-o', `size=${SIZE},mode=0755,uid=${owner.uid},gid=${owner.gid}`, 'hub-rig', path])
  let fillers = 0
  return {
    fill: async () => {
      const { bavail, bsize } = await statfs(path)
      if (bavail === 0) return
      fillers += 1
      // The next call sees the room that others take meanwhile.
      await run('fallocate', ['-l', String(bavail * bsize), join(path, `${FILLER}-${fillers}`)]).catch(() => undefined)
    },
    free: () => {
      for (; fillers > 0; fillers -= 1) rmSync(join(path, `${FILLER}-${fillers}`), { force: true })
    },
    // Lazy: a process that is being killed may still hold a file.
    close: async () => {
      await run('umount', ['--lazy', path])
    },
  }
}
