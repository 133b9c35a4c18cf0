import { fetchSignedIn } from '../../session/session.js'

export const paperAddress = (id: string): string => `/v1/papers/${encodeURIComponent(id)}`

export const PAPER_MOST = 20 * 1024 * 1024

export interface PaperUpload {
  use: 'SIGNED' | 'MASKED'
  listing: string
  kind: string
  number?: string
  issuedOn?: string
}

export const uploadPaper = (paper: PaperUpload, file: File): Promise<void> =>
  sendBytes(`/v1/papers?${new URLSearchParams({ ...paper })}`, 'POST', file)

export const sendBytes = async (path: string, method: 'POST' | 'PUT', body: Blob): Promise<void> => {
  const answer = await fetchSignedIn(path, { method, headers: { 'Content-Type': 'application/octet-stream' }, body })
  if (answer.ok) return
  const { error } = (await answer.json()) as { error?: { code: string; message: string } }
  throw { code: error?.code ?? 'FAULT', detail: error?.message ?? '' }
}
