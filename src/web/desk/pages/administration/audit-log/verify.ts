import type { BrokenRow } from '../../../../../domain/audit/walk.js'
import { fetchSignedIn } from '../../../session/session.js'

export interface VerificationResult {
  ok: boolean
  walked: number
  erased: number
  compared: number
  head: { number: number; hash: string } | null
  cuts: {
    after: number
    noted: number
    at: string
    excuse: 'FAILOVER' | 'RELEASED' | null
    isEnd: boolean
  }[]
  broken?: BrokenRow
  faults?: number
  ms: number
}

interface VerificationRefusal {
  error: { code: string; message: string }
}

/** Throws `{ code, detail }`, also when the stream ends early. */
export const fetchVerification = async (
  onProgress: (rows: number) => void,
  signal: AbortSignal,
): Promise<VerificationResult> => {
  const answer = await fetchSignedIn('/v1/trail/verification', { signal, headers: { Accept: 'text/event-stream' } })
  if (!answer.ok || answer.body === null) {
    const said = (await answer.json().catch(() => null)) as VerificationRefusal | null
    throw { code: said?.error.code ?? 'UNAVAILABLE', detail: said?.error.message ?? '' }
  }
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  for (;;) {
    const { done, value } = await reader.read()
    if (done) throw { code: 'VERIFICATION_CUT_OFF', detail: '校验没有完成就中断了，没有得出结果；请再校验一次。' }
    text += value
    const events = text.split('\n\n')
    text = events.pop() ?? ''
    for (const event of events) {
      const [, name, said] = /^event: (\w+)\ndata: (.*)$/s.exec(event) ?? []
      if (name === 'progress') onProgress((JSON.parse(said ?? '') as { rows: number }).rows)
      if (name === 'end') throw { code: 'DRAINING', detail: '枢纽正在停止或重新启动，校验没有完成；请稍后再校验一次。' }
      if (name === 'done') return JSON.parse(said ?? '') as VerificationResult
    }
  }
}
