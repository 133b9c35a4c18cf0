import { CombinedGraphQLErrors, ServerError } from '@apollo/client/errors'
import { Alert, Button } from 'antd'
import { chineseHalfOf } from '../../../foundation/text/words.js'

export { chineseHalfOf }

export interface ShownRefusal {
  code: string
  detail: string
  retryAfter?: number | null
}

const FALLBACK = '出现故障，请稍后再试；仍不行的，请将请求编号告知管理员。'
const SENTENCES: Record<string, string> = {
  NETWORK: '无法连接到枢纽，请检查网络后再试。填写的内容都还在。',
  UNAVAILABLE: '枢纽暂时不可用，请稍后再试。填写的内容都还在。',
  ANSWER_TIMEOUT: '查询用时过长，已停止；请缩小范围后再试。',
  INTERNAL: FALLBACK,
  FORBIDDEN: '您的角色无权办理此事项。',
  NOT_FOUND: '没有这一项，或者您无权查看。',
  GRAPHQL_VALIDATION_FAILED: '页面与枢纽的版本不一致，请刷新页面。',
}

const refusalWords = (error: unknown): ShownRefusal & { requestId?: string } => {
  if (CombinedGraphQLErrors.is(error)) {
    const [first] = error.errors
    const { code, requestId } = (first?.extensions ?? {}) as { code?: string; requestId?: string }
    return { code: code ?? 'FAULT', detail: first?.message ?? '', ...(requestId && { requestId }) }
  }
  if (ServerError.is(error)) {
    const [first] = errorsIn(error.bodyText)
    if (first) return { code: first.extensions?.code ?? 'FAULT', detail: first.message }
    return { code: error.statusCode >= 500 ? 'UNAVAILABLE' : 'FAULT', detail: '' }
  }
  if (error !== null && typeof error === 'object' && 'code' in error && 'detail' in error) return error as ShownRefusal
  return { code: error instanceof TypeError ? 'NETWORK' : 'FAULT', detail: '' }
}

const errorsIn = (text: string): { message: string; extensions?: { code?: string } }[] => {
  try {
    return (JSON.parse(text) as { errors?: [] }).errors ?? []
  } catch {
    return []
  }
}

export const refusalSentence = (error: unknown): string => {
  const { code, detail } = refusalWords(error)
  return SENTENCES[code] ?? (detail === '' ? FALLBACK : chineseHalfOf(detail))
}

export const RefusalNotice = ({ of, onAgain }: { of: unknown; onAgain?: () => void }) => {
  const { code, retryAfter, requestId } = refusalWords(of) as ShownRefusal & { requestId?: string }
  const more = [retryAfter && `请在 ${retryAfter} 秒后再试。`, requestId && `请求编号 ${requestId}`]
    .filter(Boolean)
    .join('')
  return (
    <div className="refusal" role="alert" data-code={code}>
      <Alert
        type="error"
        showIcon
        title={refusalSentence(of)}
        description={more && <span className="soft">{more}</span>}
        action={onAgain && <Button onClick={onAgain}>再试一次</Button>}
      />
    </div>
  )
}
