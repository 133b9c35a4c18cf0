import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { startHub, type TestHub } from '../support/hub.js'

describe('a hub with its timetable on', () => {
  let test: TestHub
  const folder = mkdtempSync(join(tmpdir(), 'hub-ticking-'))
  const inbox = join(folder, 'market-regulator@220104', 'in')
  before(async () => {
    test = await startHub({ env: { MATTERS_FOLDER: folder } })
    test.hub.tick()
  })
  after(async () => {
    await test.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  it('runs every kind of job that a person starts, and lists each run', async () => {
    const token = await test.token('administrator')
    mkdirSync(inbox, { recursive: true })
    writeFileSync(join(inbox, 'a.ndjson'), '{"kind":"gossip","to":"market-regulator@210000","reference":"虚构-1"}')
    writeFileSync(join(inbox, 'a.ndjson.ok'), '')
    const jobs = [
      ['PULL', 'quality'],
      ['PUSH', 'national'],
      ['EXPIRE', null],
      ['PUBLISH', null],
      ['SCORE', null],
      ['EXCHANGE', null],
    ]
    for (const [job, subject] of jobs) {
      const { errors } = await test.ask(
        'mutation($job: Job!, $subject: String) { startJob(job: $job, subject: $subject) { state } }',
        { job, subject },
        token,
      )
      expect(errors).to.equal(undefined)
    }
    type Node = { job: string; subject: string | null; cause: string; outcome: string; attempt: number; by: string }
    let ran: Node[] = []
    while (ran.filter(({ outcome }) => outcome !== 'RUNNING').length < jobs.length) {
      await new Promise((resolve) => setImmediate(resolve))
      const { data } = await test.ask(
        '{ runs(first: 100) { nodes { job subject cause outcome attempt by } } }',
        {},
        token,
      )
      ran = data.runs.nodes.filter(({ cause }: Node) => cause === 'PERSON')
    }
    expect(ran.map(({ job, subject }) => [job, subject])).to.have.deep.members(jobs)
    for (const { outcome, attempt, by } of ran)
      expect([outcome, attempt, by.length > 0]).to.deep.equal(['DONE', 1, true])
    expect(readFileSync(join(inbox, 'done', 'a.ndjson.answer.ndjson'), 'utf8')).to.include('MATTER_KIND_UNKNOWN')
  })
})
