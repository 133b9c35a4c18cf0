import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { makeLog } from '../src/log.js'

describe('the log', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hub-log-'))
  const file = join(folder, 'hub.log')
  after(() => rmSync(folder, { recursive: true, force: true }))

  const written = (line: object): Record<string, unknown> => {
    makeLog({ level: 'info', file }).info(line, 'answered')
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

  it('says of an answer what it was', () => {
    const { level, time, pid, msg, ...told } = written(plain)
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
    it(`holds no ID number in ${where}`, () => {
      const text = JSON.stringify(written(line))
      expect(text).to.not.include(id)
      expect(text).to.include('[居民身份证')
    })
  }
})
