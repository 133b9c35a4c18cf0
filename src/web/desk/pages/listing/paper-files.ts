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

export const uploadPaper = async (paper: PaperUpload, file: File): Promise<void> => {
  const init = { method: 'POST', headers: { 'Content-Type': 'application/octet-stream' }, body: file }
  const answer = await fetchSignedIn(`/v1/papers?${new URLSearchParams({ ...paper })}`, init)
  if (answer.ok) return
  const { error } = (await answer.json()) as { error?: { code: string; message: string } }
  throw { code: error?.code ?? 'FAULT', detail: error?.message ?? '' }
}
