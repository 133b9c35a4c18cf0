import type { Knex } from 'knex'

/** Scorecards, scores, and what people decide about them. */
export const createScoring = async (tx: Knex): Promise<void> => {
  await tx.raw(`
    create table scores (
      id bigint generated always as identity primary key,
      operator_id integer not null,
      as_of date not null,
      known_at timestamptz not null,
      scorecard text not null,
      scorecard_hash text not null,
      facts_hash text not null,
      value integer not null check (value between 0 and 1000),
      grade text not null check (grade in ('A', 'B', 'C', 'D')),
      reasons json not null,
      next_change_on date,
      cause text not null check (cause in ('FIRST', 'RECORD', 'SCORECARD', 'TIME')),
      families text[] not null,
      asked boolean not null,
      run_id bigint not null,
      recorded_at timestamptz not null,
      rules_hash text not null
    );
    create index scores_latest on scores (operator_id, as_of desc, id desc);
    create index scores_asked on scores (as_of, operator_id) where asked;
    comment on table scores is 'appended, never updated; refers to operators, runs and scorecards without foreign keys: its rows are made by joins with them, and none of them is ever deleted';
    comment on column scores.known_at is 'the knowledge that it weighs';
    comment on column scores.reasons is 'why, without the sentences, which the card says';
    comment on column scores.families is 'families of facts that the hub had a source for: what is missing is not zero';
    comment on column scores.asked is 'for a day that somebody asked for, or by a card that was not in force: not in the course of things';
    comment on column scores.recorded_at is 'since when it is known itself';
    comment on column scores.rules_hash is 'the kinds of list by which facts were made, as kept in rule_books';

    create table dirty_operators (
      operator_id integer not null,
      since timestamptz not null
    );
    create index dirty_operators_operator on dirty_operators (operator_id);
    comment on table dirty_operators is 'a record of this operator changed and its score does not know yet: a row for each time, gone once a score knows it; without a foreign key: its rows are made by joins with operators, none of which is ever deleted';

    create table scorecards (
      hash text primary key,
      version text not null unique,
      card jsonb not null,
      kept_at timestamptz not null
    );
    comment on table scorecards is 'cards that gave a score or were proposed, by the SHA-256 of their canonical JSON; what a version says never changes';

    create table rule_books (
      hash text primary key,
      lists jsonb not null,
      kept_at timestamptz not null
    );
    comment on table rule_books is 'what was read of schema/rules when scores were made, by the SHA-256 of its canonical JSON';

    create table current_scores (
      operator_id integer primary key,
      score_id bigint not null,
      as_of date not null,
      value integer not null,
      grade text not null,
      next_change_on date,
      facts_hash text not null,
      basis text collate "C" not null
    );
    create index current_scores_due on current_scores (next_change_on) where next_change_on is not null;
    create index current_scores_basis on current_scores (basis);
    create index current_scores_grade on current_scores (grade, operator_id);
    comment on table current_scores is 'of each operator the latest score in the course of things';
    comment on column current_scores.basis is 'the card, the rules, and the families of facts told by then: with another basis every score is due';

    create table watch_entries (
      id bigint generated always as identity primary key,
      operator_id integer not null references operators,
      value integer not null,
      opened_on date not null,
      opened_at timestamptz not null,
      closed_on date,
      closed_at timestamptz,
      check ((closed_on is null) = (closed_at is null))
    );
    create unique index watch_entries_open on watch_entries (operator_id) where closed_at is null;
    create index watch_entries_operator on watch_entries (operator_id, opened_at);
    comment on table watch_entries is 'the internal watch list: whose score fell below a line of its card, until it is above again; nothing rests on it';

    create table scorecard_adoptions (
      id bigint generated always as identity primary key,
      scorecard_hash text not null references scorecards,
      state text not null default 'PROPOSED' check (state in ('PROPOSED', 'ADOPTED', 'REJECTED')),
      effective_on date not null,
      reason text not null,
      proposed_by text not null,
      proposed_at timestamptz not null,
      decided_by text,
      decided_at timestamptz,
      note text,
      check ((state = 'PROPOSED') = (decided_at is null)),
      check (state <> 'ADOPTED' or decided_by <> proposed_by)
    );
    create unique index scorecard_adoptions_open on scorecard_adoptions (scorecard_hash) where state = 'PROPOSED';
    comment on table scorecard_adoptions is 'which card is in force from which day, by two people; before the first: ecommerce-1';

    create table trials (
      id bigint generated always as identity primary key,
      scorecard_hash text not null,
      against_hash text not null,
      as_of date not null,
      known_at timestamptz not null,
      operators integer not null,
      result jsonb not null,
      made_by text,
      made_at timestamptz not null
    );
    create index trials_latest on trials (scorecard_hash, against_hash, id desc);
    comment on table trials is 'what another card would have said of all operators';

    create table overrules (
      id bigint generated always as identity primary key,
      operator_id integer not null references operators,
      grade text not null check (grade in ('A', 'B', 'C', 'D')),
      reason text not null,
      ends_on date not null,
      state text not null default 'PROPOSED' check (state in ('PROPOSED', 'IN_FORCE', 'REFUSED', 'WITHDRAWN')),
      asked_by text not null,
      asked_at timestamptz not null,
      decided_by text,
      decided_at timestamptz,
      note text,
      withdrawn_by text,
      withdrawn_at timestamptz,
      withdrawn_reason text,
      check ((state = 'PROPOSED') = (num_nonnulls(decided_at, withdrawn_at) = 0)),
      check ((state not in ('IN_FORCE', 'WITHDRAWN')) or decided_by <> asked_by),
      check ((state = 'WITHDRAWN') = (withdrawn_at is not null)),
      check (num_nonnulls(withdrawn_at, withdrawn_by, withdrawn_reason) in (0, 3))
    );
    create unique index overrules_open on overrules (operator_id) where state = 'PROPOSED';
    create index overrules_operator on overrules (operator_id, decided_at);
    comment on table overrules is 'a grade that two people set beside the computed one, until the end of its last day (ends_on)';

    create table objections (
      id bigint generated always as identity primary key,
      operator_id integer not null references operators,
      feed text collate "C" not null,
      record_key text collate "C" not null,
      rule text not null,
      fact text not null,
      statement text not null,
      opened_by text not null,
      opened_at timestamptz not null,
      state text not null default 'OPEN' check (state in ('OPEN', 'UPHELD', 'REJECTED', 'WITHDRAWN')),
      decided_by text,
      decided_at timestamptz,
      note text,
      referred_to text,
      check ((state = 'OPEN') = (decided_at is null))
    );
    create unique index objections_open on objections (operator_id, feed, record_key, rule) where state = 'OPEN';
    create index objections_operator on objections (operator_id);
    comment on table objections is 'a reason of a score that its operator contests; upheld, the record is corrected by its agency, never in the score';
  `)
}
