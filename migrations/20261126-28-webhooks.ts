import type { Knex } from 'knex'

/** Webhook addresses of marketplaces for changes of their sellers, and the messages owed to each. */
export const up = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    create table webhooks (
      id integer primary key generated always as identity,
      client text not null,
      url text not null,
      secret text not null,
      previous_secret text,
      previous_until timestamptz,
      created_at timestamptz not null,
      failures integer not null default 0,
      open_until timestamptz,
      failing_since timestamptz,
      confirmed_at timestamptz,
      disabled_at timestamptz,
      disabled_because text check (disabled_because in ('GONE', 'FAILING')),
      removed_at timestamptz,
      check ((previous_secret is null) = (previous_until is null)),
      check ((disabled_at is null) = (disabled_because is null))
    );
    create unique index webhooks_of_client on webhooks (client, url) where removed_at is null;
    comment on column webhooks.secret is 'sealed: it must be read to sign with it, and a copy of the database alone does not tell it';
    comment on column webhooks.failures is 'failed calls in a row, as the breaker counts them';
    comment on column webhooks.failing_since is 'no message was taken since; null: the last one was';

    create table webhook_messages (
      id bigint primary key generated always as identity,
      webhook_id integer not null references webhooks,
      sequence bigint not null,
      code text collate "C" not null,
      removal boolean not null,
      state text not null default 'OWED' check (state in ('OWED', 'CONFIRMED', 'FOLDED', 'GIVEN_UP')),
      attempts integer not null default 0,
      due_at timestamptz not null,
      leased_until timestamptz,
      sent_at timestamptz,
      confirmed_at timestamptz,
      last_status integer,
      last_error text,
      unique (webhook_id, sequence),
      check ((state = 'CONFIRMED') = (confirmed_at is not null))
    );
    create index webhook_messages_owed on webhook_messages (webhook_id, removal, sequence) where state = 'OWED';
    create index webhook_messages_seller on webhook_messages (webhook_id, code, sequence) where state = 'OWED';
    create index webhook_messages_leased on webhook_messages (webhook_id, code) where leased_until is not null;
    comment on column webhook_messages.state is 'FOLDED: a removal of the same seller was owed after it and tells all that it would';
  `)
}

export const down = async (knex: Knex): Promise<void> => {
  await knex.raw('drop table webhook_messages, webhooks')
}
