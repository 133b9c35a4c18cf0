/** Two firms, of Changchun and of Jilin City, each with everything that the hub may know of a firm. For the access matrix. */
import * as comparisons from '../../../src/store/delivery/comparisons.js'
import * as remarks from '../../../src/store/delivery/discrepancies.js'
import * as concerns from '../../../src/store/listing/concerns.js'
import * as watchEntries from '../../../src/store/scoring/watch-entries.js'
import { storeMaskedCopy, storeSignedCopy } from '../../../src/work/listing/papers.js'
import { recordScoreAuthorisation } from '../../../src/work/standing/authorisations.js'
import { replaceSellers } from '../../../src/work/standing/sellers.js'
import { samplePdf } from '../../support/sample-papers.js'
import { globalOf, keyIn } from '../global-ids.js'
import { publishListing } from '../listed-world.js'
import { mirrored, penalty, registration, trademark, uscc } from '../record-drafts.js'
import { makeWorld, NOW, operatorId, recordId, scored, TODAY, type World } from '../world.js'

/** Values that name one firm: its USCC (`Code`), trademark (`Number`) and access code; the others are global ids by type. */
export type Side = Record<string, string> & { region: string; name: string }

/** A third firm, into which either may be merged. */
export const NEUTRAL = uscc(7)
/** A fourth firm, in the other region, with a lead and nothing public. */
const LED = uscc(8)
/** The feed with queued items, the agency that sends it, and an agency that does not. */
export const [FEED, SENDER, ELSEWHERE] = ['penalties', 'credit-office', 'ip-office']
/** The client that uploaded the rejected items. */
export const UPLOADER = 'sent-it-itself'
const PLATFORM = 'national'

/** A firm that does not exist. All its values are well formed. */
export const ABSENT: Side = {
  region: '',
  name: '虚构无有有限公司',
  Code: uscc(99),
  Number: '10000099',
  AccessCode: 'ABCD-EFGH-JKLM-NPQR-STUV',
  Listing: globalOf('Listing', '00000000-0000-4000-8000-000000000000'),
  SealedPaper: '00000000-0000-4000-8000-000000000001',
  ...Object.fromEntries(
    'Operator Record Score Run Reject Unmatched IdentityDecision Concern Override Objection Delivery Discrepancy Authorisation ScorecardActivation'
      .split(' ')
      .map((type) => [type, globalOf(type, 2_000_000_000)]),
  ),
}

export interface MatrixWorld {
  world: World
  own: Side
  other: Side
  /** Global id of a case of the other region that is not public. */
  hidden: string
}

export const makeMatrixWorld = async (): Promise<MatrixWorld> => {
  const world = await makeWorld()
  const firms = [
    { code: uscc(1), name: '虚构长春有限公司', region: '220102', n: 1 },
    { code: uscc(2), name: '虚构吉林有限公司', region: '220202', n: 2 },
  ] as const
  await world.bring('registry', [
    ...firms.map(({ code, name, region, n }) =>
      registration(code, name, { region_code: region, reg_no: `22000000000000${n}` }),
    ),
    registration(NEUTRAL, '虚构合并有限公司'),
    registration(LED, '虚构线索有限公司', { region_code: firms[1].region }),
  ])
  await world.bring(
    'penalties',
    firms.flatMap(({ code, n }) => [penalty(code, `虚市监处〔2026〕${n}号`), penalty(code, `虚市监处〔2026〕${n}2号`)]),
  )
  await world.bring(
    'trademarks',
    firms.map(({ code, n }) => trademark(code, `1000000${n}`)),
  )
  await world.bring(
    'dishonest',
    firms.map(({ code, n }) => mirrored(code, `entry-${n}`, '2026-01-01')),
  )
  const sides: Side[] = []
  for (const firm of firms) sides.push(await fileOf(world, firm))
  const { db } = world.database
  const [own, other] = sides as [Side, Side]
  const bytes = Buffer.from(own['Code'] ?? '')
  await replaceSellers(db, { client: 'marketplace', bytes, dated: TODAY, marketplace: null, now: NOW })
  const lead = { code: LED, list: 'serious', reason: '群众举报', on: TODAY }
  const opened = await world.ask('mutation($input: OpenLeadInput!) { openLead(input: $input) { listing { id } } }', {
    token: world.token('officer', 'officer-1'),
    variables: { input: lead },
  })
  return { world, own, other, hidden: opened.data.openLead.listing.id }
}

interface Firm {
  code: string
  name: string
  region: string
  n: number
}

const fileOf = async (world: World, { code, name, region, n }: Firm): Promise<Side> => {
  const { db } = world.database
  const number = `虚市监处〔2026〕${n}号`
  const listing = await publishListing(world, code, number)
  const [operator, record] = [await operatorId(world, code), await recordId(world, `${number}/${code}`)]
  await scored(world, operator, 300, 'D', [record, await recordId(world, `虚市监处〔2026〕${n}2号/${code}`)])
  const officer = { token: world.token('officer', 'officer-1') }
  const act = async (query: string, input: object) => {
    const { data, errors } = await world.ask(query, { ...officer, variables: { input } })
    if (errors) throw new Error(`${query}: ${JSON.stringify(errors)}`)
    return Object.values(data)[0] as { id: string; code: string }
  }
  const override = await act('mutation($input: ProposeOverrideInput!) { proposeOverride(input: $input) { id } }', {
    operator: code,
    grade: 'C',
    endsOn: '2026-04-01',
    reason: '事由',
  })
  const objection = await act('mutation($input: OpenObjectionInput!) { openObjection(input: $input) { id } }', {
    operator: code,
    record: globalOf('Record', await recordId(world, `虚市监处〔2026〕${n}2号/${code}`)),
    statement: '陈述',
  })
  const access = await act('mutation($input: AccessCodeInput!) { issueAccessCode(input: $input) { code } }', {
    operator: code,
    reason: '送达',
  })
  const uuid = keyIn(listing)
  await db.transaction(async (tx) => {
    await concerns.open(tx, { listingId: uuid, cause: 'ABSENT', record, run: null, at: NOW })
    await watchEntries.open(tx, [{ operatorId: operator, value: 300 }], { on: TODAY, at: NOW })
  })
  const word = {
    document: `授权书${n}`,
    sha256: 'a'.repeat(64),
    givenOn: TODAY,
    endsOn: '2027-03-02',
    now: NOW,
    operator: code,
  }
  const authorisation = await recordScoreAuthorisation(db, world.rules, {
    ...word,
    client: n === 1 ? 'credit_service' : 'another-service',
  })
  const rows = await rowsOf(world, { operator, uuid, code, name, n })
  const paper = { listing: uuid, kind: 'DECISION' as const, content: samplePdf(), by: 'officer-9', now: NOW }
  const signed = { ...paper, number: '虚市监列〔2026〕1号', issuedOn: '2026-02-04' }
  await storeSignedCopy(db, world.rules, world.keys, signed)
  const masked = await storeMaskedCopy(db, world.keys, paper)
  const ids = {
    Operator: operator,
    Record: await recordId(world, `1000000${n}/30`),
    Authorisation: authorisation.id,
    ...rows,
  }
  return {
    region,
    name,
    Code: code,
    AccessCode: access.code,
    Number: `1000000${n}`,
    Listing: listing,
    SealedPaper: masked.id,
    Override: override.id,
    Objection: objection.id,
    ...Object.fromEntries(Object.entries(ids).map(([type, id]) => [type, globalOf(type, id)])),
  }
}

/** Inserts the rows that pulls, pushes and comparisons leave behind. Returns their ids by type. */
const rowsOf = async (
  world: World,
  { operator, uuid, code, name, n }: Pick<Firm, 'code' | 'name' | 'n'> & { operator: number; uuid: string },
): Promise<Record<string, number>> => {
  const { db } = world.database
  const one = async (sql: string, bindings: object): Promise<number> =>
    (await db.raw(sql, bindings as never)).rows[0].id
  const run = await one(
    `insert into runs (job, subject, cause, asked_by, started_at, ended_at, outcome) values
     ('pull', :feed, 'upload', :by, :now, :now, 'DONE') returning id`,
    { feed: FEED, by: n === 1 ? UPLOADER : 'another', now: NOW },
  )
  const reject = await one(
    `insert into rejects (run_id, feed, row_number, rule, message, problems, item)
     values (:run, :feed, 2, 'required', 'x', '[]', :item) returning id`,
    { run, feed: FEED, item: JSON.stringify({ name, code }) },
  )
  const unmatched = await one(
    `insert into unmatched (feed, record_key, kind, subject, body, findings, reason, row_number, digest, first_run, last_run, proposed_operator, subject_key)
     values (:feed, :key, 'penalty', :subject, '{}', '[]', 'name.only', 2, 'x', :run, :run, :operator, :key) returning id`,
    { feed: FEED, key: `waits ${code}`, subject: JSON.stringify({ uscc: null, name }), run, operator },
  )
  const decision = await one(
    `insert into identity_decisions (verdict, subject_key, feed, operator_id, reason, decided_by, decided_at)
     values ('ATTACH', :key, :feed, :operator, :code, 'officer-1', :now) returning id`,
    { key: `was ${code}`, feed: FEED, operator, code, now: NOW },
  )
  await db.raw(
    `update deliveries set state = 'REFUSED', attempts = 1, sent_at = :now, last_error = 'x', receipt = :receipt::jsonb
     where subject_id = :uuid and platform = :platform`,
    {
      uuid,
      now: NOW,
      platform: PLATFORM,
      receipt: JSON.stringify({ code: '9876', text: 'x', field: 'x', value: 'x' }),
    },
  )
  await db.raw(
    `insert into deliveries (kind, platform, subject_id, number, action, state, notice, due_at, created_at)
     select kind, platform, subject_id, number + 1, 'REMOVE', 'OWED', jsonb_set(notice, '{removal}', :removal::jsonb), :now, :now from deliveries
     where subject_id = :uuid and platform <> :platform`,
    {
      uuid,
      now: NOW,
      platform: PLATFORM,
      removal: JSON.stringify({ removedOn: '2026-01-05', reason: 'REVOKED', reasonText: code, documentNumber: 'x' }),
    },
  )
  await db.raw(
    `insert into listing_deadlines (listing_id, name, starts_on, due_on, provisional, rule, rule_version, begun_at)
     values (:uuid, 'REPAIR_DECISION', :today, '2026-12-01', false, :rule, 'x', :now)`,
    { uuid, today: TODAY, rule: JSON.stringify({ name: 'x', value: 1, basis: 'x', confirmed: true }), now: NOW },
  )
  const delivery = await one('select id from deliveries where subject_id = :uuid and platform = :platform', {
    uuid,
    platform: PLATFORM,
  })
  const counts = { shown: 0, expected: 1, missing: 1, stale: 0, unwanted: 0, hidden: 0, onTheirWay: 0, others: 0 }
  const comparison = await comparisons.add(db, {
    platform: PLATFORM,
    comparedAt: NOW,
    ...counts,
    highest: null,
    alarm: null,
    run,
  })
  const found = { kind: 'listing', key: uuid, what: 'MISSING', differs: [], did: 'NOTHING' } as const
  const at = { comparison, at: NOW }
  await remarks.keepFound(db, PLATFORM, [{ ...found, shownSequence: null, toldSequence: 1 }], at)
  return {
    Run: run,
    Reject: reject,
    Unmatched: unmatched,
    IdentityDecision: decision,
    Delivery: delivery,
    Discrepancy: await one('select id from findings where key = :uuid', { uuid }),
    Concern: await one('select id from concerns where listing_id = :uuid', { uuid }),
    Score: await one('select id from scores where operator_id = :operator', { operator }),
  }
}
