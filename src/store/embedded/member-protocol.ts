/** Each message is one line of JSON. A process is a member while its connection is open. */
import type { Socket } from 'node:net'

const LONGEST_LINE = 10_000

export type MessageToMember =
  | { say: 'ready'; url: string }
  | { say: 'refused'; reason: string }
  /** The supervisor was stopped on purpose; members do not reconnect. */
  | { say: 'over' }
export interface MessageToSupervisor {
  token: string
}

export const sendMessage = (socket: Socket, message: MessageToMember | MessageToSupervisor): void => {
  if (socket.writable) socket.write(`${JSON.stringify(message)}\n`)
}

/** An invalid or oversized line closes the connection. */
export const onMessage = <Message>(socket: Socket, heard: (message: Message) => void): void => {
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
