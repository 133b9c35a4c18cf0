import type { Knex } from 'knex'

export const rollOut = 'before'

/** Each string is one transaction and may be repeated, so that the table is locked only while names change. */
export const config = { transaction: false }

const LOCK = `set local lock_timeout = '1s'`
const AHEAD_ROWS = 100_000

/**
 * The audit log becomes a table partitioned by ranges of `number`; the table of before is its first partition, up to a bound that
 * the hubs in service do not reach during the conversion. `archived` says that a row's content is in a file.
 */
export const up = async (db: Knex): Promise<void> => {
  const [there] = (await db.raw(`select relkind from pg_class where oid = 'trail'::regclass`)).rows
  if (there?.relkind === 'p') return
  const head = Number((await db.raw('select max(number) as number from trail')).rows[0]?.number ?? 0)
  const bound = head + Math.ceil(head / 10) + AHEAD_ROWS + 1
  await db.raw(`${LOCK};
    alter table trail add column if not exists archived boolean not null default false;
    alter table trail drop constraint if exists trail_content_check;
    alter table trail add constraint trail_content_check check (
      (erased_at is null and not archived) = case form when 0 then salt is not null else body is not null end) not valid;
    alter table trail drop constraint if exists trail_bound;
    alter table trail add constraint trail_bound check (number >= 1 and number < ${bound}) not valid;`)
  await db.raw('alter table trail validate constraint trail_content_check')
  await db.raw('alter table trail validate constraint trail_bound')
  await db.raw(`
    create table if not exists trail_archives (
      first bigint primary key,
      last bigint not null,
      file text not null,
      offsets bigint[] not null,
      archived_at timestamptz not null,
      removed_at timestamptz
    );
    comment on table trail_archives is 'files of ARCHIVE_DIR that hold the content of old partitions of the trail';
    comment on column trail_archives.offsets is 'where each block of 256 numbers begins in the file, and where the last ends';
    -- squawk-ignore ban-drop-table
    drop table if exists trail_parted;
    create table if not exists trail_parted (like trail including defaults including constraints including indexes including comments)
      partition by range (number);
    alter table trail_parted drop constraint if exists trail_bound;
    comment on table trail_parted is 'one chain for all processes: a row is written once the one before it is durable';
    comment on column trail_parted.archived is 'the content is in the file that trail_archives names, until it is erased';`)
  await db.raw(`${LOCK};
    lock table trail in access exclusive mode;
    drop trigger if exists trail_stands on trail;
    drop trigger if exists trail_sealed on trail;
    -- squawk-ignore renaming-table, prefer-robust-stmts
    alter table trail rename to trail_1;
    alter index if exists trail_pkey rename to trail_1_pkey;
    alter index if exists trail_client rename to trail_1_client;
    alter index if exists trail_other rename to trail_1_other;
    -- squawk-ignore renaming-table, prefer-robust-stmts
    alter table trail_parted rename to trail;
    alter index if exists trail_parted_pkey rename to trail_pkey;
    alter index if exists trail_parted_client_number_idx rename to trail_client;
    alter index if exists trail_parted_kind_number_idx rename to trail_other;
    create trigger trail_stands before update or delete on trail for each row execute function trail_stands();
    create trigger trail_sealed before insert on trail for each row when (new.form = 0) execute function trail_sealed();
    create trigger trail_stays before truncate on trail execute function trail_stands();
    -- squawk-ignore prefer-robust-stmts
    alter table trail attach partition trail_1 for values from (1) to (${bound});
    alter table trail_1 drop constraint if exists trail_bound;
    create table if not exists trail_${bound} partition of trail for values from (${bound}) to (${bound + AHEAD_ROWS});
    create trigger trail_stays before truncate on trail_${bound} execute function trail_stands();`)
}

/** Content that is in files cannot be brought back: the old constraint then refuses its rows. */
export const down = async (db: Knex): Promise<void> => {
  await db.raw(`
    create table trail_flat (like trail including all);
    alter table trail_flat drop constraint trail_content_check;
    alter table trail_flat add constraint trail_content_check
      check ((erased_at is null) = case form when 0 then salt is not null else body is not null end);
    insert into trail_flat select * from trail;
    drop table trail;
    drop table trail_archives;
    alter table trail_flat drop column archived;
    alter table trail_flat rename to trail;
    alter index trail_flat_pkey rename to trail_pkey;
    alter index trail_flat_client_number_idx rename to trail_client;
    alter index trail_flat_kind_number_idx rename to trail_other;
    create trigger trail_stands before update or delete on trail for each row execute function trail_stands();
    create trigger trail_stays before truncate on trail execute function trail_stands();
    create trigger trail_sealed before insert on trail for each row when (new.form = 0) execute function trail_sealed();
    comment on table trail is 'one chain for all processes: a row is written once the one before it is durable';`)
}
