import type { Knex } from 'knex'

/**
 * The latest score of each operator, from which standings are answered, in a narrow row. A million rows take 60 MB, while `scores`
 * with all its reasons takes a gigabyte. Triggers on `scores` keep the table up to date, whoever writes.
 */
export const up = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    create table latest_scores (
      score_id bigint not null,
      operator_id integer primary key,
      as_of date not null,
      value integer not null,
      grade text not null,
      weighs_entry boolean not null
    ) with (fillfactor = 90);
    comment on table latest_scores is 'of each operator the score in the course of things of the latest day, and of that day the last: it answers for that day and each one after it, unless somebody had another scored for the very day asked about';
    comment on column latest_scores.weighs_entry is 'a reason names the entry of this hub: once that has left the public list, the score is not told to everybody';

    create function latest_scores_of(ids integer[]) returns void language sql as $$
      delete from latest_scores where operator_id = any(ids);
      insert into latest_scores (score_id, operator_id, as_of, value, grade, weighs_entry)
        select distinct on (operator_id) id, operator_id, as_of, value, grade, coalesce(strpos(reasons::text, '"serious_list"') > 0, false)
        from scores where not asked and operator_id = any(ids) order by operator_id, as_of desc, id desc;
    $$;

    create function scores_came() returns trigger language plpgsql as $$
    begin
      insert into latest_scores as l (score_id, operator_id, as_of, value, grade, weighs_entry)
        select distinct on (operator_id) id, operator_id, as_of, value, grade, coalesce(strpos(reasons::text, '"serious_list"') > 0, false)
        from came where not asked order by operator_id, as_of desc, id desc
      on conflict (operator_id) do update set score_id = excluded.score_id, as_of = excluded.as_of, value = excluded.value,
        grade = excluded.grade, weighs_entry = excluded.weighs_entry
      where (excluded.as_of, excluded.score_id) > (l.as_of, l.score_id);
      return null;
    end $$;
    create trigger scores_came after insert on scores referencing new table as came for each statement execute function scores_came();

    create function scores_altered() returns trigger language plpgsql as $$
    begin
      perform latest_scores_of(array(select operator_id from gone union select operator_id from came));
      return null;
    end $$;
    comment on function scores_altered is 'scores are never updated: should somebody do so by hand, standing tells what stands there';
    create function scores_gone() returns trigger language plpgsql as $$
    begin
      perform latest_scores_of(array(select distinct operator_id from gone));
      return null;
    end $$;
    create trigger scores_altered after update on scores referencing old table as gone new table as came for each statement execute function scores_altered();
    create trigger scores_gone after delete on scores referencing old table as gone for each statement execute function scores_gone();

    create function scores_emptied() returns trigger language plpgsql as $$
    begin
      truncate latest_scores;
      return null;
    end $$;
    create trigger scores_emptied after truncate on scores for each statement execute function scores_emptied();

    set local work_mem = '256MB';
    insert into latest_scores (score_id, operator_id, as_of, value, grade, weighs_entry)
      select distinct on (operator_id) id, operator_id, as_of, value, grade, weighs_entry
      from (select id, operator_id, as_of, value, grade, coalesce(strpos(reasons::text, '"serious_list"') > 0, false) as weighs_entry from scores where not asked) s
      order by operator_id, as_of desc, id desc;
    analyze latest_scores;
  `)
}

export const down = async (knex: Knex): Promise<void> => {
  await knex.raw(`
    drop trigger scores_emptied on scores;
    drop trigger scores_gone on scores;
    drop trigger scores_altered on scores;
    drop trigger scores_came on scores;
    drop function scores_emptied, scores_gone, scores_altered, scores_came, latest_scores_of;
    drop table latest_scores;
  `)
}
