/** Tests under later versions of Node, whose binaries come from the npm registry into a temporary folder. */
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { isBuilt } from '../support/command.js'

const run = promisify(execFile)
const PACKAGE = `node-${process.platform}-${process.arch}`
const MOCHA = join('node_modules', 'mocha', 'bin', 'mocha.js')

interface TestedNode {
  version: string
  passed: number
  failed: number
  seconds: number
}

export const soakNodes = async ({
  versions,
  tests,
}: {
  versions: readonly string[]
  tests: readonly string[]
}): Promise<{ ok: boolean; nodes: TestedNode[] }> => {
  // The unit of systemd and the image are tested as built.
  if (!isBuilt) await run('npm', ['run', '--silent', 'build'])
  const nodes: TestedNode[] = []
  for (const version of versions) nodes.push(await testUnder(version, tests))
  return { ok: nodes.every(({ passed, failed }) => passed > 0 && failed === 0), nodes }
}

const testUnder = async (wanted: string, tests: readonly string[]): Promise<TestedNode> => {
  const folder = mkdtempSync(join(tmpdir(), 'hub-node-'))
  try {
    await run('npm', ['install', '--prefix', folder, '--no-audit', '--no-fund', `${PACKAGE}@${wanted}`])
    const binaries = join(folder, 'node_modules', PACKAGE, 'bin')
    const node = join(binaries, 'node')
    const version = (await run(node, ['--version'])).stdout.trim()
    process.stderr.write(`nodes: ${version}\n`)
    const began = performance.now()
    const child = spawn(node, [MOCHA, ...tests], {
      env: { ...process.env, PATH: `${binaries}${delimiter}${process.env['PATH']}` },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let said = ''
    child.stdout.on('data', (part) => {
      process.stderr.write(part)
      said += part
    })
    await once(child, 'close')
    const [, passed = 0, failed = 1] = /(\d+) passed, (\d+) failed\s*$/.exec(said) ?? []
    const seconds = Math.round((performance.now() - began) / 1_000)
    return { version, passed: Number(passed), failed: Number(failed), seconds }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
