/** The example deployment: a cluster started with its files, in the short form of `npm run soak machines`. */
import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect } from 'chai'
import { missingHere } from '../soak/machines/cluster.js'
import { soakMachines } from '../soak/machines.js'
import { DEPLOY_FOLDER, fillIn, placesOf } from '../support/deploy-files.js'

const run = promisify(execFile)
const SUBJECTS = 6
const COUNTS = {
  ...{ kill: 1, switchover: 1, upgrade: 1 },
  ...{ stop: 0, split: 0, freeze: 0, pooler: 0, minority: 0, full: 0 },
}
const ENOUGH_MS = 600_000

describe('the example of a cluster', () => {
  it('holds all that was acknowledged, once, over the death of its primary, a planned change and an upgrade', async function () {
    const missing = missingHere()
    if (missing !== null) {
      process.stdout.write(`    the cluster is not tried here: ${missing}\n`)
      this.skip()
    }
    const { verdict, faults, questions, moves, clockAhead } = await soakMachines({
      counts: COUNTS,
      subjects: SUBJECTS,
      seed: 20261201,
      forMs: ENOUGH_MS,
      progress: () => undefined,
    })
    if (!clockAhead) process.stdout.write('    no clock was ahead: libfaketime is not installed\n')
    expect(Object.entries(verdict).filter(([, count]) => count > 0)).to.deep.equal([])
    expect(faults.map(({ kind }) => kind)).to.have.members(['kill', 'switchover', 'upgrade'])
    expect(Math.min(questions, moves)).to.be.greaterThan(0)
  }).timeout(ENOUGH_MS)

  it('is scraped by a configuration that Prometheus takes', async function () {
    if (!existsSync('/usr/bin/promtool')) this.skip()
    const folder = mkdtempSync(join(tmpdir(), 'hub-prometheus-'))
    const places = placesOf(readFileSync(join(DEPLOY_FOLDER, 'prometheus.yml'), 'utf8'))
    const token = join(folder, 'token')
    const values = Object.fromEntries(places.map((place, n) => [place, `10.0.0.${n + 1}`]))
    writeFileSync(token, 'a-token-of-a-test')
    writeFileSync(join(folder, 'prometheus.yml'), fillIn('prometheus.yml', { ...values, TOKEN_FILE: token }))
    writeFileSync(join(folder, 'alerts.yml'), readFileSync(join(DEPLOY_FOLDER, 'alerts.yml')))
    await run('promtool', ['check', 'config', join(folder, 'prometheus.yml')])
    rmSync(folder, { recursive: true })
  })
})
