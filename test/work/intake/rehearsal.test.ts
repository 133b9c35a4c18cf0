import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { withIndexesDropped } from '../../../src/store/db/bulk-load.js'
import { connect, type Tx } from '../../../src/store/db/db.js'
import * as knowledge from '../../../src/store/db/knowledge.js'
import { rehearse } from '../../../src/work/intake/rehearsal.js'
import { previewRollback } from '../../../src/work/intake/rollback.js'
import { previewUpload } from '../../../src/work/intake/upload-preview.js'
import { freshDatabase, type TestDatabase } from '../../support/database.js'
import {
  codeOf,
  csvOf,
  dumpOf,
  feed,
  later,
  NOW,
  pseudonymOf,
  pullItems,
  refusal,
  rowsOf,
  rules,
} from '../../support/world.js'

const rowsFrom = (first: number, many: number) =>
  Array.from({ length: many }, (_, n) => ({ key: `K${first + n}`, code: codeOf(first + n), value: '某值' }))

describe('previews', () => {
  let database: TestDatabase
  beforeEach(async () => {
    database = await freshDatabase()
  })
  afterEach(() => database.drop())

  /** Runs `act` while another transaction holds the knowledge lock, as a merge or a scoring step does. */
  const whileOrderIsTaken = async <T>(act: () => Promise<T>): Promise<T> => {
    const merging = await database.db.transaction()
    try {
      await knowledge.nextInstant(merging, NOW)
      return await act()
    } finally {
      await merging.rollback()
    }
  }
  const preview = () =>
    previewUpload(database.db, {
      feed: feed(),
      file: { bytes: readFileSync(csvOf(rowsFrom(1, 3))), name: 'test.csv' },
      pseudonymOf,
      rules,
      now: later(60),
    })

  it('I-B6: the preview of an upload does not wait for the knowledge lock', async () => {
    const told = await whileOrderIsTaken(preview)
    expect(told).to.include({ received: 3, new: 3, refused: null })
  })

  it('I-B6: the preview of a rollback does not wait for the knowledge lock', async () => {
    const { run } = await pullItems(database.db, rowsFrom(1, 3))
    const asked = { run, by: 'reviewer-1', mayMove: true, rules, families: [], now: later(60) }
    const told = await whileOrderIsTaken(() => previewRollback(database.db, asked))
    expect(told).to.include({ wrong: 3 })
  })

  it('I-B6: a running preview does not block the knowledge lock, and leaves nothing', async () => {
    const before = await dumpOf(database.db, ['knowledge'])
    const instants = await rehearse(
      (work) => database.db.transaction(work),
      async (tx: Tx) => {
        const own = await knowledge.nextInstant(tx, later(60))
        const other = await database.db.transaction(async (beside) => {
          await beside.raw(`set local lock_timeout = '200ms'`)
          return knowledge.nextInstant(beside, later(30))
        })
        return [own, other]
      },
    )
    expect(instants).to.deep.equal([later(60), later(30)])
    expect(await dumpOf(database.db, ['knowledge'])).to.equal(before)
  })

  it('a preview yields to waiting transactions and reports that another run is busy', async () => {
    await pullItems(database.db, rowsFrom(1, 3))
    const { run } = await pullItems(database.db, [{ key: 'K1', code: codeOf(1), value: '另值' }], { whole: false })
    const working = await database.db.transaction()
    await working.raw('select 1 from versions for update')
    const asked = { run, by: 'reviewer-1', mayMove: true, rules, families: [], now: later(60) }
    expect((await refusal(previewRollback(database.db, asked))).code).to.equal('RUN_BUSY')
    await working.rollback()
  })

  describe('writing most of a table without its indexes', () => {
    const MANY = 60_000
    const locks = async (tx: Tx) => {
      const { rows } = await tx.raw(
        `select mode from pg_locks where pid = pg_backend_pid() and relation = 'operators'::regclass and mode = 'AccessExclusiveLock'`,
      )
      return rows.length
    }
    const filled = (tx: Tx) => withIndexesDropped(tx, 'operators', { rows: MANY, most: MANY }, () => locks(tx))

    it('I-B5: a merge locks the table exclusively where no hub serves', async () => {
      expect(await database.db.transaction(filled)).to.equal(1)
    })

    // Tables whose rows a merge closes or revives before their indexes are made anew.
    for (const [table, closing] of [
      ['versions', `closed_as = 'CHANGED', closed_by = (select max(id) from runs), known_to`],
      ['operators', 'known_to'],
    ] as const)
      it(`leaves every index of ${table} as it was and usable at once after updates in the same transaction`, async () => {
        const indexes = (tx: Tx | TestDatabase['db']) =>
          rowsOf(
            tx,
            `select c.relname, pg_get_indexdef(c.oid) as made, obj_description(c.oid, 'pg_class') as comment from pg_index i join pg_class c on c.oid = i.indexrelid
             where i.indrelid = '${table}'::regclass and i.indisvalid and not i.indcheckxmin order by 1`,
          )
        await pullItems(database.db, rowsFrom(1, 3))
        const before = await indexes(database.db)
        await database.db.transaction(async (tx) => {
          await tx.raw(`update ${table} set ${closing} = now()`)
          await withIndexesDropped(tx, table, { rows: MANY, most: MANY }, () =>
            tx.raw(`update ${table} set ${closing} = now() + interval '1 second'`),
          )
          expect(await indexes(tx)).to.deep.equal(before)
        })
      })

    it('I-B5: a preview never locks it exclusively', async () => {
      expect(await rehearse((work) => database.db.transaction(work), filled)).to.equal(0)
    })

    for (const what of ['answers', 'timetable']) {
      it(`I-B5: a merge does not lock it where a hub serves, recognised by its connection for ${what}`, async () => {
        const serving = connect(database.url, `hub ${what}`)
        await rowsOf(serving, 'select 1')
        expect(await database.db.transaction(filled)).to.equal(0)
        await serving.destroy()
      })
    }
  })
})
