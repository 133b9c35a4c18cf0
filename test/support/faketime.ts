/** Debian's libfaketime shifts the clock of one process. */
import { existsSync } from 'node:fs'

const LIBRARY = [
  '/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1',
  '/usr/lib/aarch64-linux-gnu/faketime/libfaketime.so.1',
].find((path) => existsSync(path))

/** Variables for a process whose clock follows what is written to `file`, in libfaketime's syntax; null where it is missing. */
export const followClock = (file: string): Record<string, string> | null =>
  LIBRARY === undefined
    ? null
    : {
        LD_PRELOAD: LIBRARY,
        FAKETIME_TIMESTAMP_FILE: file,
        FAKETIME_CACHE_DURATION: '1',
        FAKETIME_DONT_FAKE_MONOTONIC: '1',
      }
