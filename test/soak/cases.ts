/** The n-th document of a soak, its feed and the expectation. Deterministic by seed. */
import { readFileSync } from 'node:fs'
import type { AgencyFeed } from '../../src/agencies/feed.js'
import { feedOf, SAMPLES, sample } from '../agencies/samples.js'
import { bookOf, NAMES, recordsOf, soaked, TEXTS, textOf } from './documents.js'
import { MONSTERS } from './monsters.js'
import { BINARY_MUTATIONS, type Mutated, type Mutation, TEXT_MUTATIONS } from './mutations.js'
import { type Random, randomOf } from './random.js'

export interface Case {
  title: string
  feed: AgencyFeed
  make: () => Mutated
}

const MONSTER_EVERY = 40 // cases
const SAMPLE_SHARE = 0.4
/** Each workbook starts a thread. */
const WORKBOOK_SHARE = 0.05

export const caseOf = (seed: number, n: number): Case => {
  const random = randomOf(seed * 1_000_003 + n)
  if (n % MONSTER_EVERY === MONSTER_EVERY - 1) return monster(Math.floor(n / MONSTER_EVERY), random)
  const isWorkbook = random.chance(WORKBOOK_SHARE)
  return random.chance(SAMPLE_SHARE) ? ofSample(isWorkbook, random) : made(isWorkbook, random)
}

const monster = (nth: number, random: Random): Case => {
  const titles = Object.keys(MONSTERS)
  const title = titles[nth % titles.length] ?? ''
  return { title, feed: soaked, make: () => MONSTERS[title]?.(random) ?? { bytes: Buffer.alloc(0), marks: null } }
}

const BOOK = /\.xlsx?$/
const every = Object.entries(SAMPLES).flatMap(([id, names]) => names.map((name) => ({ id, name })))

const ofSample = (isWorkbook: boolean, random: Random): Case => {
  const { id, name } = random.one(every.filter(({ name }) => BOOK.test(name) === isWorkbook))
  const [title, mutation] = chosen(isWorkbook ? BINARY_MUTATIONS : TEXT_MUTATIONS, random)
  const make = (): Mutated => ({ ...mutation(readFileSync(sample(name)), random), marks: null })
  return { title: `${name}: ${title}`, feed: feedOf(id), make }
}

const made = (isWorkbook: boolean, random: Random): Case => {
  const records = recordsOf(random, true)
  if (isWorkbook) {
    const format = random.one(['xlsx', 'xls'] as const)
    const [title, mutation] = chosen(BINARY_MUTATIONS, random)
    return {
      title: `${format}: ${title}`,
      feed: soaked,
      make: () => mutation(bookOf(format, [NAMES, ...records]), random),
    }
  }
  const format = random.one(TEXTS)
  const [title, mutation] =
    format === 'csv' && random.chance(0.15) ? chosen(COLUMNS, random) : chosen(TEXT_MUTATIONS, random)
  return {
    title: `${format}: ${title}`,
    feed: soaked,
    make: () => mutation(Buffer.from(textOf(format, records, random)), random),
  }
}

const chosen = (mutations: Record<string, Mutation>, random: Random): [string, Mutation] =>
  random.one(Object.entries(mutations))

/** Mutates columns cell by cell. A cell with separators or quotes may cost only its own row. */
const ofCells =
  (change: (cells: string[], random: Random) => string[]): Mutation =>
  (bytes, random) => {
    const text = bytes.toString('utf8')
    const changed = text.split('\n').map((line) => (line === '' ? '' : change(line.split(','), random).join(',')))
    return TEXT_MUTATIONS['untouched']?.(Buffer.from(changed.join('\n')), random) ?? { bytes, marks: null }
  }

const COLUMNS: Record<string, Mutation> = {
  'swapped columns': ofCells(([first = '', second = '', ...rest]) => [second, first, ...rest]),
  'a column twice': ofCells((cells) => [...cells, cells[1] ?? '']),
  'rows cut or lengthened': ofCells((cells, random) =>
    random.chance(0.9) ? cells : random.chance(0.5) ? cells.slice(0, -1) : [...cells, '多'],
  ),
  'a column without a name': ofCells((cells) => [...cells, '']),
}
