import type { Tx } from '../../store/db/db.js'
import * as snapshots from '../../store/publication/snapshots.js'

const DELTAS_KEPT = 2_000
/** With more changes the whole list is shorter. */
const DELTA_MOST = 20_000
const SNAPSHOT = '/data/blacklist.json'
const SEQUENCE = /^(?:0|[1-9]\d{0,8})$/

export interface DeltaRefusal {
  refused: { status: number; code: string; title: string; detail: string; snapshot?: string }
}

/** Needs a repeatable read transaction in which `last` is the current, complete snapshot. */
export const readDelta = async (
  tx: Tx,
  { snapshot: last, gone = [] }: { snapshot: snapshots.Snapshot; gone?: readonly string[] },
  { since, today }: { since: unknown; today: string },
): Promise<{ text: string; from: number; entries: number; names: number } | DeltaRefusal> => {
  if (typeof since !== 'string' || !SEQUENCE.test(since) || Number(since) > last.sequence)
    return sequenceInvalid(last.sequence)
  const from = Number(since)
  const first = (await snapshots.findFirstSaltedSequence(tx)) ?? last.sequence
  // Snapshots before `first` hold unsalted hashes, which cannot be compared.
  if (from < last.sequence - DELTAS_KEPT || (from < first && first > 1)) return tooOld(from)
  // `before` is null when a restore from an older backup has lost this snapshot.
  const before = from === 0 ? 0 : await snapshots.countSnapshotEntries(tx, from)
  // The difference in size is a lower bound of the changes.
  if (before === null || Math.abs(last.entries - before) > DELTA_MOST) return tooOld(from)
  const net = await snapshots.findNetChanges(tx, from, last.sequence, DELTA_MOST + 1)
  if (net.length > DELTA_MOST) return tooOld(from)
  // Entries that left the list since the snapshot are reported as removed.
  const [left, known] = [new Set(gone), new Set(net.map(({ id }) => id))]
  const found = [
    ...net.map((one) => (left.has(one.id) ? { ...one, after: null } : one)),
    ...gone.flatMap((id) => (known.has(id) ? [] : { id, before: '', after: null, line: null, removedOn: today })),
  ].filter(({ before, after }) => before !== null || after !== null)
  const texts = (of: readonly snapshots.NetChange[]) => of.map(({ line }) => lineText(line)).join(',')
  const stays = found.filter(({ after }) => after !== null)
  const added = texts(stays.filter(({ before }) => before === null))
  const changed = texts(stays.filter(({ before }) => before !== null))
  const removed = found.filter(({ after }) => after === null).map(({ id, removedOn }) => ({ id, removedOn }))
  const text = `{"from":${from},"to":${last.sequence},"added":[${added}],"changed":[${changed}],"removed":${JSON.stringify(removed)}}\n`
  return { text, from, entries: found.length, names: stays.length }
}

const lineText = (line: string | null): string => {
  if (line === null) throw new Error('an entry of a snapshot that may be served has no text')
  return line
}

const sequenceInvalid = (last: number): DeltaRefusal => {
  const detail = `since 应为 0 至 ${last} 的期号。since must be the number of a sequence, at most ${last}.`
  return { refused: { status: 400, code: 'INPUT_INVALID', title: 'Bad Request', detail, snapshot: SNAPSHOT } }
}

const tooOld = (from: number): DeltaRefusal => {
  const detail = `第 ${from} 期过旧或已不可考，请取全量 ${SNAPSHOT}。Sequence ${from} is too old or is not known any more; take the whole list at ${SNAPSHOT}.`
  return { refused: { status: 410, code: 'DELTA_TOO_OLD', title: 'Gone', detail, snapshot: SNAPSHOT } }
}
