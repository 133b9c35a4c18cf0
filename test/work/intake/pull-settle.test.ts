import { expect } from 'chai'
import type { DeliveryOutcome, FeedDelivery } from '../../../src/agencies/delivery.js'
import type { AgencyFeed } from '../../../src/agencies/feed.js'
import { loadKnownVersions } from '../../../src/store/intake/digest-index.js'
import type { NewReject } from '../../../src/store/intake/rejects.js'
import { withStage } from '../../../src/store/intake/staged.js'
import { CHUNK_REJECT_CHARACTERS_MOST, readItems } from '../../../src/work/intake/read.js'
import { runAlone } from '../../../src/work/timetable/run.js'
import { row } from '../../support/rows.js'
import { database, feed, NOW, pseudonymOf, pullFeed, refusal, rowsOf } from '../../support/world.js'

describe('pull and settlement with the sender', () => {
  const db = database()

  /** A transport with five waiting deliveries of one row each. `fails`: the settlement with the sender fails. */
  const door = (fails: boolean): { from: AgencyFeed; opened: () => number } => {
    const made = feed({ whole: false })
    let opened = 0
    const open = async (): Promise<FeedDelivery> => {
      opened += 1
      const at = opened
      async function* items() {
        yield { page: 1, row: 1, fields: { ...row(at) } }
      }
      return {
        items: items(),
        file: `f${at}.csv`,
        whole: false,
        more: at < 5,
        settle: () => (fails ? Promise.reject(new Error('no right to answer')) : Promise.resolve()),
      }
    }
    return { from: { ...made, open }, opened: () => opened }
  }

  it('pulls every waiting delivery of a transport, each in a run of its own', async () => {
    const { from, opened } = door(false)
    expect(await pullFeed(db(), from)).to.include({ received: 5 })
    expect(opened()).to.equal(5)
    expect(await rowsOf(db(), 'select 1 from runs')).to.have.length(5)
  })

  it('I-A12: opens no further delivery where the end of one could not be reported', async () => {
    const { from, opened } = door(true)
    expect(await pullFeed(db(), from)).to.include({ received: 1, new: 1 })
    expect(opened()).to.equal(1)
    expect(await rowsOf(db(), 'select 1 from runs')).to.have.length(1)
  })

  it('tells no sender that its content was refused where another run took over: it is taken again', async () => {
    const made = feed({ whole: false })
    const told: string[] = []
    async function* items() {
      await db().raw(`select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory'
        and database = (select oid from pg_database where datname = current_database())`)
      await runAlone(db(), { job: 'pull', subject: made.id, cause: 'command', now: () => NOW }, async () => undefined)
      yield { page: 1, row: 1, fields: { ...row(1) } }
    }
    const settle = async ({ outcome }: DeliveryOutcome) => void told.push(outcome)
    const open = async (): Promise<FeedDelivery> => ({ items: items(), file: 'f.csv', whole: false, settle })
    expect((await refusal(pullFeed(db(), { ...made, open }))).code).to.equal('RUN_BUSY')
    expect(told).to.deep.equal(['FAILED'])
  })

  it('I-B8: writes large bad items in chunks bounded by their characters', async () => {
    const note = '长'.repeat(300_000)
    const many = 60
    async function* items() {
      for (let at = 1; at <= many; at += 1) yield { page: 1, row: at, fields: { ...row(at), day: '2026-02-31', note } }
    }
    const chunks: number[] = []
    const addRejects = async (bad: readonly NewReject[]): Promise<void> => {
      chunks.push(JSON.stringify(bad).length)
    }
    const from = feed({ bounds: { rejectShare: 1 } })
    const done = await withStage(db(), async (stage) => {
      const known = await loadKnownVersions(db(), from.id, { whole: true })
      return readItems(stage, known, {
        feed: from,
        items: items(),
        startedAt: NOW,
        dated: null,
        pseudonymOf,
        addRejects,
      })
    })
    expect(done.rejected).to.equal(many)
    expect(Math.max(...chunks)).to.be.at.most(CHUNK_REJECT_CHARACTERS_MOST + 2 * note.length)
    expect(chunks.filter((length) => length > 2)).to.have.length(
      Math.ceil((many * note.length) / CHUNK_REJECT_CHARACTERS_MOST),
    )
  })
})
