import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { AgencyFeed, MappingContext } from '../../src/agencies/feed.js'
import { feeds } from '../../src/agencies/index.js'
import type { ItemProblem, RecordDraft, SourceItem } from '../../src/domain/records/records.js'
import { isRefusal } from '../../src/foundation/errors.js'

export const TODAY = '2026-11-25'
export const context: MappingContext = { dated: null, today: TODAY }

/** Samples of every feed, at least one each. */
export const SAMPLES: Record<string, string[]> = {
  registry: ['registry.json', 'registry.csv', 'search.json'],
  individuals: ['individuals.json', 'individuals.csv'],
  quality: ['quality.xlsx', 'herbal.csv'],
  food: ['food.xlsx'],
  recalls: ['recalls.json', 'recalls-consumers.jsonl', 'recalls-alerts.json', 'recalls-events.json'],
  abnormal: ['abnormal.json', 'abnormal.csv'],
  standards: ['standards.json', 'standards.csv'],
  commitments: ['commitments.json', 'commitments.csv'],
  dishonest: ['dishonest.json', 'dishonest.csv'],
  trademarks: ['trademarks.xml', 'trademarks.csv'],
  icp: ['icp.json', 'icp.csv'],
  shops: ['shops.jsonl', 'shops.csv'],
  trustmarks: ['trustmarks.csv'],
  ratings: ['ratings.csv'],
  penalties: [
    'penalties.csv',
    'penalties-2015.xml',
    'penalties-labels.csv',
    'penalties-template.xlsx',
    'penalties-city.json',
    'penalties-mirror.json',
  ],
  permits: ['permits.csv', 'permits-2015.xml', 'permits-template.xlsx'],
  repairs: ['repairs.json', 'repairs.csv'],
  defaulters: ['defaulters.json'],
}

export const sample = (name: string): string => resolve('test/samples', name)

export const feedOf = (id: string): AgencyFeed => {
  const feed = feeds.get(id)
  if (!feed) throw new Error(`no feed ${id}`)
  return feed
}

let folder: string | undefined
let written = 0
export const fileOf = (bytes: string | Buffer): string => {
  folder ??= mkdtempSync(join(tmpdir(), 'hub-agencies-'))
  written += 1
  const path = join(folder, `${written}.dat`)
  writeFileSync(path, bytes)
  return path
}

export const itemsOf = async (id: string, path: string, reader?: string): Promise<SourceItem[]> => {
  const items: SourceItem[] = []
  for await (const item of feedOf(id).read(path, reader === undefined ? {} : { reader })) items.push(item)
  return items
}

const samples = new Map<string, Promise<SourceItem[]>>()

/** Reads each sample once, and gives every caller a copy of its items. */
export const itemsOfSample = async (id: string, name: string): Promise<SourceItem[]> => {
  const items = samples.get(`${id} ${name}`) ?? itemsOf(id, sample(name))
  samples.set(`${id} ${name}`, items)
  return structuredClone(await items)
}

export const draftsOf = (id: string, item: SourceItem, given: MappingContext = context): RecordDraft[] => {
  const mapped = feedOf(id).map(item, given)
  if ('problems' in mapped) throw new Error(JSON.stringify(mapped.problems))
  return mapped.drafts
}

export const problemsOf = (id: string, item: SourceItem): ItemProblem[] => {
  const mapped = feedOf(id).map(item, context)
  return 'problems' in mapped ? mapped.problems : []
}

/** Returns the refusal's code; `none` on success. */
export const refusalOf = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work
    return 'none'
  } catch (error) {
    if (isRefusal(error)) return error.code
    throw error
  }
}
