/**
 * A refusal has a stable code, HTTP and exit status, and a sentence to act on. Any other error is a fault, logged but
 * answered with "Internal error."
 */

import REFUSALS from '../../schema/refusals.json' with { type: 'json' }

type Details = Record<string, unknown>

const COMPOSED: Readonly<Record<string, (d: Details) => string>> = {
  RUN_BUSY: (d) =>
    d['job'] === 'sellers'
      ? '该平台的卖家清单正在处理，请稍后再试。The list of sellers is being taken in already; try again later.'
      : `这项工作正在进行中，请稍后再试。${[d['job'], d['subject']].filter(Boolean).join(' ') || 'This'} is under way already; try again later.`,
  SELLERS_UNREADABLE: (d) =>
    d['lines'] === 0
      ? '名单中没有一行，未作任何改动。The list holds no line; nothing was changed.'
      : `${d['lines']} 行中有 ${d['malformed']} 行没有代码（例如第 ${d['first']} 行），未作任何改动。${d['malformed']} of ${d['lines']} lines hold no code (such as ${String(d['first']).replaceAll('、', ', ')}); nothing was changed.`,
}

const sentenceOf = (code: RefusalCode, details: Details): string =>
  COMPOSED[code]?.(details) ??
  String(REFUSALS[code].sentence).replace(/\{(\w+)\}/g, (_, name: string) => String(details[name]))

export type RefusalCode = keyof typeof REFUSALS

/** `details` are safe to show: no secrets, no personal data. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly status: number
  /** 1: the work failed or the content was refused. 2: wrong use. */
  readonly exit: 1 | 2
  constructor(
    readonly code: RefusalCode,
    readonly details: Details = {},
  ) {
    super(sentenceOf(code, details))
    const { status, exit } = REFUSALS[code]
    this.status = status
    this.exit = exit as 1 | 2
  }
}

export interface RefusalText {
  code: RefusalCode
  status: number
  zh: string
  en: string
}

const UNNAMED_DETAILS = new Proxy({}, { get: () => '…' })

/** Sentences by language, with an ellipsis for each detail. */
export const listRefusals = (): RefusalText[] =>
  (Object.keys(REFUSALS) as RefusalCode[]).map((code) => {
    const { status, message } = new Refusal(code, UNNAMED_DETAILS)
    const end = message.lastIndexOf('。') + 1
    return { code, status, zh: message.slice(0, end), en: message.slice(end) }
  })

/** The platform displays no list, so a removal cannot be checked. */
export class NoDisplayRefusal extends Refusal {
  constructor(reason: string) {
    super('PLATFORM_UNREACHABLE', { reason })
  }
}

/** No connection was made, so no message is at fault. */
export class NoConnectionRefusal extends Refusal {
  constructor(reason: string) {
    super('PLATFORM_UNREACHABLE', { reason })
  }
}

export const isRefusalCode = (code: string): code is RefusalCode => Object.hasOwn(REFUSALS, code)

export const refusalJson = ({ code, message, details }: Refusal) => ({ code, message, details })

/** Compares the name too: `require` and `import` load separate copies of the class. */
export const isRefusal = (error: unknown): error is Refusal =>
  error instanceof Refusal || (error instanceof Error && error.name === 'Refusal')

export const INTERNAL_ERROR = { code: 'INTERNAL', status: 500, message: '内部错误。Internal error.' } as const

export const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error)
  const cause = error.cause instanceof Error && error.cause.message ? `: ${error.cause.message}` : ''
  return `${error.message}${cause}`
}
