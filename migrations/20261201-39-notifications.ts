import type { Knex } from 'knex'

export const rollOut = 'before'

export const up = async (tx: Knex): Promise<void> => {
  await tx.raw(`
    create table notification_recipients (
      id integer generated always as identity primary key,
      person text unique references people,
      robot text unique,
      form text not null check (form in ('EMAIL', 'DINGTALK', 'WECOM')),
      address text,
      secret text,
      region text,
      kinds text[] not null default '{}',
      digest_hour smallint check (digest_hour between 0 and 23),
      quiet_from smallint check (quiet_from between 0 and 23),
      quiet_to smallint check (quiet_to between 0 and 23),
      changed_by text not null,
      changed_at timestamptz not null,
      pending_address text,
      code_mark text,
      code_until timestamptz,
      code_tries integer not null default 0,
      codes_sent integer not null default 0,
      code_sent_at timestamptz,
      check (num_nonnulls(person, robot) = 1 and (person is not null) = (form = 'EMAIL')),
      check ((quiet_from is null) = (quiet_to is null)),
      check (num_nonnulls(pending_address, code_mark, code_until) in (0, 3))
    );
    comment on table notification_recipients is 'people with a mail address of their own, and robots of groups';
    comment on column notification_recipients.address is 'sealed; null: no address is confirmed yet';
    comment on column notification_recipients.secret is 'sealed; signs what is sent to a robot';

    create table notification_messages (
      id bigint generated always as identity primary key,
      recipient_id integer not null references notification_recipients on delete cascade,
      message_id text not null unique,
      subject text not null,
      body text not null,
      codes text[] not null,
      state text not null default 'OWED' check (state in ('OWED', 'SENT', 'DEAD')),
      created_at timestamptz not null,
      expires_at timestamptz not null,
      due_at timestamptz not null,
      attempts integer not null default 0,
      leased_until timestamptz,
      sent_at timestamptz,
      ended_at timestamptz,
      last_error text,
      check ((state = 'SENT') = (sent_at is not null) and (state = 'OWED') = (ended_at is null))
    );
    create index notification_messages_due on notification_messages (due_at) where state = 'OWED';
    create index notification_messages_dead on notification_messages (ended_at) where state = 'DEAD';
    create index notification_messages_recipient on notification_messages (recipient_id, id);
    comment on column notification_messages.message_id is 'Message-ID (RFC 5322), the same on every attempt';
    comment on column notification_messages.attempts is 'whoever claimed it holds this number, and nobody else may book it';
    comment on column notification_messages.codes is 'operators that it names, for the audit log';

    create table notifications (
      id bigint generated always as identity primary key,
      recipient_id integer not null references notification_recipients on delete cascade,
      kind text not null,
      subject text not null,
      occasion text not null,
      content text not null,
      path text not null,
      code text,
      noted_at timestamptz not null,
      due_at timestamptz not null,
      message_id bigint references notification_messages on delete cascade,
      dropped_at timestamptz,
      unique (recipient_id, subject, occasion),
      check (num_nonnulls(message_id, dropped_at) <= 1)
    );
    create index notifications_due on notifications (recipient_id, due_at) where message_id is null and dropped_at is null;
    create index notifications_message on notifications (message_id) where message_id is not null;
    comment on table notifications is 'each occasion once for each recipient';
    comment on column notifications.dropped_at is 'it had passed before it was told';
  `)
}

export const down = async (tx: Knex): Promise<void> => {
  await tx.raw('drop table notifications, notification_messages, notification_recipients')
}
