/** The schema of a database as PostgreSQL's catalog holds it, by kind of object, so that two databases can be compared. */
import type { JobDb } from '../../src/store/db/db.js'
import { rowsOf } from './world.js'

/** knex makes its own tables. */
const OWN = `relnamespace = 'public'::regnamespace
  and relname not in ('migrations', 'migrations_id_seq', 'migrations_lock', 'migrations_lock_index_seq')`

const QUERIES = {
  tables: `select c.relname, relkind, relpersistence, reloptions, relacl, obj_description(c.oid, 'pg_class') as comment
    from pg_class c where relkind in ('r', 'v', 'S') and (${OWN})`,
  columns: `select c.relname, attname, row_number() over (partition by c.oid order by attnum) as at, format_type(atttypid, atttypmod) as type,
      attnotnull, attidentity, attgenerated, attstorage, attcompression, attstattarget,
      array(select o from unnest(attoptions) o where o like 'n_distinct%') as options, attcollation::regcollation::text as collation,
      pg_get_expr(adbin, adrelid) as expression, attacl, col_description(c.oid, attnum) as comment
    from pg_attribute join pg_class c on c.oid = attrelid left join pg_attrdef on adrelid = attrelid and adnum = attnum
    where relkind in ('r', 'v') and attnum > 0 and not attisdropped and (${OWN})`,
  constraints: `select c.relname, conname, contype, pg_get_constraintdef(k.oid) as definition, condeferrable, condeferred
    from pg_constraint k join pg_class c on c.oid = conrelid where (${OWN})`,
  indexes: `select pg_get_indexdef(indexrelid) as definition, indisvalid, obj_description(indexrelid, 'pg_class') as comment
    from pg_index join pg_class c on c.oid = indrelid where (${OWN})`,
  functions: `select pg_get_functiondef(p.oid) as definition, proacl, obj_description(p.oid, 'pg_proc') as comment
    from pg_proc p join pg_language l on l.oid = prolang where pronamespace = 'public'::regnamespace and lanname in ('sql', 'plpgsql')`,
  triggers: `select pg_get_triggerdef(t.oid) as definition, tgenabled from pg_trigger t join pg_class c on c.oid = tgrelid where not tgisinternal and (${OWN})`,
  views: `select relname, pg_get_viewdef(c.oid) as definition from pg_class c where relkind = 'v' and (${OWN})`,
  sequences: `select s.relname, seqtypid::regtype::text as type, seqstart, seqincrement, seqmax, seqmin, seqcache, seqcycle, refobjid::regclass::text as owner, attname
    from pg_sequence join pg_class s on s.oid = seqrelid left join pg_depend d on d.objid = seqrelid and d.classid = 'pg_class'::regclass and d.deptype = 'i'
      left join pg_attribute a on a.attrelid = refobjid and a.attnum = refobjsubid
    where s.relname not like 'migrations%'`,
  extensions: `select extname from pg_extension where extname <> 'plpgsql'`,
}

/** Sorted lines of each part. `rows` holds what the tables contain, without random ids. */
export const readCatalog = async (db: JobDb): Promise<Record<string, string[]>> => {
  const lines = async (sql: string) => (await rowsOf(db, sql)).map((row) => JSON.stringify(row)).sort()
  const parts = Object.entries(QUERIES).map(async ([part, sql]) => [part, await lines(sql)] as const)
  const tables = await rowsOf(db, `select relname as name from pg_class c where relkind = 'r' and (${OWN})`)
  const rows = tables
    .filter(({ name }) => name !== 'migrations_roll_out')
    .map(({ name }) => lines(`select '${name}' as of, to_jsonb(t) - 'id' as row from "${name}" t`))
  return Object.fromEntries([...(await Promise.all(parts)), ['rows', (await Promise.all(rows)).flat().sort()] as const])
}
