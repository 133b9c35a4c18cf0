/** Cost of unmatched records in a merge, measured in rows read of `unmatched` and `operators`, not in time. */
import { expect } from 'chai'
import { regNoOf } from '../../../seeds/world/codes.js'
import { extractOrgCode } from '../../../src/domain/operators/codes.js'
import type { RecordDraft } from '../../../src/domain/records/records.js'
import type { Tx } from '../../../src/store/db/db.js'
import { makeEmptyKnownVersions } from '../../../src/store/intake/digest-index.js'
import * as proposals from '../../../src/store/intake/proposals.js'
import { withStage } from '../../../src/store/intake/staged.js'
import { matchUnmatched } from '../../../src/store/intake/unmatched-merge.js'
import { mergeDelivery } from '../../../src/work/intake/merge.js'
import { makeStagedDraft } from '../../../src/work/intake/staged-draft.js'
import { codeOf, database, NOW, operatorOf, rowsOf } from '../../support/world.js'

const NAME = '同名商行'
const OTHER = '虚构独名商行'
/** Numbers from here on belong to no operator of these tests. */
const FAR = 900_000
const NOBODY = { uscc: null, orgCode: null, regNo: null, shop: null, name: null }

interface Given {
  feed?: string
  kind?: 'registration' | 'shop' | 'penalty'
}

/** Rows read so far in a transaction. */
const readIn = async (tx: Tx): Promise<{ unmatched: number; operators: number }> => {
  const { rows } = await tx.raw(
    `select coalesce(sum(n) filter (where relname = 'unmatched'), 0)::int as unmatched,
       coalesce(sum(n) filter (where relname = 'operators'), 0)::int as operators
     from pg_stat_xact_user_tables, lateral (select seq_tup_read + coalesce(idx_tup_fetch, 0) as n) r where schemaname = 'public'`,
  )
  return rows[0]
}

describe('cost of unmatched records in a merge', () => {
  const db = database()

  const draft = (key: string, subject: Partial<RecordDraft['subject']>, kind: RecordDraft['kind']): RecordDraft => ({
    kind,
    key,
    subject: { ...NOBODY, ...subject },
    body: {},
    remarks: [],
    validFrom: null,
    validTo: null,
  })

  const openRun = async (feed: string): Promise<number> => {
    const [run] = await rowsOf(
      db(),
      `insert into runs (job, subject, cause, started_at, ended_at, outcome) values ('pull', ?, 'command', ?, ?, 'DONE') returning id`,
      [feed, NOW, NOW],
    )
    return Number(run?.['id'])
  }

  /** Merges records of these subjects. Returns how many rows a repeated search for concerned unmatched records reads. */
  const merged = async (
    subjects: readonly Partial<RecordDraft['subject']>[],
    { feed = 'test', kind = 'registration' }: Given = {},
  ): Promise<{ unmatched: number; operators: number }> => {
    const run = await openRun(feed)
    return withStage(db(), async (stage) => {
      for (const [i, subject] of subjects.entries())
        stage.put(makeStagedDraft(i + 1, 0, { page: 1, row: i + 1, fields: {} }, draft(`K${i}`, subject, kind)))
      await stage.flush()
      await stage.ready()
      const merging = {
        run,
        feed,
        whole: false,
        drafts: subjects.length,
        contents: stage.contents,
        known: makeEmptyKnownVersions(),
      }
      return stage.transaction(async (tx) => {
        await mergeDelivery(tx, { ...merging, now: NOW })
        const before = await readIn(tx)
        await matchUnmatched(tx, run, NOW)
        await proposals.proposeForRun(tx, run)
        const after = await readIn(tx)
        return { unmatched: after.unmatched - before.unmatched, operators: after.operators - before.operators }
      })
    })
  }

  /** Adds unmatched records. `subject` is SQL over the number n. */
  const wait = async (many: number, subject: string, name: string | null = null): Promise<void> => {
    await db().raw(
      `insert into unmatched (feed, record_key, kind, subject, name_key, body, findings, reason, row_number, digest, first_run, last_run)
       select 'test', 'K' || n - 1, 'penalty', ${subject}, coalesce(?::text, '虚构名' || n), '{}', '[]', 'name.only', n, 'digest', r, r
       from generate_series(1, ?::int) n, (select ?::bigint as r) r`,
      [name, many, await openRun('test')] as never,
    )
  }
  const ALONE = `jsonb_build_object('uscc', null, 'orgCode', null, 'regNo', null, 'shop', null, 'name', '虚构名' || n)`
  const CODED = `jsonb_build_object('uscc', null, 'orgCode', null, 'regNo', 'R' || n, 'shop', null, 'name', '虚构名' || n)`

  /** Adds operators of one name with codes of their own. */
  const bear = async (many: number): Promise<void> => {
    await db().raw(
      `insert into operators (uscc, kind, name, name_key, first_run, created_at)
       select '912201${FAR}' || lpad(n::text, 6, '0'), 'ENTERPRISE', :name, :name, :run, :now from generate_series(1, :many::int) n`,
      { name: NAME, run: await openRun('registry'), now: NOW, many },
    )
  }
  const open = async (): Promise<number> =>
    Number((await rowsOf(db(), `select count(*) as n from unmatched where state = 'OPEN'`))[0]?.['n'])
  // An empty table gets no useful statistics, so it is not analysed.
  const analyze = async () => {
    const [{ some }] = (await rowsOf(db(), 'select exists (select 1 from operators) as some')) as [{ some: boolean }]
    await db().raw(some ? 'analyze unmatched, operators' : 'analyze unmatched')
  }
  const told = () =>
    rowsOf(db(), `select evidence->>'because' as because, count(*)::int as n from unmatched group by 1 order by 1`)
  const ownerOf = async (key: string): Promise<unknown> =>
    (
      await rowsOf(db(), 'select operator_id as id from versions where record_key = ? and known_to is null', [key])
    )[0]?.['id']

  // Plans are certain only with fresh statistics. Those of autovacuum come at unknown times.
  for (const planner of ['has fresh statistics'] as const) {
    const ready = analyze

    it(`unmatched records with a name alone are not read where codes arrive, and the planner ${planner}`, async () => {
      await wait(10_000, ALONE)
      await ready()
      const read = await merged([{ uscc: codeOf(1), regNo: regNoOf('220102', false, 1), name: OTHER }], {
        feed: 'other',
      })
      expect(read.unmatched).to.be.below(100)
    })

    it(`the record of an arriving code is found among many unmatched codes with few rows read, and the planner ${planner}`, async () => {
      await wait(10_000, CODED)
      await ready()
      const read = await merged([{ uscc: codeOf(1), regNo: 'R7000', name: OTHER }], { feed: 'other' })
      expect(read.unmatched).to.be.below(3_000)
      expect(await open()).to.equal(9_999)
      expect(await ownerOf('K6999')).to.equal(await operatorOf(db(), codeOf(1)))
    })

    it(`unmatched records of a common name cost nothing where that name does not arrive, and the planner ${planner}`, async () => {
      await bear(10_000)
      await wait(2_000, ALONE, NAME)
      await ready()
      const read = await merged([{ shop: 'shop:guguji:1', name: OTHER }], { feed: 'shops', kind: 'shop' })
      expect(read.unmatched + read.operators).to.be.below(1_000)
    })

    it(`one more operator of a common name is compared once for all unmatched records, and the planner ${planner}`, async () => {
      await bear(10_000)
      await wait(2_000, ALONE, NAME)
      await ready()
      const read = await merged([{ uscc: codeOf(1), name: NAME }], { feed: 'other' })
      expect(read.unmatched).to.be.below(20_000)
      expect(read.operators).to.be.below(1_000)
      expect(await told()).to.deep.equal([{ because: 'SEVERAL', n: 2_000 }])
    })

    it(`a feed sent again reads rows in proportion to its size, however common its names are, and the planner ${planner}`, async () => {
      await bear(10_000)
      await wait(2_000, ALONE, NAME)
      await ready()
      const names = Array.from({ length: 500 }, (_, i) => ({ name: i % 2 ? NAME : `虚构名${i}` }))
      const read = await merged(names, { kind: 'penalty' })
      expect(read.unmatched).to.be.below(20_000)
      expect(read.operators).to.be.below(50_000)
      expect(await told()).to.deep.equal([
        { because: 'SEVERAL', n: 250 },
        { because: null, n: 1_750 },
      ])
    })

    it(`thousands of new operators read few rows where few records are unmatched, and the planner ${planner}`, async () => {
      await wait(3, CODED)
      await ready()
      const made = Array.from({ length: 5_000 }, (_, i) => ({ uscc: codeOf(i), regNo: `R${i}`, name: OTHER }))
      const read = await merged(made, { feed: 'other' })
      expect(read.unmatched).to.be.below(100)
      expect(await open()).to.equal(0)
    })
  }

  it('I-B8: a run of thousands reads for one unmatched record only the operators of its name', async () => {
    await wait(1, ALONE)
    await analyze()
    const subjects = Array.from({ length: 6_000 }, (_, n) => ({
      uscc: codeOf(n),
      name: n === 5_000 ? '虚构名1' : `虚构商行${n}`,
    }))
    const read = await merged(subjects, { feed: 'other' })
    expect(read.operators).to.be.below(100)
    const [proposed] = await rowsOf(db(), 'select proposed_operator as id, evidence from unmatched')
    expect(proposed?.['evidence']).to.not.equal(null)
  })

  it('among many unmatched records, a restored operator attaches those of any of its codes', async () => {
    await wait(2_000, CODED)
    await merged([{ uscc: codeOf(1), name: OTHER }], { feed: 'other' })
    const id = await operatorOf(db(), codeOf(1))
    await db().raw(`insert into operator_codes select 'reg_no', 'R7', ?, max(id) from runs`, [id])
    await db().raw('update operators set known_to = ?', [NOW])
    await merged([{ uscc: codeOf(1), name: OTHER }], { feed: 'third', kind: 'penalty' })
    expect(await ownerOf('K6')).to.equal(id)
    expect(await open()).to.equal(1_999)
  })

  it('among many unmatched records, the organisation code inside a new USCC attaches its record', async () => {
    await wait(2_000, CODED)
    const subject = JSON.stringify({ ...NOBODY, orgCode: extractOrgCode(codeOf(1)) })
    await db().raw(`update unmatched set subject = ? where record_key = 'K6'`, [subject])
    await merged([{ uscc: codeOf(1), name: OTHER }], { feed: 'other' })
    expect(await ownerOf('K6')).to.equal(await operatorOf(db(), codeOf(1)))
  })

  it('among many unmatched records, a code claimed by several operators attaches none', async () => {
    await wait(2_000, CODED)
    const claim = (n: number) => ({ uscc: codeOf(n), regNo: 'R7', name: OTHER })
    await merged([claim(1), claim(2), claim(3), claim(4)], { feed: 'other' })
    expect(await open()).to.equal(2_000)
  })
})
