/** What is said between a supervisor and its members: one JSON object a line. A membership is the open connection. */
import type { Socket } from 'node:net'

const LONGEST_LINE = 10_000

export type ToMember =
  | { say: 'ready'; url: string }
  | { say: 'refused'; reason: string }
  /** Stopped on purpose while members were there; they need not come back. */
  | { say: 'over' }
export interface ToSupervisor {
  token: string
}

export const tell = (socket: Socket, message: ToMember | ToSupervisor): void => {
  if (socket.writable) socket.write(`${JSON.stringify(message)}\n`)
}

/** Hands over each message; what is no JSON, or too long, ends the connection. */
export const hear = <Message>(socket: Socket, heard: (message: Message) => void): void => {
  let rest = ''
  socket.setEncoding('utf8')
  socket.on('data', (text: string) => {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    try {
      if (rest.length > LONGEST_LINE) throw new RangeError('line too long')
      for (const line of lines) heard(JSON.parse(line) as Message)
    } catch {
      socket.destroy()
    }
  })
}
