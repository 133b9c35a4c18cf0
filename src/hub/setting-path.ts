import { Refusal, reasonOf } from '../foundation/errors.js'
import { type Keys, loadKeys } from '../foundation/keys.js'

/** No log is open yet, so an error of the file system must name the setting itself. */
export const asPathRefusal = (setting: string, path: string | null, error: unknown): unknown =>
  typeof (error as NodeJS.ErrnoException).syscall === 'string'
    ? new Refusal('CONFIG_INVALID', { faults: `${setting}=${path} 不可用 cannot be used (${reasonOf(error)})` })
    : error

/** Refusal CONFIG_INVALID where the folder cannot be used. */
export const openKeys = ({ keysDir, publicUrl }: { keysDir: string; publicUrl: string }): Promise<Keys> =>
  loadKeys(keysDir, publicUrl).catch((error) => {
    throw asPathRefusal('KEYS_DIR', keysDir, error)
  })
