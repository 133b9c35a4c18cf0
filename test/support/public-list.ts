/** Entries put on the public list without moves, in the state that moves leave. All names are invented. */

import { createHash } from 'node:crypto'
import { MASKING_VERSION } from '../../src/domain/listing/public-entry.js'
import type { JobDb } from '../../src/store/db/db.js'
import { codeOf, rowsOf, TODAY } from './world.js'

export interface Given {
  name?: string
  reason?: string
  publishedOn?: string
  endsOn?: string | null
}

/** Lists the n-th firm; again if it was removed. */
export const shown = async (db: JobDb, n: number, given: Given = {}): Promise<{ id: string; name: string }> => {
  const name = given.name ?? `虚构名单第${n}号有限公司`
  const { publishedOn = TODAY, endsOn = '2029-11-25' } = given
  const [listing] = await rowsOf(
    db,
    `with r as (insert into runs (job, cause, started_at, ended_at, outcome) values ('seed', 'command', now(), now(), 'DONE') returning id),
     o as (insert into operators (uscc, kind, name, region, first_run, created_at)
       select :uscc, 'ENTERPRISE', :name, '220102', id, now() from r on conflict (uscc) do update set name = :name returning id)
     insert into listings (list, operator_id, state, reason, facts, published_on, ends_on, created_at)
     select 'serious', id, 'PUBLISHED', '', '{}', :publishedOn, :endsOn, now() from o returning id`,
    { uscc: codeOf(n), name, publishedOn, endsOn } as never,
  )
  const id = String(listing?.['id'])
  const body = {
    id,
    list: 'serious',
    uscc: codeOf(n),
    name,
    region: '220102',
    reason: given.reason ?? '销售假冒注册商标的商品',
    basis: '《市场监督管理严重违法失信名单管理办法》',
    authority: '虚构市市场监督管理局',
    documentNumber: `虚市监列〔2026〕${n}号`,
    decidedOn: publishedOn,
    publishedOn,
    endsOn,
    contested: false,
  }
  await db.raw(
    'insert into public_entries (listing_id, body, body_hash, published_on, shown_from, ends_on) values (?, ?, ?, ?, ?, ?)',
    [id, JSON.stringify(body), hashOf(body), publishedOn, publishedOn, endsOn] as never,
  )
  return { id, name }
}

/** Changes the published reason. */
export const corrected = async (db: JobDb, id: string, reason: string): Promise<void> => {
  await db.raw(
    `update public_entries set body = jsonb_set(body, '{reason}', to_jsonb(?::text)), body_hash = ? where listing_id = ?`,
    [reason, hashOf(reason), id],
  )
}

export const letGo = async (db: JobDb, id: string, on = TODAY): Promise<void> => {
  await db.transaction(async (tx) => {
    await tx.raw('delete from public_entries where listing_id = ?', [id])
    await tx.raw(`update listings set state = 'REMOVED', removed_on = ?, removal_reason = 'CORRECTED' where id = ?`, [
      on,
      id,
    ])
  })
}

const hashOf = (value: unknown): string => createHash('sha256').update(JSON.stringify(value)).digest('hex')

export interface Many {
  first: number
  count: number
  /** Characters of each reason. */
  reason?: number
  publishedOn: string
  endsOn: string
  /** Facts of each case; the operator's id is added. */
  facts?: Record<string, unknown>
}

/** Lists many firms in a few statements. */
export const manyShown = async (db: JobDb, { facts = {}, reason = 20, ...given }: Many): Promise<void> => {
  const bound = { ...given, reason, facts: JSON.stringify(facts), last: given.first + given.count - 1 } as never
  await db.raw(
    `with r as (insert into runs (job, cause, started_at, ended_at, outcome) values ('seed', 'command', now(), now(), 'DONE') returning id)
     insert into operators (uscc, kind, name, region, first_run, created_at)
     select '91220102MA' || lpad(n::text, 8, '0'), 'ENTERPRISE', '虚构名单第' || n || '号有限公司', '220102', r.id, now()
     from r, generate_series(:first::int, :last::int) n`,
    bound,
  )
  await db.raw(
    `insert into listings (list, operator_id, state, reason, basis, authority, authority_code, document_number, facts, moves, published_on, ends_on, created_at)
     select 'serious', o.id, 'PUBLISHED', repeat('劣', :reason::int), '《市场监督管理严重违法失信名单管理办法》第九条', '虚构市市场监督管理局', '220102',
       '虚市监列〔2026〕' || n || '号', :facts::jsonb || jsonb_build_object('operator', o.id), 9, :publishedOn::date, :endsOn::date, now()
     from generate_series(:first::int, :last::int) n join operators o on o.uscc = '91220102MA' || lpad(n::text, 8, '0')`,
    bound,
  )
  await db.raw(
    `insert into public_entries (listing_id, body, body_hash, published_on, shown_from, ends_on, masks)
     select l.id, b.body, encode(sha256(convert_to(b.body::text, 'UTF8')), 'hex'), l.published_on, l.published_on, l.ends_on, ${MASKING_VERSION}
     from operators o join listings l on l.operator_id = o.id, lateral (select jsonb_build_object('id', l.id, 'list', l.list,
       'uscc', o.uscc, 'name', o.name, 'region', o.region, 'reason', l.reason, 'basis', l.basis, 'authority', l.authority,
       'documentNumber', l.document_number, 'decidedOn', l.published_on, 'publishedOn', l.published_on, 'endsOn', l.ends_on, 'contested', false) as body) b
     where o.uscc between '91220102MA' || lpad(:first::text, 8, '0') and '91220102MA' || lpad(:last::text, 8, '0')`,
    bound,
  )
}
