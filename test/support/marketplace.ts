/** A marketplace server that takes webhooks and checks signatures with the Standard Webhooks library. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Webhook } from 'standardwebhooks'
import type { Db } from '../../src/store/db/db.js'
import { makeWebhookSender, type WebhookSenderParts } from '../../src/work/standing/changes/send.js'

interface Received {
  id: string
  /** The secrets whose signature the message bears. */
  by: string[]
  // biome-ignore lint/suspicious/noExplicitAny: what a message holds is its test's to say
  body: any
  /** Raw text. */
  text: string
  headers: Record<string, string>
}

export interface Marketplace {
  url: string
  secrets: string[]
  /** All messages, however they were answered. */
  received: Received[]
  /** The answer; 200 by default. */
  answer: (message: Received, n: number) => number | { status: number; headers: Record<string, string> } | 'cut'
  close(): Promise<void>
}

export const startMarketplace = async (host = '127.0.0.1'): Promise<Marketplace> => {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const text = Buffer.concat(chunks).toString('utf8')
    const headers = request.headers as Record<string, string>
    const by = one.secrets.filter((secret) => verifies(secret, text, headers))
    const message = { id: headers['webhook-id'] ?? '', by, body: JSON.parse(text), text, headers }
    one.received.push(message)
    const answered = one.answer(message, one.received.length)
    if (answered === 'cut') return void response.destroy()
    const { status, headers: own } = typeof answered === 'number' ? { status: answered, headers: {} } : answered
    response.writeHead(status, own).end('thanks')
  })
  await new Promise<void>((resolve) => {
    server.listen(0, host, resolve)
  })
  const one: Marketplace = {
    url: `http://${host}:${(server.address() as AddressInfo).port}/hook`,
    secrets: [],
    received: [],
    answer: () => 200,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  return one
}

/** Verified at the message's own time, because the hub under test may have another clock. */
const verifies = (secret: string, text: string, headers: Record<string, string>): boolean => {
  const webhook = new Webhook(secret)
  const [id, at] = [headers['webhook-id'] ?? '', new Date(Number(headers['webhook-timestamp']) * 1_000)]
  const expected = webhook.sign(id, at, text)
  return (headers['webhook-signature'] ?? '').split(' ').includes(expected)
}

/** Sends every due message and returns how many were confirmed and how many were not. */
export const sendWebhooks = async (
  db: Db,
  parts: WebhookSenderParts,
): Promise<{ confirmed: number; failed: number }> => {
  const sender = makeWebhookSender(db, parts)
  await sender.look()
  await sender.ended()
  return sender.sent
}
