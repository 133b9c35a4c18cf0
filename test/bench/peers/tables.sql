-- The standing of one operator, as the bare server reads it. mercurius and PostGraphile call this function.
create schema peer;
create type peer.found as (code text, uscc text, name text, status text, grade text, score integer, listed boolean);
create function peer.standing(code text) returns peer.found language sql stable as $$
  select $1, o.uscc, o.name, case when o.status = 'ACTIVE' then 'KNOWN' else 'CEASED' end, s.grade, s.value,
    exists (select 1 from listings l join public_entries p on p.listing_id = l.id where l.operator_id = o.id
      and p.shown_from <= current_date and (p.ends_on is null or p.ends_on > current_date))
  from operators o left join lateral (select value, grade from scores where operator_id = o.id and as_of <= current_date
    order by as_of desc, id desc limit 1) s on true
  where o.uscc = $1
$$;
