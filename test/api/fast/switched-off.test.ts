/** A process loads each test file once. So these files run in another process, with the setting that `makeWorld` reads. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect } from 'chai'

/** `answer-path` proves that the speed layer is off in that process. */
const FILES = [
  'fast/answer-path',
  'standing/standing',
  'standing/standings',
  'operators/operator',
  'operators/directory',
  'listing/listings',
  'access/region',
  'access/party-access',
  'request/audit-rows',
  'request/costs',
  'scoring/own-entry',
].map((name) => `test/api/${name}.test.ts`)
const TESTS_LEAST = 100

describe('the API with FAST_ANSWERS=off', () => {
  let child: ChildProcess | undefined
  after(() => child?.kill())

  it('passes the tests of common queries', async () => {
    const env = { ...process.env, FAST_ANSWERS: 'off' }
    child = spawn(process.execPath, ['node_modules/mocha/bin/mocha.js', '--timeout', '0', ...FILES], { env })
    let output = ''
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (text) => {
        output += text
      })
    const [status] = await once(child, 'close')
    expect(status, output).to.equal(0)
    expect(Number(/(\d+) passed, 0 failed/.exec(output)?.[1]), output).to.be.at.least(TESTS_LEAST)
  }).timeout(0)
})
