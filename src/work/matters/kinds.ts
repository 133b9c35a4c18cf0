import { hash } from 'node:crypto'
import type { RuleFault } from '../../domain/calendar/dated-rows.js'
import { makeClockTable } from '../../domain/matters/clocks.js'
import type { MatterKind } from '../../domain/matters/kind.js'
import { checkMatterKinds } from '../../domain/matters/kind-check.js'
import { checkMeasureKind, MEASURE_KIND } from '../../domain/matters/measures.js'
import {
  checkOrganisations,
  findOrganisation,
  type Organisation,
  type OrganisationRow,
  seatOf,
} from '../../domain/matters/seats.js'
import { nameOfDivisionIn } from '../../domain/operators/places.js'
import { canonicalJson, type Json } from '../../domain/records/records.js'
import * as contracts from '../../foundation/contracts.js'
import { schemaDocument } from '../../foundation/contracts.js'
import { Refusal } from '../../foundation/errors.js'
import { makeOnce, memoByObject } from '../../foundation/memo.js'
import type { BilingualText } from '../../foundation/text/words.js'
import type { Db, Tx } from '../../store/db/db.js'
import * as store from '../../store/matters/matters.js'
import { readRulesFile } from '../calendar/rules.js'

const VERSION_CHARACTERS = 16
const FOLDER = 'matters'
const CONTRACT = 'contracts/matter-kind'
const NO_KINDS: readonly string[] = ['organisations.json', 'clue-channel.json']

export interface MatterKindFile {
  /** File name, whose stem is the kind's name. */
  file: string
  content: unknown
}

const readFiles = (): MatterKindFile[] =>
  contracts
    .listSchemaFiles(FOLDER)
    .filter((file) => file.endsWith('.json') && !NO_KINDS.includes(file))
    .map((file) => ({ file, content: contracts.schemaDocument(`${FOLDER}/${file}`) }))

export const versionOfKind = memoByObject((kind: MatterKind): string =>
  hash('sha256', canonicalJson(kind as unknown as Json)).slice(0, VERSION_CHARACTERS),
)

export const kindAsBegun = async (
  db: Db | Tx,
  { kind, kindVersion }: { kind: string; kindVersion: string },
): Promise<MatterKind> => {
  const present = readMatterKinds().get(kind)
  if (present !== undefined && versionOfKind(present) === kindVersion) return present
  const begun = await store.kindContent(db, kind, kindVersion)
  if (begun === null) throw new Error(`the kind ${kind} ${kindVersion} is not kept`)
  return begun as MatterKind
}

export const readClockTable = makeOnce(() => makeClockTable(readMatterKinds().values()))

export const findMatterKindFaults = (files: readonly MatterKindFile[]): RuleFault[] => {
  const shaped = files.flatMap(({ file, content }): RuleFault[] => {
    const faults = contracts.contractCheck(CONTRACT)(content)
    if (faults.length > 0)
      return faults.map(({ field, message }) => ({ place: `${file} ${field}`, reason: `格式不符。${message}` }))
    const { kind } = content as MatterKind
    return file === `${kind}.json`
      ? []
      : [{ place: file, reason: '文件名与种类不符。The file has another name than its kind.' }]
  })
  if (shaped.length > 0) return shaped
  const kinds = files.map(({ content }) => content as MatterKind)
  const lines = new Set(readOrganisations().map(({ line }) => line))
  return [
    ...checkMatterKinds(kinds, lines),
    ...kinds.filter(({ kind }) => kind === MEASURE_KIND).flatMap(checkMeasureKind),
  ]
}

/** Other kinds are missed where they are used; without this one entries would be published without measures. */
export const findMissingKind = (files: readonly Pick<MatterKindFile, 'file'>[]): RuleFault[] => {
  const place = `${MEASURE_KIND}.json`
  const reason =
    '缺少此文件，请放回。要停用惩戒措施，请清空 rules/measures.json 的 organisations。The file is missing, put it back; to order no measures, empty organisations in rules/measures.json.'
  return files.some(({ file }) => file === place) ? [] : [{ place, reason }]
}

/** Refusal RULES_BROKEN names every fault and stops the start. */
export const readMatterKinds = makeOnce((): ReadonlyMap<string, MatterKind> => {
  const files = readFiles()
  const faults = [...findMatterKindFaults(files), ...findMissingKind(files)]
  if (faults.length > 0) {
    const told = faults.map(({ place, reason }) => `${place} ${reason}`)
    throw new Refusal('RULES_BROKEN', { file: `schema/${FOLDER}`, faults: told.join('; ') })
  }
  return new Map(files.map(({ content }) => [(content as MatterKind).kind, content as MatterKind]))
})

export const readOrganisations = makeOnce(
  (): readonly OrganisationRow[] =>
    readRulesFile<{ organisations: OrganisationRow[] }>(
      'matters/organisations',
      'contracts/organisations',
      ({ organisations }) => checkOrganisations(organisations),
    ).organisations,
)

export const nameOfDivision = (code: string): string | null =>
  nameOfDivisionIn(schemaDocument('words/divisions.json') as Record<string, string>, code)

/** Agencies for accounts: those with feeds and those with seats. */
export const listAgencyIds = (agencies: readonly { id: string }[]): string[] => [
  ...new Set([...agencies.map(({ id }) => id), ...readOrganisations().map(({ agency }) => agency)]),
]

export const listOrganisationsIn = (region: string, day: string): Organisation[] => {
  const agencies = new Set(readOrganisations().map(({ agency }) => agency))
  return [...agencies].flatMap((agency) => organisationOfSeat(`${agency}@${region}`, day) ?? [])
}

/** An account of another place is named as its own organisation, not as the agency here. */
export const nameOfAgencyIn = (
  agencies: readonly { id: string; name: BilingualText }[],
  { agency, region }: { agency: string | null; region: string | null },
  day: string,
): BilingualText | null => {
  const seat = seatOf({ role: 'agency', sub: null, agency, region })
  const found = seat === null ? null : organisationOfSeat(seat, day)
  return found ? { zh: found.zh, en: found.en } : (agencies.find(({ id }) => id === agency)?.name ?? null)
}

export const organisationOfSeat = (
  seat: string,
  day: string,
  organisations = readOrganisations(),
): Organisation | null => findOrganisation(organisations, seat, day, nameOfDivision)
