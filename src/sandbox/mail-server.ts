import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { COUNT, makeBehaviour, SWITCH, TEXT_OR_NULL } from './wishes.js'

const HOST = '127.0.0.1'
const BYTES_MOST = 1_048_576
const KEPT_MOST = 500

const MAIL_WISHES = {
  outage: SWITCH,
  failNext: COUNT,
  cutAfterAccept: COUNT,
  /** This address is refused for good with 550. */
  refuse: TEXT_OR_NULL,
  refuseSender: TEXT_OR_NULL,
  /** Every account and password is refused with 535. */
  refuseLogin: SWITCH,
  hold: SWITCH,
}

export interface ReceivedMail {
  from: string
  to: string
  messageId: string
  subject: string
  text: string
  raw: string
}

export const startMailServer = async () => {
  const mails: ReceivedMail[] = []
  const { now, behave } = makeBehaviour(MAIL_WISHES)
  const sockets = new Set<Socket>()
  const held = new Set<() => void>()
  const listeners = new Set<() => void>()
  const accept = (mail: ReceivedMail): void => {
    mails.push(mail)
    mails.splice(0, mails.length - KEPT_MOST)
    for (const listener of listeners) listener()
  }
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    socket.on('error', () => socket.destroy())
    if (now.outage) socket.destroy()
    else converse(socket, { behaviour: now, accept, held })
  })
  await once(server.listen(0, HOST), 'listening')
  const { port } = server.address() as AddressInfo
  return {
    ...{ host: HOST, port, url: `smtp://${HOST}:${port}`, mails },
    behave: (wanted: Parameters<typeof behave>[0]): void => {
      behave(wanted)
      if (now.hold) return
      for (const answer of held) answer()
      held.clear()
    },
    onMail: (listener: () => void): (() => void) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    close: async (): Promise<void> => {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

export type MailServerStandIn = Awaited<ReturnType<typeof startMailServer>>
type MailBehaviour = ReturnType<typeof makeBehaviour<typeof MAIL_WISHES>>['now']

interface Conversation {
  behaviour: MailBehaviour
  accept: (mail: ReceivedMail) => void
  held: Set<() => void>
}

const converse = (socket: Socket, { behaviour, accept, held }: Conversation): void => {
  let [buffer, from, to, isData] = ['', '', '', false]
  const say = (line: string): void => void socket.write(`${line}\r\n`)
  const take = (raw: string): void => {
    if (behaviour.failNext > 0) {
      behaviour.failNext -= 1
      say('451 later')
      return
    }
    accept({ from, to, raw, ...readMail(raw) })
    if (behaviour.cutAfterAccept > 0) {
      behaviour.cutAfterAccept -= 1
      socket.destroy()
    } else if (behaviour.hold) held.add(() => say('250 taken'))
    else say('250 taken')
  }
  const answers: Record<string, (rest: string) => void> = {
    EHLO: () => say(behaviour.refuseLogin ? '250-stand-in\r\n250 AUTH PLAIN' : '250 stand-in'),
    AUTH: () => say('535 wrong account or password'),
    HELO: () => say('250 stand-in'),
    MAIL: (rest) => {
      from = addressIn(rest)
      say(from === behaviour.refuseSender ? `553 not your address <${from}>` : '250 sender')
    },
    RCPT: (rest) => {
      to = addressIn(rest)
      say(to === behaviour.refuse ? `550 no such mailbox <${to}>` : '250 recipient')
    },
    DATA: () => {
      isData = true
      say('354 go on')
    },
    RSET: () => say('250 reset'),
    NOOP: () => say('250 well'),
    QUIT: () => socket.end('221 bye\r\n'),
  }
  socket.setEncoding('latin1')
  socket.on('data', (part: string) => {
    buffer += part
    if (buffer.length > BYTES_MOST) return void socket.destroy()
    for (;;) {
      const mark = isData ? '\r\n.\r\n' : '\r\n'
      const end = buffer.indexOf(mark)
      if (end < 0) return
      const text = buffer.slice(0, end)
      buffer = buffer.slice(end + mark.length)
      if (isData) {
        isData = false
        take(text.replace(/^\.\./gm, '.'))
      } else (answers[text.slice(0, 4).toUpperCase()] ?? (() => say('502 unknown')))(text.slice(4))
    }
  })
  say('220 stand-in')
}

const addressIn = (text: string): string => /<([^>]*)>/.exec(text)?.[1] ?? ''

const readMail = (raw: string): Pick<ReceivedMail, 'messageId' | 'subject' | 'text'> => {
  const split = raw.indexOf('\r\n\r\n')
  const headers = raw.slice(0, split).replace(/\r\n[ \t]+/g, ' ')
  const header = (name: string): string => new RegExp(`^${name}: *(.*)$`, 'im').exec(headers)?.[1]?.trim() ?? ''
  return {
    messageId: header('Message-ID'),
    subject: decodeWords(header('Subject')),
    text: Buffer.from(raw.slice(split), 'base64').toString('utf8'),
  }
}

/** Encoded words (RFC 2047) in UTF-8. */
const decodeWords = (text: string): string =>
  text
    .replace(/\?= =\?/g, '?==?')
    .replace(/=\?UTF-8\?([BQ])\?([^?]*)\?=/gi, (_, how: string, word: string) =>
      (how.toUpperCase() === 'B' ? Buffer.from(word, 'base64') : Buffer.from(unquoted(word), 'latin1')).toString(
        'latin1',
      ),
    )
    .replace(/[\u0080-\u00ff]+/g, (bytes) => Buffer.from(bytes, 'latin1').toString('utf8'))

const unquoted = (word: string): string =>
  word
    .replace(/_/g, ' ')
    .replace(/=([0-9A-F]{2})/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
