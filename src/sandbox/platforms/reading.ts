import { timingSafeEqual } from 'node:crypto'
import { schemaDocument } from '../../foundation/contracts.js'
import { isRecord, parseJsonObject } from '../../foundation/text/json.js'
import type { XmlElement } from '../../foundation/text/xml.js'
import { readXml } from '../../platforms/formats/xml.js'
import type { ReceivedRow } from './received-rows.js'

export const asObject = (value: unknown): Record<string, unknown> => (isRecord(value) ? value : {})

export const parseJsonRows = (body: Buffer): ReceivedRow[] | null => {
  const rows = parseJsonObject(body)?.['rows']
  return Array.isArray(rows) ? rows.map(asObject) : null
}

export const parseXmlOrNull = (body: Buffer | string): XmlElement | null => {
  try {
    return readXml(Buffer.from(body))
  } catch {
    return null
  }
}

export const childNamed = (element: XmlElement | null | undefined, name: string): XmlElement | undefined =>
  element?.children.find((each) => each.name === name)

export const xmlRow = ({ children }: XmlElement): ReceivedRow =>
  Object.fromEntries(children.map(({ name, text }) => [name, text]))

export const fieldNamesOfFormat = (format: string): ReadonlySet<string> =>
  new Set(Object.keys((schemaDocument(`platforms/${format}.json`) as { properties: object }).properties))

export const fieldNamesOfMessage = (format: string, inner: string): ReadonlySet<string> => {
  const names = (value: unknown): string[] => Object.keys(asObject(asObject(value)['properties']))
  const whole = schemaDocument(`platforms/${format}.json`)
  const { [inner]: fields, removal, ...outer } = asObject(asObject(whole)['properties'])
  const removed = removal ?? asObject(asObject(fields)['properties'])['removal']
  return new Set([...Object.keys(outer), ...names(fields), ...names(removed).map((name) => `removal.${name}`)])
}

export const isSameSecret = (given: string | string[] | undefined, expected: string): boolean => {
  const [a, b] = [Buffer.from(String(given)), Buffer.from(expected)]
  return a.length === b.length && timingSafeEqual(a, b)
}
