import { fetchSignedIn } from '../../session/session.js'
import { fetchWithProgress, type SentListener } from '../../session/upload-progress.js'

export interface UploadRequest {
  feed: string
  file: File
  dated: string
  full: boolean
}

export interface PreviewRecord {
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
  remarks: { field: string; rule: string; message: string }[]
}

export interface PreviewFault {
  page: number | null
  row: number
  problems: { field: string | null; heading?: string; rule: string; message: string }[]
  item: Record<string, unknown>
}

export interface FilePreview {
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
  /** Items with a code whose check digit does not match. */
  wrongDigits: number
  records: PreviewRecord[]
  faults: PreviewFault[]
  rules: { rule: string; count: number }[]
}

export interface UploadResult {
  feed: string
  received: number
  new: number
  changed: number
  unchanged: number
  rejected: number
  unmatched: number
  ms: number
  run: number
  rejects: string
}

export interface UploadRefusal {
  code: string
  detail: string
  rejects: string | null
  headings: string[]
  requestId?: string
}

export const globalRunId = (run: number): string =>
  btoa(`Run:${run}`).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')

export interface UploadControls {
  signal: AbortSignal
  onSent: SentListener
}

const send = async <T>(
  { feed, file, dated, full }: UploadRequest,
  preview: boolean,
  { signal, onSent }: UploadControls,
): Promise<T> => {
  const query = new URLSearchParams({ name: file.name, ...(dated && { dated }), ...(full && { full: 'true' }) })
  if (preview) query.set('preview', 'true')
  const init = { method: 'POST', headers: { 'Content-Type': 'application/octet-stream' }, body: file, signal }
  const answer = await fetchSignedIn(`/v1/feeds/${encodeURIComponent(feed)}?${query}`, init, fetchWithProgress(onSent))
  const body = (await answer.json()) as T & {
    error?: { code: string; message: string; details?: { read?: string[]; requestId?: string } }
    rejects?: string
  }
  if (answer.ok) return body
  const requestId = body.error?.details?.requestId
  const refused: UploadRefusal = {
    code: body.error?.code ?? 'FAULT',
    detail: body.error?.message ?? '',
    rejects: body.rejects ?? null,
    headings: (body.error?.details?.read ?? []).filter((name) => name !== '…'),
    ...(requestId && { requestId }),
  }
  throw refused
}

export const previewUpload = (asked: UploadRequest, underWay: UploadControls): Promise<FilePreview> =>
  send(asked, true, underWay)
export const uploadFile = (asked: UploadRequest, underWay: UploadControls): Promise<UploadResult> =>
  send(asked, false, underWay)
