import { may, maySeeRecord } from '../../domain/access/viewer.js'
import type { PointInTime, RecordVersion } from '../../store/records/versions.js'
import { choosePointInTime, type GraphqlContext, viewerTowards } from '../request/context.js'
import { makeCursor, makeGlobalId } from '../request/ids.js'
import { NO_ID } from '../request/viewer.js'

export const makeRecordView = (
  context: GraphqlContext,
  version: RecordVersion,
  when: PointInTime = choosePointInTime(context, {}),
) => {
  const { parts } = context
  const agency = parts.agencies.find((each) => each.sends.includes(version.feed))
  return {
    __typename: 'Record' as const,
    id: makeGlobalId('Record', version.id),
    cursor: makeCursor(version.id),
    operatorId: version.operatorId,
    kind: version.kind,
    feed: version.feed,
    agency: agency?.id ?? version.feed,
    agencyName: agency?.name ?? { zh: version.feed, en: version.feed },
    body: version.body,
    remarks: version.remarks,
    validFrom: version.validFrom,
    validTo: version.validTo,
    knownFrom: version.knownFrom,
    source: sourceOf(version),
    sources: () => sourcesOf(context, version, when),
  }
}

const sourceOf = ({ run, file, page, row }: RecordVersion) => ({ run: makeGlobalId('Run', run), file, page, row })

const sourcesOf = async (context: GraphqlContext, version: RecordVersion, when: PointInTime) => {
  const { operatorId: operator, kind, fact } = version
  if (operator === null || fact === null) return [sourceOf(version)]
  const owner = await context.load.operator(operator)
  const viewer = viewerTowards(context, owner)
  const all = await context.load.sources({ operator, when, kinds: [kind], removed: may(viewer, 'see_removed') })
  const same = all.filter((source) => source.fact === fact)
  return (same.some(({ id }) => id === version.id) ? same : [version, ...same]).map(sourceOf)
}

export const recordById = async (context: GraphqlContext, id: number) => {
  const version = await context.load.record(id)
  const viewer = viewerTowards(context, await context.load.operator(version?.operatorId ?? NO_ID))
  return version && maySeeRecord(viewer, version) ? makeRecordView(context, version) : null
}

export const resolveRecords = async (
  { records }: { records: readonly number[] },
  _: unknown,
  context: GraphqlContext,
) => {
  const versions = await Promise.all(records.map((id) => context.load.record(id)))
  return versions.flatMap((version) =>
    version && maySeeRecord(context.viewer, version) ? [makeRecordView(context, version)] : [],
  )
}
