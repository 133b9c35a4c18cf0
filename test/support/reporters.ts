/** Members of the public who give clues by the form. Every name is invented. */
import type { AddressInfo } from 'node:net'
import { makeServer } from '../../src/server/server.js'
import type { World } from '../api/world.js'
import { sampleJpeg } from './sample-papers.js'

export interface SentForm {
  status: number
  headers: Headers
  text: string
  /** Shown on the page of the receipt. */
  code: string | null
}

/** On the page of the receipt. */
export const RECEIPT_CODE = /<code>((?:[0-9A-Z]{5}-){4}[0-9A-Z]{5})<\/code>/

export const sendForm = async (
  url: string,
  path: string,
  body: FormData | URLSearchParams,
  headers: Record<string, string> = {},
): Promise<SentForm> => {
  const answer = await fetch(`${url}${path}`, { method: 'POST', body, headers: { accept: 'text/html', ...headers } })
  const text = await answer.text()
  return { status: answer.status, headers: answer.headers, text, code: RECEIPT_CODE.exec(text)?.[1] ?? null }
}

export const clueForm = (texts: Record<string, string>, pictures: readonly (Buffer | File)[] = []): FormData => {
  const form = new FormData()
  for (const [name, value] of Object.entries(texts)) form.set(name, value)
  for (const one of pictures)
    form.append('pictures', one instanceof File ? one : new File([new Uint8Array(one)], 'IMG_1.jpg'))
  return form
}

/** A server behind one trusted proxy: each reporter has an address of its own. */
export const serveBehindProxy = async (world: World): Promise<{ url: string; close: () => Promise<void> }> => {
  const server = await makeServer({ ...world.parts, proxies: 1 })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

export const addressOf = (n: number): Record<string, string> => ({
  'x-forwarded-for': `10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`,
})

const digits = (n: number): string => String(n).padStart(3, '0')

/** Strings that no other reporter has. `LEAKS` finds them. */
export const reporterOf = (n: number) => ({
  name: `虚构泄漏${digits(n)}人`,
  telephone: `13943${digits(n)}077`,
  address: `长春市虚构泄漏路${digits(n)}号2单元301室`,
  fileName: `虚构泄漏照片${digits(n)}.jpg`,
  metadata: `LEAK-EXIF-${digits(n)}`,
})

export const LEAKS = /虚构泄漏(?:\d{3}人|路\d{3}号|照片\d{3})|13943\d{3}077|LEAK-EXIF-\d{3}|4c45414b2d455849462d/

export const reportOf = (n: number, shop: string): FormData => {
  const { name, telephone, address, fileName, metadata } = reporterOf(n)
  const exif = Buffer.from(`Exif\0\0${metadata}`)
  const length = Buffer.alloc(2)
  length.writeUInt16BE(exif.length + 2)
  const picture = sampleJpeg(Buffer.concat([Buffer.from('ffe1', 'hex'), length, exif]))
  const facts = `第 ${n} 件：有人在卖假冒的虚构松云牌，我的电话 ${telephone}，住址${address}`
  return clueForm({ shop, facts, name, contact: `${telephone} ${address}` }, [
    new File([new Uint8Array(picture)], fileName),
  ])
}
