/** A scorecard is read from schema/scorecards until first used or proposed; then the stored copy counts. */
import { hash } from 'node:crypto'
import { canonicalJson, type Json } from '../../domain/records/records.js'
import type { Scorecard } from '../../domain/scoring/scorecard.js'
import { checkScorecard } from '../../domain/scoring/scorecard-check.js'
import * as contracts from '../../foundation/contracts.js'
import { Refusal, reasonOf } from '../../foundation/errors.js'
import { findDuplicateKey } from '../../foundation/text/json.js'
import type { Db } from '../../store/db/db.js'
import * as store from '../../store/scoring/scorecards.js'

export const FIRST_CARD_IN_FORCE = store.FIRST_VERSION_IN_FORCE

export const loadScorecard = (version: string): Scorecard => {
  const known = listVersionsInFiles()
  if (!known.includes(version)) throw new Refusal('SCORECARD_UNKNOWN', { version, known: known.join(' ') })
  const { card, faults } = document(version)
  if (faults.length > 0) throw new Refusal('SCORECARD_BROKEN', { version, faults: faults.join('; ') })
  return card as Scorecard
}

export const listVersionsInFiles = (): string[] =>
  contracts.listSchemaFiles('scorecards').flatMap((file) => (file.endsWith('.json') ? file.replace(/\.json$/, '') : []))

export const listFaultlessVersions = (): string[] =>
  listVersionsInFiles().filter((version) => document(version).faults.length === 0)

interface ExaminedCard {
  card: unknown
  faults: readonly string[]
}

/** Reads the file each time: trials edit scorecards. Unchanged text is cached. */
const document = (version: string): ExaminedCard => {
  try {
    const text = contracts.schemaText(`scorecards/${version}.json`)
    const known = documents.get(version)
    if (known?.text === text) return known
    const card: unknown = JSON.parse(text)
    const twice = findDuplicateKey(text)
    const faults =
      twice === null ? listCardFaults(card, version) : [`JSON: 名称重复：${twice}。This name is given twice.`]
    documents.set(version, { text, card, faults })
    return { card, faults }
  } catch (error) {
    return { card: null, faults: [`JSON: ${reasonOf(error)}`] }
  }
}

const documents = new Map<string, ExaminedCard & { text: string }>()

export const listCardFaults = (card: unknown, version: string): string[] => {
  const shape = contracts.contractCheck('contracts/scorecard')(card)
  if (shape.length > 0) return shape.map((fault) => `${fault.field}: ${fault.message}`)
  const faults = checkScorecard(card as Scorecard).map((fault) => `${fault.place}: ${fault.reason}`)
  const named = (card as Scorecard).version === version
  return faults.length > 0 || named ? faults : ['version: 与文件名不一致。It is not the name of the file.']
}

export const findCardInForce = async (db: Db, on: string, knownAt?: Date): Promise<Scorecard> => {
  const adopted = await store.inForce(db, on, knownAt ?? null)
  return adopted ?? (await findCardOfVersion(db, FIRST_CARD_IN_FORCE))
}

export const findCardOfVersion = async (db: Db, version: string): Promise<Scorecard> =>
  (await store.byVersion(db, version)) ?? loadScorecard(version)

/** Refusal SCORECARD_CHANGED when the file differs from the stored scorecard. */
export const readCardToTry = async (db: Db, version: string): Promise<Scorecard> => {
  const known = await store.byVersion(db, version)
  const card = known !== null && !listVersionsInFiles().includes(version) ? known : loadScorecard(version)
  if (known !== null && hashCard(known) !== hashCard(card)) throw new Refusal('SCORECARD_CHANGED', { version })
  return card
}

export const findCardByHash = (db: Db, hash: string): Promise<Scorecard | null> => store.byHash(db, hash)

export const keepCard = async (tx: Db, card: Scorecard, now: Date): Promise<string> => {
  const { version } = card
  const stored = { hash: hashCard(card), card, now }
  if (!(await store.storeCard(tx, stored))) throw new Refusal('SCORECARD_CHANGED', { version })
  return stored.hash
}

const hashes = new WeakMap<Scorecard, string>()

export const hashCard = (card: Scorecard): string => {
  const known = hashes.get(card) ?? hash('sha256', canonicalJson(card as unknown as Json))
  hashes.set(card, known)
  return known
}
