import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as turned } from 'node:timers/promises'
import { expect } from 'chai'
import { makeLog } from '../../src/hub/log.js'

describe('the log', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hub-log-'))
  const file = join(folder, 'hub.log')
  after(() => rmSync(folder, { recursive: true, force: true }))

  const written = async (line: object): Promise<Record<string, unknown>> => {
    makeLog({ level: 'info', file }).info(line, 'answered')
    await turned()
    return JSON.parse(readFileSync(file, 'utf8').trim().split('\n').at(-1) ?? '')
  }
  const plain = {
    request: '47a7c860-005e-498d-b486-3ec969d74c8f',
    method: 'POST',
    path: '/graphql',
    status: 200,
    ms: 3,
  }
  const id = ['220102', '19900307', '1230'].join('')

  it('writes the members of an answer', async () => {
    const { level, time, pid, msg, ...told } = await written(plain)
    expect(told).to.deep.equal(plain)
    expect([level, pid, msg]).to.deep.equal([30, process.pid, 'answered'])
    expect(time).to.be.a('number')
  })

  const hidden: [string, object][] = [
    ['the path', { ...plain, path: `/v1/${id}` }],
    ['a further field', { ...plain, more: id }],
    ['the id of the request', { ...plain, request: id }],
    ['the method', { ...plain, method: id }],
  ]
  for (const [where, line] of hidden) {
    it(`holds no ID number in ${where}`, async () => {
      const text = JSON.stringify(await written(line))
      expect(text).to.not.include(id)
      expect(text).to.include('[居民身份证')
    })
  }

  it('writes the lines of one turn of the event loop together, in order', async () => {
    const own = join(folder, 'own.log')
    const log = makeLog({ level: 'info', file: own })
    for (const n of [1, 2, 3]) log.info({ n }, 'said')
    expect(readFileSync(own, 'utf8')).to.equal('')
    await turned()
    const lines = readFileSync(own, 'utf8').trim().split('\n')
    expect(lines.map((line) => JSON.parse(line).n)).to.deep.equal([1, 2, 3])
  })

  it('outlives a full disk, and tells it once on standard error', () => {
    const module = JSON.stringify(new URL('../../src/hub/log.js', import.meta.url).pathname.replace(/\.js$/, '.ts'))
    const program = `
      const { makeLog } = await import(${module})
      const log = makeLog({ level: 'info', file: '/dev/full' })
      for (let n = 0; n < 3; n++) { log.info({ n, text: 'x'.repeat(100_000) }, 'said'); await new Promise(setImmediate) }
      process.stdout.write('alive')`
    const ran = spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], {
      encoding: 'utf8',
    })
    expect([ran.status, ran.stdout]).to.deep.equal([0, 'alive'])
    expect(ran.stderr.match(/日志无法写入 the log cannot be written: \/dev\/full \(ENOSPC/g)).to.have.lengthOf(1)
  })

  it('loses no line at the end of the process', () => {
    const own = join(folder, 'ended.log')
    const script = `import { makeLog } from './src/hub/log.ts'; const log = makeLog({ level: 'info', file: ${JSON.stringify(own)} })
      process.on('exit', () => log.info('last')); log.info('first'); process.exit(0)`
    execFileSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script])
    const lines = readFileSync(own, 'utf8').trim().split('\n')
    expect(lines.map((line) => JSON.parse(line).msg)).to.deep.equal(['first', 'last'])
  })
})
