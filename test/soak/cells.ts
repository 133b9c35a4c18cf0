/**
 * Hostile cells: one field of a sample item gets a long run of blanks, commas, digits, brackets, quotes or line ends.
 * Mapping must stay cheap for any length.
 */
import type { AgencyFeed } from '../../src/agencies/feed.js'
import { redactIdNumbers } from '../../src/domain/records/privacy.js'
import type { Json, SourceItem } from '../../src/domain/records/records.js'
import { draftsOfItem } from '../../src/work/intake/read.js'
import { context, feedOf, itemsOf, SAMPLES, sample } from '../agencies/samples.js'
import { type Random, randomOf } from './random.js'

/** Longest cell that a reader returns, characters. */
const LONGEST = 262_144
/** Processor time of one item, ms. */
const SLOW_MS = 200
/** A slow item is measured again, because a garbage collection may fall into it. */
const TRIES = 3

/** Separators of patterns. Each once caused quadratic backtracking. */
const SIGNS = [
  ...[
    ' ',
    '\u3000',
    '\t ',
    ',',
    '，',
    ';',
    '、',
    '/',
    '-',
    '— ',
    '|',
    '║',
    ':',
    '.',
    '\n',
    '\n ',
    '0',
    '20',
    '1 ',
    '1,',
  ],
  ...['(', '（', ')', '（)', '〔', '[', '<', '"', '“', "'"],
] as const
/** Prefixes that patterns look for. */
const WORDS = [
  ...['〔2025', '<a', '&#4', '甲', '甲 ', '侵犯', '伪造', '禁止从事', '虚假', '没收', '罚款1', '逾期', '民国', '年1月'],
  ...['220102', '22010219800101', 'X', 'A1', '\u200b', '\ud83d\ude00', '\ufffd', ';\n', '{'],
] as const

export interface Cell {
  title: string
  feed: AgencyFeed
  item: SourceItem
}

/** Returns the n-th case. `items` are sample items of every feed. */
export const cellOf = (items: readonly Sampled[], seed: number, n: number): Cell => {
  const random = randomOf(seed * 1_000_003 + n)
  const { feed, item } = random.one(items)
  const path = random.one(textsIn(item.fields))
  const length = Math.max(1, Math.round(Math.exp((random.below(1_000_000) / 1_000_000) * Math.log(LONGEST))))
  const filler = random.chance(0.7) ? random.one(SIGNS) : random.one(WORDS)
  const sent = String(at(item.fields, path) ?? '')
  const run = textOf(random, filler, length)
  const text = random
    .one([run, sent + run, run + sent, `甲${run}乙`, `甲${run}乙\n丙`, `${sent}${run}${sent}\n${sent}`])
    .slice(0, LONGEST)
  return {
    title: `${feed.id} ${path.join('/')}: ${text.length} characters of ${JSON.stringify(filler)}`,
    feed,
    item: { ...item, fields: replaced(item.fields, path, text) as SourceItem['fields'] },
  }
}

/** Mostly one filler, sometimes with another sign mixed in. */
const textOf = (random: Random, filler: string, length: number): string => {
  const run = filler.repeat(Math.ceil(length / filler.length)).slice(0, length)
  if (random.chance(0.7)) return run
  const at = random.below(run.length + 1)
  return run.slice(0, at) + random.one(SIGNS) + run.slice(at)
}

type Path = readonly string[]

/** Paths of all scalar fields. */
const textsIn = (node: unknown, path: Path = []): Path[] =>
  node !== null && typeof node === 'object'
    ? Object.entries(node).flatMap(([name, part]) => textsIn(part, [...path, name]))
    : [path]

const at = (node: unknown, path: Path): unknown =>
  path.reduce<unknown>((inner, name) => (inner as Record<string, unknown>)[name], node)

const replaced = (node: unknown, path: Path, text: string): Json => {
  const [name, ...rest] = path
  if (name === undefined) return text
  const copy = (Array.isArray(node) ? [...node] : { ...(node as object) }) as Record<string, Json>
  copy[name] = replaced(copy[name], rest, text)
  return copy as Json
}

export interface Sampled {
  feed: AgencyFeed
  item: SourceItem
}

export const sampled = async (): Promise<Sampled[]> => {
  const found: Sampled[] = []
  for (const [id, names] of Object.entries(SAMPLES)) {
    for (const name of names) {
      for (const item of await itemsOf(id, sample(name))) found.push({ feed: feedOf(id), item })
    }
  }
  return found
}

const pseudonymOf = (): string => 'p'

/** Takes an item as intake does: redacts ID numbers, maps, and checks the contract. */
const taken = ({ feed, item }: Cell): void => {
  const fields = redactIdNumbers(item.fields, pseudonymOf, feed.exempt)
  draftsOfItem(feed, { ...item, fields }, context, pseudonymOf)
}

const processorMs = (act: () => void): number => {
  const before = process.cpuUsage()
  act()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1_000
}

export interface SoakedCells {
  ok: boolean
  cells: number
  slowest: { title: string; ms: number }
  slow: { title: string; ms: number }[]
}

export const soakCells = async ({
  runs,
  seed,
  progress,
}: {
  runs: number
  seed: number
  progress: (done: number) => void
}): Promise<SoakedCells> => {
  const items = await sampled()
  const soaked: SoakedCells = { ok: true, cells: 0, slowest: { title: '', ms: 0 }, slow: [] }
  for (let n = 0; n < runs; n += 1) {
    const cell = cellOf(items, seed, n)
    let ms = processorMs(() => taken(cell))
    for (let again = 1; again < TRIES && ms > SLOW_MS; again += 1)
      ms = Math.min(
        ms,
        processorMs(() => taken(cell)),
      )
    soaked.cells += 1
    if (ms > soaked.slowest.ms) soaked.slowest = { title: cell.title, ms: Math.round(ms) }
    if (ms > SLOW_MS) soaked.slow.push({ title: cell.title, ms: Math.round(ms) })
    progress(soaked.cells)
  }
  soaked.ok = soaked.slow.length === 0
  return soaked
}
