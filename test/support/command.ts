/** Runs the `hub` command in its own process, from the build unless the sources are newer. */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = join(fileURLToPath(import.meta.url), '..', '..', '..')

export interface Ran {
  status: number | null
  stdout: string
  stderr: string
  /** The object on the last line. */
  // biome-ignore lint/suspicious/noExplicitAny: each command has its own form
  json: any
}

const BUILT = join(ROOT, 'dist', 'src', 'cli.js')

/** Time of the newest source. Files generated for browsers do not count. */
const newest = (folder: string): number =>
  Math.max(
    ...readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && !name.endsWith('.generated.ts'))
      .map((name) => statSync(join(folder, name)).mtimeMs),
  )

export const isBuilt =
  existsSync(BUILT) &&
  statSync(BUILT).mtimeMs >= Math.max(...['src', 'migrations', 'seeds'].map((folder) => newest(join(ROOT, folder))))

/** Arguments of node for the command: the build, which starts in half the time, unless a source is newer. */
export const program = isBuilt ? [BUILT] : ['--import', 'tsx', join(ROOT, 'src', 'cli.ts')]

/** `folder` is the root of the release that runs. */
export const begin = (args: string[], env: Record<string, string>, folder = ROOT): ChildProcess =>
  spawn(process.execPath, [...program.map((part) => part.replace(ROOT, folder)), ...args], {
    cwd: folder,
    env: environment(env),
    stdio: ['ignore', 'pipe', 'pipe'],
  })

const environment = (env: Record<string, string>): NodeJS.ProcessEnv => ({
  PATH: process.env['PATH'],
  HOME: process.env['HOME'],
  LOG_LEVEL: 'info',
  ...env,
})

const ranWith = (status: number | null, stdout: string, stderr: string): Ran => {
  const last = stdout.trimEnd().split('\n').at(-1) ?? ''
  return { status, stdout, stderr, json: last.startsWith('{') ? JSON.parse(last) : null }
}

export const hub = (args: string[], env: Record<string, string>): Promise<Ran> =>
  new Promise((resolve, reject) => {
    const child = begin(args, env)
    const out: Buffer[] = []
    const err: Buffer[] = []
    child.stdout?.on('data', (chunk: Buffer) => out.push(chunk))
    child.stderr?.on('data', (chunk: Buffer) => err.push(chunk))
    child.once('error', reject)
    child.once('close', (status) =>
      resolve(ranWith(status, Buffer.concat(out).toString(), Buffer.concat(err).toString())),
    )
  })

/**
 * Evaluates the `hub` command once more in this process, which costs a tenth of a new one: nearly all of that is
 * loading modules. It does not notice a command that leaves its process running; `hub` does.
 */
export const hubHere = async (args: string[], env: Record<string, string>): Promise<Ran> => {
  const { argv, env: variables, exitCode } = process
  const heard = [process.stdout, process.stderr].map(listenTo)
  Object.assign(process, { argv: [argv[0], 'hub', ...args], env: environment(env), exitCode: 0 })
  try {
    await import(`../../src/cli.ts?${randomUUID()}`)
    const [stdout = '', stderr = ''] = heard.map(({ written }) => written.join(''))
    return ranWith(Number(process.exitCode), stdout, stderr)
  } finally {
    for (const { restore } of heard) restore()
    Object.assign(process, { argv, env: variables, exitCode })
  }
}

/** Collects what is written to a stream, and removes the listeners that were added meanwhile. */
const listenTo = (stream: NodeJS.WriteStream) => {
  const { write } = stream
  const known = new Set(stream.listeners('error'))
  const written: string[] = []
  stream.write = (text: string | Uint8Array) => written.push(String(text)) > 0
  const restore = () => {
    stream.write = write
    for (const one of stream.listeners('error')) if (!known.has(one)) stream.off('error', one as (error: Error) => void)
  }
  return { written, restore }
}

/** Resolves with the output so far once it contains `wanted`. */
export const printed = (child: ChildProcess, wanted: RegExp, withinMs: number): Promise<string> =>
  new Promise((resolve, reject) => {
    let text = ''
    const late = setTimeout(() => reject(new Error(`not printed within ${withinMs} ms: ${wanted}\n${text}`)), withinMs)
    const hear = (chunk: Buffer) => {
      text += chunk.toString()
      if (!wanted.test(text)) return
      clearTimeout(late)
      resolve(text)
    }
    child.stdout?.on('data', hear)
    child.stderr?.on('data', hear)
    child.once('close', () => reject(new Error(`ended before it printed ${wanted}\n${text}`)))
  })

export const ended = (child: ChildProcess): Promise<number | null> =>
  child.exitCode !== null
    ? Promise.resolve(child.exitCode)
    : new Promise((resolve) => child.once('close', (status) => resolve(status)))
