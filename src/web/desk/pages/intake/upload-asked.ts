/** A file sent to the hub: to be looked at, or to be taken in. Its bytes go as they are. */
import { type OnSent, sending } from '../../session/sending.js'
import { ask } from '../../session/session.js'

export interface Asked {
  feed: string
  file: File
  /** The day on which it holds true; empty: not said. */
  dated: string
  full: boolean
}

export interface Brought {
  effect: 'NEW' | 'CHANGED' | 'UNMATCHED'
  kind: string
  key: string
  page: number | null
  row: number
  name: string | null
  code: string | null
  body: Record<string, unknown>
  before: Record<string, unknown> | null
  reason: string | null
}

export interface Fault {
  page: number | null
  row: number
  problems: { field: string | null; heading?: string; rule: string; message: string }[]
  item: Record<string, unknown>
}

export interface Preview {
  feed: string
  received: number
  new: number
  changed: number
  unchanged: number
  rejected: number
  unmatched: number
  ended: number
  full: boolean
  refused: string | null
  records: Brought[]
  faults: Fault[]
  rules: { rule: string; count: number }[]
}

export interface Taken {
  feed: string
  received: number
  new: number
  changed: number
  unchanged: number
  rejected: number
  unmatched: number
  ms: number
  run: number
  /** Address of the row-level result. */
  rejects: string
}

/** What was refused, as `Refusal` shows it; with the run that tells which rows were bad. */
export interface Refused {
  code: string
  detail: string
  rejects: string | null
  /** Headings that were read, where they are unknown. */
  headings: string[]
}

export const globalRun = (run: number): string =>
  btoa(`Run:${run}`).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')

/** How it goes on, and how it is given up. */
export interface UnderWay {
  signal: AbortSignal
  onSent: OnSent
}

const send = async <T>(
  { feed, file, dated, full }: Asked,
  preview: boolean,
  { signal, onSent }: UnderWay,
): Promise<T> => {
  const query = new URLSearchParams({ name: file.name, ...(dated && { dated }), ...(full && { full: 'true' }) })
  if (preview) query.set('preview', 'true')
  const init = { method: 'POST', headers: { 'Content-Type': 'application/octet-stream' }, body: file, signal }
  const answer = await ask(`/v1/feeds/${encodeURIComponent(feed)}?${query}`, init, sending(onSent))
  const body = (await answer.json()) as T & {
    error?: { code: string; message: string; details?: { read?: string[] } }
    rejects?: string
  }
  if (answer.ok) return body
  const refused: Refused = {
    code: body.error?.code ?? 'FAULT',
    detail: body.error?.message ?? '',
    rejects: body.rejects ?? null,
    headings: (body.error?.details?.read ?? []).filter((name) => name !== '…'),
  }
  throw refused
}

export const previewOf = (asked: Asked, underWay: UnderWay): Promise<Preview> => send(asked, true, underWay)
export const takeIn = (asked: Asked, underWay: UnderWay): Promise<Taken> => send(asked, false, underWay)
