/** A missing object yields a row too: response times must not reveal its absence. */
import type { RecordKind } from '../../domain/records/records.js'
import { type Db, queryRows } from './db.js'

export interface AuthorizationRow {
  operatorId: number | null
  uscc: string | null
  shop: string | null
  region: string | null
  kind: RecordKind | null
  stands: boolean | null
  feed: string | null
  by: string | null
}

const TOLD = (subject: string): string =>
  `coalesce((select l.operator_id from listings l where l.id = ${subject}), (select t.operator_id from told_records t where t.id = ${subject}))`
const NOT_SENT = 'null as feed, null as by'
const NO_RECORD = 'null as kind, null::boolean as stands'

const HEADS = {
  Operator: `select h.id as operator_id, ${NO_RECORD}, ${NOT_SENT} from operators h where h.id = a.id::int and h.known_to is null`,
  Record: `select h.operator_id, h.kind, h.known_to is null and h.ended_on is null as stands, ${NOT_SENT} from versions h where h.id = a.id::bigint`,
  Score: `select h.operator_id, ${NO_RECORD}, ${NOT_SENT} from scores h where h.id = a.id::bigint`,
  Listing: `select h.operator_id, ${NO_RECORD}, ${NOT_SENT} from listings h where h.id = a.id::uuid`,
  Concern: `select l.operator_id, ${NO_RECORD}, ${NOT_SENT} from concerns h join listings l on l.id = h.listing_id where h.id = a.id::bigint`,
  Authorisation: `select h.operator_id, ${NO_RECORD}, null as feed, h.client as by from authorisations h where h.id = a.id::bigint`,
  Override: `select h.operator_id, ${NO_RECORD}, ${NOT_SENT} from overrules h where h.id = a.id::bigint`,
  Objection: `select h.operator_id, ${NO_RECORD}, h.feed, null as by from objections h where h.id = a.id::bigint`,
  Delivery: `select ${TOLD('h.subject_id')} as operator_id, ${NO_RECORD}, ${NOT_SENT} from deliveries h where h.id = a.id::bigint`,
  Discrepancy: `select ${TOLD('h.key::uuid')} as operator_id, ${NO_RECORD}, ${NOT_SENT} from findings h where h.id = a.id::int`,
  Unmatched: `select coalesce((select d.operator_id from identity_decisions d where d.id = h.decision_id), h.proposed_operator) as operator_id,
    ${NO_RECORD}, h.feed, null as by from unmatched h where h.id = a.id::bigint`,
  IdentityDecision: `select h.operator_id, ${NO_RECORD}, h.feed, null as by from identity_decisions h where h.id = a.id::bigint`,
  Reject: `select null::int as operator_id, ${NO_RECORD}, h.feed, r.asked_by as by from rejects h join runs r on r.id = h.run_id where h.id = a.id::bigint`,
} as const
export type AuthorizedType = keyof typeof HEADS

export const isAuthorizedType = (type: string): type is AuthorizedType => Object.hasOwn(HEADS, type)

export const authorizationRows = (db: Db, type: AuthorizedType, keys: readonly string[]): Promise<AuthorizationRow[]> =>
  queryRows(
    db,
    `select h.operator_id as "operatorId", o.uscc, o.shop, o.region, h.kind, h.stands, h.feed, h.by
     from unnest(:keys::text[]) with ordinality as a(id, place)
     left join lateral (${HEADS[type]}) h on true
     left join operators p on p.id = h.operator_id left join operators o on o.id = coalesce(p.merged_into, p.id)
     order by a.place /* heads.of ${type} */`,
    { keys: [...keys] },
  )
