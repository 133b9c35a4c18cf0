/** Records: what an agency said, with its source. */
import { KINDS_SEEN } from '../../domain/viewer.js'
import type { Version, When } from '../../store/versions.js'
import { type Context, seesRemoved, spend, viewerOn, whenOf } from '../context.js'
import { cursorOf, globalId } from '../ids.js'

/** `when`: the day and knowledge with which it is looked at; now when absent. */
export const recordView = (context: Context, version: Version, when: When = whenOf(context, {})) => {
  spend(context)
  const { parts } = context
  const agency = parts.agencies.find((each) => each.sends.includes(version.feed))
  return {
    __typename: 'Record' as const,
    id: globalId('Record', version.id),
    cursor: cursorOf(version.id),
    kind: version.kind,
    feed: version.feed,
    agency: agency?.id ?? version.feed,
    agencyName: agency?.name ?? { zh: version.feed, en: version.feed },
    body: version.body,
    findings: version.findings,
    validFrom: version.validFrom,
    validTo: version.validTo,
    knownFrom: version.knownFrom,
    source: sourceOf(version),
    sources: () => sourcesOf(context, version, when),
  }
}

const sourceOf = ({ run, file, page, row }: Version) => ({ run: globalId('Run', run), file, page, row })

/** Everyone who told this fact about this operator, as far as this viewer may see it. */
const sourcesOf = async (context: Context, version: Version, when: When) => {
  const { operatorId: operator, kind, fact } = version
  if (operator === null || fact === null) return [sourceOf(version)]
  const owner = await context.load.operator(operator)
  const viewer = viewerOn(context, owner)
  const all = await context.load.sources({ operator, when, kinds: [kind], removed: seesRemoved(viewer) })
  const same = all.filter((source) => source.fact === fact)
  return (same.some(({ id }) => id === version.id) ? same : [version, ...same]).map(sourceOf)
}

/** Null alike for what is not there and what is not for this viewer. */
export const recordById = async (context: Context, id: number) => {
  const version = await context.load.record(id)
  if (version === null) return null
  const operator = version.operatorId === null ? null : await context.load.operator(version.operatorId)
  const viewer = viewerOn(context, operator)
  const visible = KINDS_SEEN[viewer.role].includes(version.kind) && (version.stands || seesRemoved(viewer))
  return visible ? recordView(context, version) : null
}
