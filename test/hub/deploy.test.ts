/** The files for operators: the unit of systemd, the alert rules and their runbooks. */
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { expect } from 'chai'
import { freshDatabase } from '../support/database.js'

const run = promisify(execFile)
const FOLDER = 'src/hub/deploy'
const UNIT = join(FOLDER, 'hub.service')
/** `systemd-analyze` counts the exposure in tenths: 1.5. */
const EXPOSURE_MOST = 15
const unit = readFileSync(UNIT, 'utf8')
const settingsOf = (name: string): string[] =>
  [...unit.matchAll(new RegExp(`^${name}=(.*)$`, 'gm'))].map(([, value]) => value ?? '')

describe('the unit of systemd', () => {
  it('is valid, and exposes little', async function () {
    if (!existsSync('/usr/bin/systemd-analyze')) this.skip()
    const verified = await run('systemd-analyze', ['verify', UNIT])
    expect(verified.stderr).to.equal('')
    await run('systemd-analyze', ['security', '--offline=true', `--threshold=${EXPOSURE_MOST}`, UNIT])
  })

  it('starts a hub with its own command and environment, the address of the database read from a credential', async () => {
    const database = await freshDatabase()
    const folder = mkdtempSync(join(tmpdir(), 'hub-unit-'))
    writeFileSync(join(folder, 'database-url'), `${database.url}\n`)
    const here = (text: string) =>
      text
        .replaceAll('%d', folder)
        .replaceAll('/var/lib/hub', join(folder, 'data'))
        .replaceAll('/var/log/hub', folder)
        .replaceAll('/opt/hub', process.cwd())
        .replaceAll('/usr/bin/node', process.execPath)
    const environment = settingsOf('Environment').flatMap((line) =>
      here(line)
        .split(' ')
        .map((each) => each.split('=')),
    )
    const [command = '', ...args] = here(settingsOf('ExecStart')[0] ?? '').split(' ')
    const hub = spawn(command, args, {
      env: { ...Object.fromEntries(environment), PORT: '0', HOST: '127.0.0.1' },
      cwd: process.cwd(),
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const ended = once(hub, 'exit')
    let url = ''
    for await (const line of createInterface({ input: hub.stdout })) {
      url = /http:\/\/localhost:\d+/.exec(line)?.[0] ?? ''
      if (url !== '') break
    }
    expect((await fetch(`${url}/readyz`)).status).to.equal(200)
    const metrics = await (await fetch(`${url}/metrics`)).text()
    const families = new Set([...metrics.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name))
    const named = [...alerts.matchAll(/expr: .*/g)].flatMap(([expr]) => expr.match(/\bhub_\w+/g) ?? [])
    expect(named.filter((name) => !families.has(name))).to.deep.equal([])
    hub.kill('SIGTERM')
    expect((await ended)[0]).to.equal(0)
    await database.drop()
    rmSync(folder, { recursive: true, force: true })
  })
})

const alerts = readFileSync(join(FOLDER, 'alerts.yml'), 'utf8')

describe('the alert rules', () => {
  const names = [...alerts.matchAll(/- alert: (\w+)/g)].map(([, name]) => name ?? '')

  it('fire and stay silent as their tests say', async function () {
    if (!existsSync('/usr/bin/promtool')) this.skip()
    await run('promtool', ['test', 'rules', 'alerts.test.yml'], { cwd: FOLDER })
  })

  it('have each a test that fires, a test that is silent, and a section of the runbooks', () => {
    const tests = readFileSync(join(FOLDER, 'alerts.test.yml'), 'utf8')
    const sections = [...readFileSync(join(FOLDER, 'runbooks.md'), 'utf8').matchAll(/^## (\w+)$/gm)].map(
      ([, name]) => name,
    )
    expect(sections).to.deep.equal(names)
    for (const name of names) {
      expect(alerts, name).to.match(new RegExp(`runbooks.md#${name.toLowerCase()}\\b`))
      expect(tests.split(`alertname: ${name}`), name).to.have.length(3)
    }
  })
})
