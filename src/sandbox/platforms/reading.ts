import { timingSafeEqual } from 'node:crypto'
import { schemaDocument } from '../../foundation/contracts.js'
import { isRecord, parseJsonObject } from '../../foundation/text/json.js'
import type { XmlElement } from '../../foundation/text/xml.js'
import { readXml } from '../../platforms/formats/xml.js'
import type { ReceivedRow } from './received-rows.js'

export const objectOf = (value: unknown): Record<string, unknown> => (isRecord(value) ? value : {})

export const jsonRows = (body: Buffer): ReceivedRow[] | null => {
  const rows = parseJsonObject(body)?.['rows']
  return Array.isArray(rows) ? rows.map(objectOf) : null
}

export const xmlIn = (body: Buffer | string): XmlElement | null => {
  try {
    return readXml(Buffer.from(body))
  } catch {
    return null
  }
}

export const child = (element: XmlElement | null | undefined, name: string): XmlElement | undefined =>
  element?.children.find((each) => each.name === name)

export const xmlRow = ({ children }: XmlElement): ReceivedRow =>
  Object.fromEntries(children.map(({ name, text }) => [name, text]))

export const namesIn = (format: string): ReadonlySet<string> =>
  new Set(Object.keys((schemaDocument(`platforms/${format}.json`) as { properties: object }).properties))

export const messageNamesIn = (format: string, inner: string): ReadonlySet<string> => {
  const names = (value: unknown): string[] => Object.keys(objectOf(objectOf(value)['properties']))
  const whole = schemaDocument(`platforms/${format}.json`)
  const { [inner]: fields, removal, ...outer } = objectOf(objectOf(whole)['properties'])
  const removed = removal ?? objectOf(objectOf(fields)['properties'])['removal']
  return new Set([...Object.keys(outer), ...names(fields), ...names(removed).map((name) => `removal.${name}`)])
}

export const sameSecret = (given: string | string[] | undefined, expected: string): boolean => {
  const [a, b] = [Buffer.from(String(given)), Buffer.from(expected)]
  return a.length === b.length && timingSafeEqual(a, b)
}
