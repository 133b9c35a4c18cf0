/** Fills a database with one open task of every kind, and with cases of every state. Every name is invented. */
import type { Case } from '../../../src/domain/listing/case.js'
import { attemptMove } from '../../../src/domain/listing/listing.js'
import type { WorkKind } from '../../../src/domain/worklist/tasks.js'
import type { JobDb } from '../../../src/store/db/db.js'
import { queryRows, queryValue } from '../../../src/store/db/db.js'
import { caseAfter, full, rules, upTo } from '../../support/case.js'
import { uscc } from '../record-drafts.js'
import { TODAY } from '../world.js'

export interface GivenCase {
  facts: Case
  keeper?: string
  /** Open deadlines with their last days. */
  due?: Record<string, string>
}

export const PAST = '2026-02-27'
export const COMING = '2026-03-31'

const moved = (before: Case, name: Parameters<typeof attemptMove>[0], act: Parameters<typeof full>[0]): Case =>
  caseAfter(attemptMove(name, before, full({ on: TODAY, today: TODAY, ...act }), rules))

/** A case for each task of a case, made by its moves. */
export const CASES: Partial<Record<WorkKind, GivenCase>> = (() => {
  const [published, hidden] = [
    upTo('publishListing'),
    moved(upTo('publishListing'), 'hideListing', { hiding: 'ERROR', by: '虚构经办' }),
  ]
  const applied: Case = { ...published, state: 'REPAIR_APPLIED', repair: { appliedOn: TODAY, acceptedOn: null } }
  const proposed = { proposeListing: { by: '虚构经办' } }
  const county = { linkDecision: { level: 'COUNTY' as const } }
  return {
    LINK_DECISION: { facts: upTo('openLead'), keeper: '虚构经办' },
    PROPOSE: { facts: upTo('linkDecision'), keeper: '虚构经办' },
    NOTIFY: { facts: upTo('proposeListing', proposed), keeper: '虚构经办' },
    MEND: {
      facts: moved(upTo('notifyListing', proposed), 'returnListing', {
        by: '虚构复核',
        role: 'reviewer',
        returning: 'NOTICE',
      }),
      keeper: '虚构经办',
    },
    ANSWER_DEFENCE: { facts: upTo('recordDefence', proposed), keeper: '虚构经办', due: { DEFENCE: COMING } },
    HOLD_HEARING: {
      facts: moved(moved(upTo('notifyListing'), 'recordDefence', { hearing: true }), 'answerDefence', {}),
      keeper: '虚构经办',
    },
    AWAIT_DEFENCE: { facts: upTo('notifyListing', proposed), keeper: '虚构经办', due: { DEFENCE: COMING } },
    REVIEW: { facts: upTo('answerDefence', proposed), keeper: '虚构经办', due: { DEFENCE: PAST } },
    CONSENT: { facts: upTo('reviewListing', county), keeper: '虚构经办' },
    DECIDE: { facts: upTo('reviewListing'), keeper: '虚构经办' },
    SERVE: { facts: upTo('decideListing'), keeper: '虚构经办', due: { PUBLICATION: PAST } },
    PUBLISH: { facts: upTo('serveListing'), keeper: '虚构经办', due: { PUBLICATION: COMING } },
    CONFIRM_HIDING: { facts: hidden, keeper: '虚构经办', due: { HIDING_CONFIRMATION: PAST } },
    RESOLVE_HIDING: { facts: moved(hidden, 'confirmHiding', { by: '他人' }), keeper: '虚构经办' },
    ACCEPT_REPAIR: { facts: applied, keeper: '虚构经办', due: { REPAIR_ACCEPTANCE: COMING } },
    DECIDE_REPAIR: {
      facts: { ...applied, repair: { appliedOn: TODAY, acceptedOn: TODAY } },
      keeper: '虚构经办',
      due: { REPAIR_DECISION: COMING },
    },
    FOLLOW_RETRACTION: {
      facts: { ...published, state: 'REMOVED', removal: 'REVOKED' },
      keeper: '虚构经办',
      due: { WITHDRAWAL: PAST },
    },
  }
})()

/** Adds one operator and one case each, and returns the ids of the cases in order. */
export const addCases = async (db: JobDb, given: readonly GivenCase[], from: number): Promise<string[]> => {
  const made = given.map(({ facts, keeper = null, due = {} }, i) => ({
    n: i,
    code: uscc(from + i),
    facts,
    keeper,
    due,
  }))
  const rows = await queryRows<{ id: string; n: number }>(
    db,
    `with given as (select * from jsonb_to_recordset(:made::jsonb) as g(n int, code text, facts jsonb, keeper text, due jsonb)),
     traders as (
       insert into operators (uscc, kind, name, region, first_run, created_at)
       select code, 'ENTERPRISE', '虚构第' || n || '有限公司', '220102', 0, '2026-01-01' from given returning id, uscc),
     cases as (
       insert into listings (list, operator_id, state, reason, facts, moves, created_at, keeper, removed_on)
       select 'serious', t.id, g.facts->>'state', '虚构事由', g.facts, 1, '2026-01-05', g.keeper,
         case when g.facts->>'state' = 'REMOVED' then '2026-02-20'::date end
       from given g join traders t on t.uscc = g.code returning id, operator_id)
     select c.id, g.n from given g join traders t on t.uscc = g.code join cases c on c.operator_id = t.id order by g.n`,
    { made: JSON.stringify(made) },
  )
  const deadlines = rows.flatMap(({ id, n }) =>
    Object.entries(made[n]?.due ?? {}).map(([name, dueOn]) => ({ id, name, dueOn })),
  )
  await db.raw(
    `insert into listing_deadlines (listing_id, name, starts_on, due_on, provisional, rule, rule_version, begun_at)
     select d.id, d.name, '2026-01-05', d."dueOn", false, '{}', 'x', '2026-01-05'
     from jsonb_to_recordset(?::jsonb) as d(id uuid, name text, "dueOn" date)`,
    [JSON.stringify(deadlines)],
  )
  await db.raw(
    `insert into listing_events (listing_id, number, move, made_by, role, made_on, recorded_at, state_before, state_after, act)
     select l.id, 1, 'openLead', 'x', 'officer', '2026-01-05', '2026-01-05', null, l.state, '{}' from listings l
     where l.id = any(?::uuid[])`,
    [rows.map(({ id }) => id)],
  )
  return rows.map(({ id }) => id)
}

/** Tasks of the processes that are not a state of a case. `listing` is a case of the world. */
export const addOtherTasks = async (db: JobDb, listing: string): Promise<void> => {
  const operator = await queryValue<number>(db, 'select operator_id from listings where id = ?', [listing])
  const run = await queryValue<number>(
    db,
    `insert into runs (job, subject, cause, started_at, ended_at, outcome) values ('pull', 'penalties', 'command', '2026-02-01', '2026-02-01', 'DONE')
     returning id`,
  )
  const comparison = await queryValue<number>(
    db,
    `insert into comparisons (platform, run_id, compared_at, shown, expected, missing, stale, unwanted, hidden, on_their_way, others)
     values ('national', ?, '2026-02-01', 0, 0, 0, 0, 0, 0, 0, 0) returning id`,
    [run],
  )
  const statements = `insert into concerns (listing_id, cause, opened_at) values (:listing, 'ABSENT', '2026-02-01');
     insert into sealed_papers (id, listing_id, about, kind, media_type, bytes, sha256, content, stored_by, stored_at)
       values (gen_random_uuid(), :listing, 'MASKED', 'DECISION', 'PDF', 1, repeat('a', 64), '\\x00', '虚构经办', '2026-02-01');
     insert into objections (operator_id, feed, record_key, rule, fact, statement, opened_by, opened_at)
       values (:operator, 'penalties', 'k', 'r', 'f', '虚构异议', '虚构当事人', '2026-02-01');
     insert into versions (feed, kind, record_key, operator_id, digest, body, known_from, run_id, row_number, partial)
       values ('penalties', 'penalty', 'upheld', :operator, 'd', '{}', '2026-01-20', :run, 1, false);
     insert into objections (operator_id, feed, record_key, rule, fact, statement, opened_by, opened_at, state, decided_by, decided_at, note)
       values (:operator, 'penalties', 'upheld', 'r', 'f', '虚构异议', '虚构当事人', '2026-02-01', 'UPHELD', '虚构复核', '2026-02-02', '虚构说明');
     insert into matter_kinds (kind, version, content, first_used_at) values ('measure', 'worklist', '{}', '2026-02-01');
     insert into matters (id, kind, kind_version, number, opened_by, reference, request_sha256, operator_id, state, waiting, content, moves, opened_at)
       select gen_random_uuid(), 'measure', 'worklist', state, 'hub', state, 'x', :operator, state, 'hub', '{}', 1, '2026-02-01'
       from unnest(array['MISADDRESSED', 'CLOSE_PROPOSED']) state;
     insert into matter_moves (matter_id, sequence, move, state_before, state, by_sub, by_seat, on_day, at, hash)
       select id, 1, 'm', 'LIFT_DUE', state, '虚构经办', 'hub', '2026-02-01', '2026-02-01', 'h' from matters;
     insert into overrules (operator_id, grade, reason, ends_on, asked_by, asked_at)
       values (:operator, 'B', '虚构理由', '2026-12-31', '虚构经办', '2026-02-01');
     insert into rejects (run_id, feed, row_number, rule, message, problems, item)
       select :run, 'penalties', n, 'r', 'm', '[]', '{}' from generate_series(1, 3) n;
     insert into unmatched (feed, record_key, kind, subject, body, findings, reason, row_number, digest, first_run, last_run)
       values ('shops', 'k', 'shop', '{}', '{}', '[]', 'r', 1, 'd', :run, :run);
     insert into deliveries (platform, subject_id, number, action, notice, state, due_at, created_at, kind)
       values ('national', :listing, 1, 'ADD', '{"decidedOn": "2026-01-05", "authority": "虚构机关"}', 'REFUSED', '2026-01-05', '2026-01-05', 'listing');
     insert into findings (platform, kind, key, what, did, comparison_id, found_at, last_found_at)
       values ('national', 'listing', :listing, 'MISSING', 'HIDDEN', :comparison, '2026-02-01', '2026-02-01');
     insert into scorecards (hash, version, card, kept_at) values ('worklist', 'worklist', '{}', '2026-02-01');
     insert into scorecard_adoptions (scorecard_hash, effective_on, reason, proposed_by, proposed_at)
       values ('worklist', '2026-12-31', '虚构理由', '虚构管理', '2026-02-01');
     insert into calendar_proposals (days, reason, proposed_by, proposed_at) values ('[]', '虚构理由', '虚构管理', '2026-02-01');
     insert into office_proposals (kind, content, reason, proposed_by, proposed_at)
       select kind, '{}', '虚构理由', '虚构管理', '2026-02-01' from unnest(array['SETTINGS', 'RULE_ROW', 'RESTORE_RELEASE']) kind;
     insert into authority_statements (name, address, telephone, reconsideration_body, court, proposed_by, proposed_at)
       values ('虚构市场监督管理局', '虚构路', '0', '虚构机关', '虚构法院', '虚构管理', '2026-02-01');
     insert into people (id, role, password_hash, created_at, changed_by, pending_since)
       values ('待确认人员', 'officer', 'x', '2026-02-01', '虚构管理', '2026-02-01');
     insert into clients (id, role, secret_hash, created_at, changed_by, pending_since)
       values ('待确认系统', 'marketplace', 'x', '2026-02-01', '虚构管理', '2026-02-01')`
  for (const sql of statements.split(';')) await db.raw(sql, { listing, operator, run, comparison } as never)
}
