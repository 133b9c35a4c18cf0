/**
 * A snapshot of the public list: the text of an entry, its salted hash, and the chain. Whoever holds the entries of a sequence
 * can work out its hash; whoever holds only (id, hash, from, to) can too, after every body and its salt are gone.
 */
import { createHash } from 'node:crypto'
import { isAhead } from '../../foundation/time/clock-doubt.js'
import type { Head } from '../audit/audit-log.js'
import { canonical, type Json } from '../records/records.js'

/** How snapshots are chained and their files written. A new form makes a new snapshot of an unchanged list. */
export const FORM = 4
export const FIRST_HASH = '0'.repeat(64)
/** Longest time that a manifest holds, milliseconds: after it whoever has a copy asks again. */
const VALID_MS = 86_400_000
/** A manifest with less left than this is signed anew, milliseconds. */
const RENEW_MS = VALID_MS / 2
const ZONE = '+08:00'

export interface Sealed {
  /** JSON of the entry as every file is written from it: canonical, its salt in it, and the hash of all that at its end. */
  line: string
  hash: string
}

/** The hash is of the line without its last member: of the canonical JSON of all else in the entry. */
export const sealed = (body: Record<string, unknown>, salt: string): Sealed => {
  const text = canonical({ ...body, salt } as Record<string, Json>)
  const hash = createHash('sha256').update(text).digest('hex')
  return { line: `${text.slice(0, -1)},"hash":"${hash}"}`, hash }
}

export interface Member {
  id: string
  hash: string
  /** First and last day on which it is public; `to` is null where no end is fixed. */
  from: string
  to: string | null
}

/** How the text begins of which the hash of a sequence is the SHA-256; a line of each entry follows, in order of id. */
export const chainHead = (sequence: number, previousHash: string): string => `${sequence}\n${previousHash}\n`
export const chainLine = ({ id, hash, from, to }: Member): string => `${id} ${hash} ${from} ${to ?? '-'}\n`

export interface Chain {
  add: (member: Member) => void
  end: () => string
}

/** SHA-256 over the sequence, the hash before it, and each entry's id, salted hash, from and to, in order of id. */
export const chain = (sequence: number, previousHash: string): Chain => {
  const hash = createHash('sha256').update(chainHead(sequence, previousHash))
  return {
    add: (member) => void hash.update(chainLine(member)),
    end: () => hash.digest('hex'),
  }
}

export interface FileSaid {
  path: string
  sha256: string
  bytes: number
  entries: number
}

export interface Manifest {
  sequence: number
  previousHash: string
  publishedAt: string
  validUntil: string
  /** The head of the trail of answers when it was signed; null: nothing was answered yet, or it is a manifest of one answer. */
  trail: Head | null
  files: readonly FileSaid[]
}

/** A day at most, and never past the last day of the entry that ends first. */
export const validUntil = (now: Date, firstEnd: string | null): Date => {
  const latest = now.getTime() + VALID_MS
  const end = firstEnd === null ? latest : Date.parse(`${firstEnd}T24:00:00${ZONE}`)
  return new Date(Math.min(latest, end))
}

/** Whether a manifest holds for longer than one signed now could: it was signed while a clock was ahead. */
export const holdsTooLong = (until: Date, now: Date): boolean => isAhead(until, new Date(now.getTime() + VALID_MS))

/** Whether it is time to sign again; not where nothing would be gained by it. */
export const dueAgain = (until: Date, now: Date, firstEnd: string | null): boolean =>
  holdsTooLong(until, now) ||
  (until.getTime() - now.getTime() < RENEW_MS && validUntil(now, firstEnd).getTime() > until.getTime())
