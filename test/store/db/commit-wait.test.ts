import { expect } from 'chai'
import type { PoolClient } from 'pg'
import { answerInTime, CommitUnanswered, isWrite, makeUnansweredCommits } from '../../../src/store/db/commit-wait.js'

const MOST = 3

describe('commits that are not answered', () => {
  const unanswered = async (on: object) => {
    let answer = (): void => undefined
    const error = await answerInTime(new Promise<void>((resolve) => (answer = resolve)), 1, on).catch((late) => late)
    expect(error).to.be.instanceOf(CommitUnanswered)
    return { error: error as CommitUnanswered, answer }
  }
  /** Connections of a pool, which note how they were released: true closes them. */
  const kept = async (n: number) => {
    const commits = makeUnansweredCommits()
    const released: boolean[] = []
    const answers: (() => void)[] = []
    for (let i = 0; i < n; i += 1) {
      const client = { release: (isLost: boolean) => released.push(isLost) } as unknown as PoolClient
      const { error, answer } = await unanswered(client)
      answers.push(answer)
      commits.keep(client, error)
    }
    return { commits, released, answers }
  }

  it('keep three connections, and refuse further writes until one is answered', async () => {
    const { commits, released, answers } = await kept(MOST + 1)
    expect(released).to.deep.equal([true])
    expect(() => commits.admitWrite()).to.throw(CommitUnanswered)
    answers[0]?.()
    await Promise.resolve().then(() => undefined)
    expect(released).to.deep.equal([true, false])
    commits.admitWrite()
  })

  it('are given up once another server answers, and with their pool', async () => {
    const { commits, released } = await kept(MOST)
    commits.noteServer('2026-12-01 10:00')
    commits.noteServer('2026-12-01 10:00')
    expect(released).to.deep.equal([])
    commits.noteServer('2026-12-01 11:00')
    expect(released).to.deep.equal([true, true, true])
    commits.admitWrite()
  })

  it('are told from reads by the statement', () => {
    const writes = [
      'insert into a',
      'UPDATE a set',
      ' delete from a',
      'with g as (delete from a) select 1',
      'with g as (\nselect 1) insert into a',
      "select case when a is null then nextval('b') end from a",
    ]
    expect(writes.filter((sql) => !isWrite(sql))).to.deep.equal([])
    expect(['select updated from a', 'with updates as (select 1) select 2', 'commit'].filter(isWrite)).to.deep.equal([])
  })
})
