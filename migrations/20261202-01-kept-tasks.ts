import type { Knex } from 'knex'

export const rollOut = 'before'

const HEARD = `'NOTIFIED', 'DEFENCE', 'HEARING'`

/** Open tasks of a keeper's cases by index, so that a page of them is read without the rest. The expressions are those of store/worklist/case-tasks. */
export const up = async (tx: Knex): Promise<void> => {
  await tx.raw(`
    create index listings_kept_task on listings (keeper, (case
      when state in ('LEAD', 'PROPOSED', ${HEARD}) and (facts->>'returned' is not null) then 'MEND'
      when state in ('LEAD') and not (coalesce((facts->>'decisionLinked')::boolean, false)) then 'LINK_DECISION'
      when state in ('LEAD') then 'PROPOSE'
      when state in ('PROPOSED') then 'NOTIFY'
      when state in (${HEARD}) and (coalesce((facts->>'defenceOpen')::boolean, false)) then 'ANSWER_DEFENCE'
      when state in (${HEARD}) and (coalesce((facts->>'hearingAsked')::boolean, false) and facts->>'hearingOn' is null) then 'HOLD_HEARING'
      when state in (${HEARD}) then 'REVIEW'
      when state in ('REVIEWED', 'CONSENTED') then 'DECIDE'
      when state in ('DECIDED') then 'SERVE'
      when state in ('SERVED') then 'PUBLISH'
      when state in ('HIDDEN') and not (facts->'hiding'->>'confirmedBy' is not null) then 'CONFIRM_HIDING'
      when state in ('HIDDEN') then 'RESOLVE_HIDING' end), created_at)
      where state in ('LEAD', 'PROPOSED', ${HEARD}, 'REVIEWED', 'CONSENTED', 'DECIDED', 'SERVED', 'HIDDEN') and wrong_from is null and keeper is not null;
    create index listings_kept_repair_task on listings (keeper, (case
      when state in ('REPAIR_APPLIED', 'HIDDEN') and (facts->>'repair' is not null) and not (facts->'repair'->>'acceptedOn' is not null)
        then 'ACCEPT_REPAIR'
      when state in ('REPAIR_APPLIED', 'HIDDEN') and (facts->>'repair' is not null) then 'DECIDE_REPAIR' end), created_at)
      where state in ('REPAIR_APPLIED', 'HIDDEN') and wrong_from is null and keeper is not null;
  `)
}

export const down = async (tx: Knex): Promise<void> => {
  await tx.raw('drop index listings_kept_task; drop index listings_kept_repair_task')
}
