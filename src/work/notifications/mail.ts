/** Mail by SMTP (RFC 5321). TLS is required unless the server is this machine. Errors never hold a credential or an address. */
import { createTransport } from 'nodemailer'
import type { MailSettings, MessageText } from '../../domain/notifications/message.js'

const CONNECT_MS = 10_000
const SILENT_MS = 20_000
/** Bounds the whole exchange; a lease lasts longer. */
export const SENDING_MS = 30_000
const SENDER_NAME = '吉林省电子商务信用信息枢纽'
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|::1)$/

interface MailMessage extends MessageText {
  to: string
  messageId: string
  date: Date
}

export type MailSender = (message: MailMessage) => Promise<void>

/** `isFinal`: the server will not take this message however often it comes. */
export class MailError extends Error {
  override readonly name = 'MailError'
  constructor(
    message: string,
    readonly isFinal: boolean,
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

/** Keeps only code, command and reply number: a server may repeat the address in its sentence. */
const toMailError = (error: unknown): MailError => {
  const { code, command, responseCode } = error as { code?: unknown; command?: unknown; responseCode?: unknown }
  const said = [code, command, responseCode].filter((part) => typeof part === 'string' || typeof part === 'number')
  const isFinal =
    typeof responseCode === 'number' &&
    responseCode >= 500 &&
    FINAL_COMMANDS.test(typeof command === 'string' ? command : '')
  return new MailError(said.join(' ') || 'failed', isFinal)
}
