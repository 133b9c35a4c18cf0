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
import { fillIn } from '../support/deploy-files.js'

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
    const named = [...(alerts.match(/expr: .*/g) ?? []), ...panels.map(({ targets: [{ expr }] }) => expr)].flatMap(
      (expr) => (expr.match(/\b(?:hub|nodejs|process)_\w+/g) ?? []).map((name) => name.replace(/_bucket$/, '')),
    )
    expect(named.filter((name) => !families.has(name))).to.deep.equal([])
    hub.kill('SIGTERM')
    expect((await ended)[0]).to.equal(0)
    await database.drop()
    rmSync(folder, { recursive: true, force: true })
  })
})

describe('a command beside the unit', () => {
  const script = readFileSync(join(FOLDER, 'hub-command.sh'), 'utf8')
  const wordsOf = (option: string) =>
    [...script.matchAll(new RegExp(`--${option}=(\\S+)`, 'g'))].map(([, word]) => word ?? '')

  it('has the user, the folders and the settings of the unit', () => {
    const lines = unit.split('\n')
    expect(wordsOf('property').filter((each) => !lines.includes(each))).to.deep.equal([])
    expect(
      wordsOf('setenv').filter((each) => !settingsOf('Environment').join(' ').split(' ').includes(each)),
    ).to.deep.equal([])
    for (const name of ['User', 'DynamicUser', 'StateDirectory', 'LogsDirectory', 'EnvironmentFile', 'LoadCredential'])
      expect(
        wordsOf('property').filter((each) => each.startsWith(`${name}=`)),
        name,
      ).to.have.length(1)
  })

  it('is run with its arguments, the address of the database read from a credential', async () => {
    const database = await freshDatabase()
    const folder = mkdtempSync(join(tmpdir(), 'hub-command-'))
    writeFileSync(join(folder, 'database-url'), `${database.url}\n`)
    // Stands for systemd-run, which needs systemd: it gives the settings and the credential, and runs what follows "--".
    const runner = [
      '#!/bin/sh',
      `while [ "$1" != -- ]; do case "$1" in --setenv=*) export "\${1#--setenv=}" ;; esac; shift; done; shift`,
      `CREDENTIALS_DIRECTORY='${folder}' exec "$@"`,
    ]
    writeFileSync(join(folder, 'systemd-run'), runner.join('\n'), { mode: 0o755 })
    const here = script
      .replaceAll('/var/lib/hub', join(folder, 'data'))
      .replaceAll('/var/log/hub', folder)
      .replaceAll('/opt/hub', process.cwd())
      .replaceAll('/usr/bin/node', process.execPath)
    writeFileSync(join(folder, 'hub'), here, { mode: 0o755 })
    const env = { PATH: `${folder}:${process.env['PATH']}` }
    const { stdout } = await run(join(folder, 'hub'), ['status', '--json'], { env })
    expect(JSON.parse(stdout.trim().split('\n').at(-1) ?? '')).to.have.property('operators')
    await database.drop()
    rmSync(folder, { recursive: true, force: true })
  })
})

describe('the balancer before the hubs', () => {
  it('is valid', async function () {
    if (!existsSync('/usr/sbin/haproxy')) this.skip()
    const folder = mkdtempSync(join(tmpdir(), 'hub-balancer-'))
    await run(join(FOLDER, 'tls/certificates.sh'), [folder, 'hubs', 'IP:127.0.0.1'])
    const [certificate, file] = [join(folder, 'hubs.pem'), join(folder, 'haproxy.cfg')]
    writeFileSync(certificate, ['crt', 'key'].map((end) => readFileSync(join(folder, `hubs.${end}`))).join(''))
    const hubs = { HUB1: '127.0.0.2', HUB2: '127.0.0.3' }
    writeFileSync(file, fillIn('haproxy-hubs.cfg', { LISTEN: '127.0.0.1', CERTIFICATE: certificate, ...hubs }))
    await run('/usr/sbin/haproxy', ['-c', '-f', file])
    rmSync(folder, { recursive: true, force: true })
  })
})

const alerts = readFileSync(join(FOLDER, 'alerts.yml'), 'utf8')

interface DashboardPanel {
  title: string
  gridPos: { x: number; y: number; w: number; h: number }
  targets: [{ expr: string; legendFormat: string }]
}

const { panels }: { panels: DashboardPanel[] } = JSON.parse(readFileSync(join(FOLDER, 'dashboard.json'), 'utf8'))

describe('the dashboard of Grafana', () => {
  it('has a title, a place of its own and legends by labels that its expression keeps for each panel', () => {
    expect(new Set(panels.map(({ title }) => title)).size).to.equal(panels.length)
    expect(new Set(panels.map(({ gridPos: { x, y } }) => `${x} ${y}`)).size).to.equal(panels.length)
    for (const { title, targets } of panels) {
      const kept = /by \(([^)]*)\)/.exec(targets[0].expr)?.[1]?.split(', ') ?? []
      const shown = [...targets[0].legendFormat.matchAll(/{{(\w+)}}/g)].map(([, label]) => label)
      expect(shown, title).to.have.members(kept.filter((label) => label !== 'le'))
    }
  })

  it('asks what Prometheus can answer', async function () {
    if (!existsSync('/usr/bin/promtool')) this.skip()
    const folder = mkdtempSync(join(tmpdir(), 'hub-panels-'))
    const rules = panels.map(({ targets }, n) => ({ record: `panel_${n}`, expr: targets[0].expr }))
    writeFileSync(join(folder, 'panels.yml'), JSON.stringify({ groups: [{ name: 'panels', rules }] }))
    await run('promtool', ['check', 'rules', join(folder, 'panels.yml')])
    rmSync(folder, { recursive: true, force: true })
  })
})

describe('the alert rules', () => {
  const names = [...alerts.matchAll(/- alert: (\w+)/g)].map(([, name]) => name ?? '')

  it('fire and stay silent as their tests say', async function () {
    if (!existsSync('/usr/bin/promtool')) this.skip()
    await run('promtool', ['test', 'rules', 'alerts.test.yml'], { cwd: FOLDER })
  })

  it('keep the label `job` of the figures, in the settings of Prometheus and in those of both READMEs', () => {
    const pages = ['deploy/prometheus.yml', 'README.md', 'README.zh-CN.md'].map((page) => join(FOLDER, '..', page))
    for (const page of pages) expect(readFileSync(page, 'utf8'), page).to.match(/job_name: hub\n +honor_labels: true\b/)
  })

  it('have each a test that fires, a test that is silent, and a section of the runbooks', () => {
    const tests = readFileSync(join(FOLDER, 'alerts.test.yml'), 'utf8')
    const sections = [...readFileSync(join(FOLDER, 'runbooks.md'), 'utf8').matchAll(/^## (\w+)$/gm)].map(
      ([, name]) => name,
    )
    expect(sections).to.deep.equal(names)
    for (const name of names) {
      expect(alerts, name).to.match(new RegExp(`runbooks.md#${name.toLowerCase()}\\b`))
      expect(tests.split(`alertname: ${name}`), name).to.have.length.of.at.least(3)
    }
  })
})
