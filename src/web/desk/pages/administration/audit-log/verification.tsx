import { useApolloClient } from '@apollo/client/react'
import { Alert, Button, Progress } from 'antd'
import { useEffect, useRef, useState } from 'react'
import type { AuditFault, BrokenRow } from '../../../../../domain/audit/walk.js'
import { instantText } from '../../../pieces/dates.js'
import { LabelledField } from '../../../pieces/field.js'
import { formatNumber } from '../../../pieces/numbers.js'
import { RefusalNotice } from '../../../pieces/refusal.js'
import { fetchSignedIn } from '../../../session/session.js'
import { AuditLogSizeDocument } from './audit-log.generated.js'

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
const fetchVerification = async (
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

export const FAULT_WORDS: Record<AuditFault, string> = {
  MISSING: '自这一行起有行缺失。',
  ALTERED: '这一行的内容不是当初写下的：被改动过。',
  UNLINKED: '这一行与前一行的校验值不相连：前一行被换过，或有行被插入。',
  UNSEALED: '这一行没有密封，而它之前的行已有：不是枢纽写下的。',
  KEY_UNKNOWN: '密封这一行的密钥不在密钥目录中：无从核对。',
  ERASED: '这一行的内容未到期限就被抹去。',
  TAIL_MISSING: '末尾缺失：库外记下或已公布的行号，痕迹中没有。',
  REPLACED: '这一行与库外记下或已公布的校验值不同：整段被换过。',
  FORGED: '库中所存的签名不真：不是枢纽签下的。',
  FILE_LOST: '这一行的内容已移到存档文件，而文件缺失或损坏：请从备份恢复该文件。',
}

const EXCUSES = {
  FAILOVER: '随所在服务器丢失，时间线或系统标识已变',
  RELEASED: '恢复备份所致，已由人员确认',
  NONE: '无从解释',
}

type VerificationState =
  | { is: 'idle' }
  | { is: 'walking'; rows: number; of: number | null }
  | { is: 'done'; found: VerificationResult; at: string }
  | { is: 'failed'; error: unknown }

export const VerificationPanel = ({ onRow }: { onRow: (number: number) => void }) => {
  const apollo = useApolloClient()
  const [state, setState] = useState<VerificationState>({ is: 'idle' })
  const gone = useRef<AbortController>(null)
  useEffect(() => () => gone.current?.abort(), [])

  const walk = async () => {
    const own = new AbortController()
    gone.current = own
    setState({ is: 'walking', rows: 0, of: null })
    try {
      const { data } = await apollo.query({ query: AuditLogSizeDocument, fetchPolicy: 'no-cache' })
      const of = data?.auditLog.totalCount ?? null
      setState({ is: 'walking', rows: 0, of })
      const found = await fetchVerification((rows) => setState({ is: 'walking', rows, of }), own.signal)
      setState({ is: 'done', found, at: new Date().toISOString() })
    } catch (error) {
      setState(own.signal.aborted ? { is: 'idle' } : { is: 'failed', error })
    }
  }
  return (
    <section className="panel" aria-label="校验">
      <div className="page-title">
        <h2>校验</h2>
        {state.is === 'walking' ? (
          <Button onClick={() => gone.current?.abort()}>停止</Button>
        ) : (
          <Button type="primary" onClick={() => void walk()}>
            校验全部痕迹
          </Button>
        )}
      </div>
      {state.is === 'idle' && (
        <p className="soft">
          从第一行起逐行重算校验值，核对前后是否相连，并与库外记下的、已随名单公布的校验值比对。任何一行被改动、抽去或替换，都能发现。
        </p>
      )}
      {state.is === 'walking' && <Walking rows={state.rows} of={state.of} />}
      {state.is === 'failed' && <RefusalNotice of={state.error} onAgain={() => void walk()} />}
      {state.is === 'done' && <Result of={state.found} at={state.at} onRow={onRow} />}
    </section>
  )
}

const Walking = ({ rows, of }: { rows: number; of: number | null }) => (
  <div className="progress">
    <Progress
      percent={of ? Math.min(100, Math.floor((rows / of) * 100)) : 0}
      status="active"
      aria-label="校验的进度"
      showInfo={of !== null}
    />
    <p role="status">
      已校验 {formatNumber(rows)} 行{of === null ? '' : `，共约 ${formatNumber(of)} 行`}…
    </p>
  </div>
)

const Result = ({ of, at, onRow }: { of: VerificationResult; at: string; onRow: (number: number) => void }) => (
  <div role="status">
    {of.broken ? (
      <Alert
        type="error"
        showIcon
        title={`第 ${formatNumber(of.broken.number)} 行有问题`}
        description={
          <>
            {FAULT_WORDS[of.broken.fault]} <code>{of.broken.fault}</code>
            <br />
            此前的行都与写下时一致；此后的行也已校验，共 {formatNumber(of.faults ?? 1)}{' '}
            处。请立即报告，保存数据库和日志的现状，并与备份核对。
          </>
        }
        action={
          of.broken.fault !== 'MISSING' &&
          of.broken.fault !== 'TAIL_MISSING' &&
          of.broken.fault !== 'FORGED' && (
            <Button onClick={() => onRow(of.broken?.number ?? 0)}>查看第 {of.broken.number} 行</Button>
          )
        }
      />
    ) : (
      <Alert
        type="success"
        showIcon
        title={`全部 ${formatNumber(of.walked)} 行都与写下时一致`}
        description="没有发现被改动、抽去或替换的行。"
      />
    )}
    <dl className="fields verified">
      <LabelledField label="校验于">
        {instantText(at)}，用时 {of.ms < 1_000 ? `${of.ms} 毫秒` : `${(of.ms / 1_000).toFixed(1)} 秒`}
      </LabelledField>
      <LabelledField label="已校验">{formatNumber(of.walked)} 行</LabelledField>
      <LabelledField label="期满已抹去">{formatNumber(of.erased)} 行</LabelledField>
      <LabelledField label="比对的库外校验值">{formatNumber(of.compared)} 个</LabelledField>
      {of.head && (
        <LabelledField label="末行">
          第 {formatNumber(of.head.number)} 行 <code className="code hash">{of.head.hash}</code>
        </LabelledField>
      )}
      {of.cuts.map((cut) => (
        <LabelledField key={`${cut.after} ${cut.at}`} label="曾经缺失">
          <span className="warn">
            {instantText(cut.at)} 发现第 {formatNumber(cut.after + 1)}–{formatNumber(cut.noted)} 行
            {cut.isEnd ? '缺失' : '不是库外所记的行'}（{EXCUSES[cut.excuse ?? 'NONE']}）
          </span>
        </LabelledField>
      ))}
    </dl>
  </div>
)
