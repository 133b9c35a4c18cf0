/** The image of `src/hub/deploy/image.sh`, run as an operator would run it. */
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect } from 'chai'
import { freshDatabase } from '../support/database.js'
import { freePort } from '../support/ports.js'
import { until } from '../support/until.js'

const run = promisify(execFile)
const ACCOUNT = 10_001
const TIMEOUT_MS = 600_000
/** Without systemd's cgroups crun does not start; runc does. */
const RUNTIME = existsSync('/usr/sbin/runc') ? ['--runtime', 'runc'] : []
const LOCKED = ['--read-only', '--cap-drop=all', '--security-opt=no-new-privileges']

describe('the image of the hub', () => {
  it('serves read-only, without capabilities and as nobody else, and stops with status 0', async function () {
    if (process.geteuid?.() !== 0 || !existsSync('/usr/bin/podman') || !existsSync('/usr/bin/buildah')) {
      process.stdout.write('    the image is not tried here: it needs root, podman and buildah\n')
      this.skip()
    }
    const name = `hub-test-${process.pid}`
    const folder = mkdtempSync(join(tmpdir(), 'hub-image-'))
    chownSync(folder, ACCOUNT, ACCOUNT)
    const database = await freshDatabase()
    const port = await freePort()
    await run('src/hub/deploy/image.sh', [name])
    const settings = ['-e', `DATABASE_URL=${database.url}`, '-e', `PORT=${port}`, '-v', `${folder}:/data`]
    const options = ['--rm', '--name', name, '--network', 'host', ...RUNTIME, ...LOCKED, ...settings]
    const hub = spawn('podman', ['run', ...options, name], { stdio: 'ignore' })
    const ended = once(hub, 'exit')
    const from = performance.now()
    await until('the hub of the image is ready', async () => {
      if (hub.exitCode !== null) throw new Error(`ended with ${hub.exitCode}`)
      const answer = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => null)
      return answer?.status === 200
    })
    const readyMs = performance.now() - from
    expect((await fetch(`http://127.0.0.1:${port}/blacklist`)).status).to.equal(200)
    const { stdout } = await run('podman', ['top', name, 'user', 'capeff'])
    expect(stdout).to.match(new RegExp(`^${ACCOUNT}\\s+none$|^hub\\s+none$`, 'm'))
    const asked = performance.now()
    await run('podman', ['kill', '--signal', 'TERM', name])
    expect((await ended)[0]).to.equal(0)
    const times = [readyMs, performance.now() - asked].map((ms) => (ms / 1_000).toFixed(1))
    process.stdout.write(`    ready in ${times[0]} s, stopped in ${times[1]} s\n`)
    await run('podman', ['rmi', name])
    await database.drop()
    rmSync(folder, { recursive: true })
  }).timeout(TIMEOUT_MS)
})
