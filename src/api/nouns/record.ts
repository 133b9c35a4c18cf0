/** Records: what an agency said, with its source. */
import { KINDS_SEEN } from '../../domain/viewer.js'
import type { Version } from '../../store/versions.js'
import { type Context, seesRemoved, spend, viewerOn } from '../context.js'
import { cursorOf, globalId } from '../ids.js'

export const recordView = (context: Context, version: Version) => {
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
    source: { run: globalId('Run', version.run), file: version.file, page: version.page, row: version.row },
  }
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
