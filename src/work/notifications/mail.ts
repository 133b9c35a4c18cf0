/**
 * Mail by SMTP (RFC 5321). TLS is required except to this machine. The server may lie in the office's network: two
 * administrators name it, and nothing is sent before its greeting. Errors hold no credential, address or sentence of
 * a server.
 */
import { createTransport } from 'nodemailer'
import type { MailSettings, MessageText } from '../../domain/notifications/message.js'

const CONNECT_MS = 10_000
/** A server may check a mail this long. Mail given up sooner would come twice. */
const SILENT_MS = 120_000
/** Bounds the whole exchange; a lease lasts longer. */
export const SENDING_MS = 140_000
const SENDER_NAME = '吉林省电子商务信用信息枢纽'
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|::1)$/

interface MailMessage extends MessageText {
  to: string
  messageId: string
  date: Date
}

export type MailSender = (message: MailMessage) => Promise<void>

/** Why a mail was not taken; the words for people are in `schema/graphql/notification.graphql`. */
export type MailFault =
  | 'NAME_UNKNOWN'
  | 'UNREACHABLE'
  | 'TIMEOUT'
  | 'TLS'
  | 'CREDENTIALS'
  | 'SENDER_REFUSED'
  | 'RECIPIENT_REFUSED'
  | 'REFUSED'
  | 'OTHER'

/** `isFinal`: the server will not take this message however often it comes. */
export class MailError extends Error {
  override readonly name = 'MailError'
  constructor(
    message: string,
    readonly isFinal: boolean,
    readonly fault: MailFault = 'OTHER',
  ) {
    super(message)
  }
}

export const makeMailSender = ({ host, port, secure, user, password, sender }: MailSettings): MailSender => {
  const local = LOOPBACK.test(host)
  const transport = createTransport({
    ...{ host, port, secure, requireTLS: !secure && !local, disableFileAccess: true, disableUrlAccess: true },
    ...(local && { tls: { rejectUnauthorized: false } }),
    ...{ connectionTimeout: CONNECT_MS, greetingTimeout: CONNECT_MS, socketTimeout: SILENT_MS, dnsTimeout: CONNECT_MS },
    ...(user !== null && { auth: { user, pass: password ?? '' } }),
  })
  return async ({ to, subject, body, messageId, date }) => {
    const sent = transport.sendMail({
      ...{ from: { name: SENDER_NAME, address: sender }, to: { name: '', address: to }, subject, text: body },
      ...{ messageId, date, textEncoding: 'base64', headers: { 'Auto-Submitted': 'auto-generated' } },
      signal: AbortSignal.timeout(SENDING_MS),
    })
    await sent.catch((error: unknown) => {
      throw toMailError(error)
    })
  }
}

const FINAL_COMMANDS = /^(?:RCPT TO|MAIL FROM|DATA)$/

/** Keeps only code, command and reply number: a server's sentence may repeat the address. */
const toMailError = (error: unknown): MailError => {
  const { code, command, responseCode } = error as SmtpError
  const said = [code, command, responseCode].filter((part) => typeof part === 'string' || typeof part === 'number')
  const isFinal =
    typeof responseCode === 'number' &&
    responseCode >= 500 &&
    FINAL_COMMANDS.test(typeof command === 'string' ? command : '')
  return new MailError(said.join(' ') || 'failed', isFinal, classifyMailFault(error as SmtpError))
}

/** nodemailer's errors; `originalCode` comes from the system or OpenSSL. */
interface SmtpError {
  code?: unknown
  originalCode?: unknown
  command?: unknown
  responseCode?: unknown
}

const AUTHENTICATION_REQUIRED = 530
const FAULTS_BY_CODE: Readonly<Record<string, MailFault>> = {
  EDNS: 'NAME_UNKNOWN',
  ENOTFOUND: 'NAME_UNKNOWN',
  EAI_AGAIN: 'NAME_UNKNOWN',
  ETIMEDOUT: 'TIMEOUT',
  EABORT: 'TIMEOUT',
  ETLS: 'TLS',
  EPROTO: 'TLS',
  EAUTH: 'CREDENTIALS',
  ECONNECTION: 'UNREACHABLE',
  ESOCKET: 'UNREACHABLE',
}
const TLS_CODES = /^(?:ERR_(?:SSL|TLS)_|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|HOSTNAME_MISMATCH)/

export const classifyMailFault = ({ code, originalCode, command, responseCode }: SmtpError): MailFault => {
  const [own, system] = [String(code), String(originalCode)]
  if (TLS_CODES.test(own) || TLS_CODES.test(system)) return 'TLS'
  if (responseCode === AUTHENTICATION_REQUIRED) return 'CREDENTIALS'
  if (command === 'MAIL FROM') return 'SENDER_REFUSED'
  if (command === 'RCPT TO') return 'RECIPIENT_REFUSED'
  const fault = FAULTS_BY_CODE[system] ?? FAULTS_BY_CODE[own]
  return fault ?? (typeof responseCode === 'number' ? 'REFUSED' : 'OTHER')
}
