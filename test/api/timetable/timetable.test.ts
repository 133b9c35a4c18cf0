import { expect } from 'chai'
import { makeScheduler, type OccurrenceTurn } from '../../../src/work/timetable/occurrences.js'
import { log } from '../../support/world.js'
import { makeWorld, NOW, type World } from '../world.js'

const TIMETABLE = `{ timetable { job subject cron words { zh en } missed pausable next paused { at by reason }
  lastOccurrence { state cause by attempts missed plannedFor endedAt } lastRequest { state by } lastRun { job cause by outcome attempt ms } } }`
const START = `mutation($job: Job!, $subject: String) { startJob(job: $job, subject: $subject) { job subject plannedFor cause by state attempts } }`
const PAUSE = `mutation($job: Job!, $subject: String, $reason: String!) { pauseJob(job: $job, subject: $subject, reason: $reason) { job next paused { at by reason } } }`
const RESUME = `mutation($job: Job!, $subject: String) { resumeJob(job: $job, subject: $subject) { job next paused { by } } }`

describe('timetable over GraphQL', () => {
  let world: World
  before(async () => {
    world = await makeWorld()
  })
  after(() => world.close())
  const by = (role: 'officer' | 'administrator' | 'auditor' | 'marketplace') => ({
    token: world.token(role, `${role}-1`),
  })
  const row = async (job: string) =>
    (await world.ask(TIMETABLE, by('auditor'))).data.timetable.find((each: { job: string }) => each.job === job)
  const REGISTRY = { job: 'PULL', subject: 'registry' }
  const scheduler = (turns: OccurrenceTurn[], now: Date) =>
    makeScheduler(world.database.db, {
      occasions: () => [
        { job: 'pull', subject: 'registry', cron: '10 3 * * *' },
        { job: 'score', subject: '', cron: '*/5 * * * *' },
      ],
      act: async (turn) => Boolean(turns.push(turn)),
      now: () => now,
      log,
    })

  it('shows each job with its schedule and next run', async () => {
    expect(await row('PULL')).to.deep.equal({
      ...REGISTRY,
      cron: '10 2 * * *',
      words: { zh: '每天 02:10', en: 'every day at 02:10' },
      missed: 'ONCE',
      pausable: true,
      next: '2026-03-02T18:10:00.000Z',
      paused: null,
      lastOccurrence: null,
      lastRequest: null,
      lastRun: null,
    })
    expect((await row('PUSH')).pausable).to.equal(false)
  })

  it('a job is started by an officer and run by the first process that polls', async () => {
    const asked = await world.ask(START, { ...by('officer'), variables: REGISTRY })
    expect(asked.data.startJob).to.deep.include({ ...REGISTRY, cause: 'PERSON', by: 'officer-1', state: 'DUE' })
    const again = await world.ask(START, { ...by('administrator'), variables: REGISTRY })
    expect(again.data.startJob).to.deep.equal(asked.data.startJob)
    const turns: OccurrenceTurn[] = []
    const one = scheduler(turns, NOW)
    await one.beat()
    await one.idle()
    expect(turns.map(({ job, cause, by }) => ({ job, cause, by }))).to.deep.equal([
      { job: 'pull', cause: 'person', by: 'officer-1' },
    ])
    expect((await row('PULL')).lastOccurrence).to.deep.include({ state: 'DONE', by: 'officer-1', attempts: 1 })
    // What the timetable runs meanwhile does not hide that the request is done.
    await world.database.db('occurrences').insert({
      ...{ job: 'pull', subject: REGISTRY.subject, cause: 'timetable', state: 'RUNNING' },
      ...{ planned_for: new Date(NOW.getTime() + 60_000), lease_until: new Date(Date.now() + 600_000), attempts: 1 },
    })
    const { lastOccurrence, lastRequest } = await row('PULL')
    expect([lastOccurrence.state, lastRequest]).to.deep.equal(['RUNNING', { state: 'DONE', by: 'officer-1' }])
  })

  it('a paused job is passed over until it is resumed, and shows who paused it and why', async () => {
    const variables = { job: 'SCORE', reason: '评分卡核对' }
    const paused = await world.ask(PAUSE, { ...by('administrator'), variables })
    expect(paused.data.pauseJob).to.deep.equal({
      job: 'SCORE',
      next: null,
      paused: { at: NOW.toISOString(), by: 'administrator-1', reason: '评分卡核对' },
    })
    const turns: OccurrenceTurn[] = []
    const later = (minutes: number) => new Date(NOW.getTime() + minutes * 60_000)
    await scheduler(turns, later(5)).beat()
    expect(turns).to.deep.equal([])
    expect((await world.ask(PAUSE, { ...by('officer'), variables })).errors?.[0]?.extensions['code']).to.equal(
      'JOB_PAUSED',
    )
    world.setNow(later(6))
    const resumed = await world.ask(RESUME, { ...by('officer'), variables: { job: 'SCORE' } })
    expect(resumed.data.resumeJob).to.deep.equal({ job: 'SCORE', next: later(10).toISOString(), paused: null })
    await scheduler(turns, later(9)).beat()
    expect(turns, 'nothing is made up for').to.deep.equal([])
    const on = scheduler(turns, later(10))
    await on.beat()
    await on.idle()
    expect(turns.map(({ plannedFor }) => plannedFor)).to.deep.equal([later(10)])
    world.setNow(NOW)
  })

  const refused: [string, string, object, Parameters<typeof by>[0], string][] = [
    [
      'a push cannot be paused in the timetable',
      PAUSE,
      { job: 'PUSH', subject: 'national', reason: 'x' },
      'officer',
      'JOB_NOT_PAUSABLE',
    ],
    [
      'the expiry of entries cannot be paused',
      PAUSE,
      { job: 'EXPIRE', reason: 'x' },
      'administrator',
      'JOB_NOT_PAUSABLE',
    ],
    ['a pause needs a reason', PAUSE, { ...REGISTRY, reason: '  ' }, 'officer', 'INPUT_INVALID'],
    ['a job that is not paused cannot be resumed', RESUME, REGISTRY, 'officer', 'JOB_NOT_PAUSED'],
    ['a job outside the timetable is unknown', START, { job: 'PULL', subject: 'quality' }, 'officer', 'JOB_UNKNOWN'],
    ['the seeds cannot be started as a job', START, { job: 'SEED' }, 'administrator', 'JOB_UNKNOWN'],
    ['an auditor cannot start a job', START, REGISTRY, 'auditor', 'FORBIDDEN'],
    ['a marketplace cannot read the timetable', TIMETABLE, {}, 'marketplace', 'FORBIDDEN'],
  ]
  for (const [title, query, variables, role, code] of refused)
    it(title, async () => {
      const { errors } = await world.ask(query, { ...by(role), variables })
      expect(errors?.[0]?.extensions['code']).to.equal(code)
    })
})
