import { makeXmlReader, type XmlElement, type XmlLimits } from '../../foundation/text/xml.js'
import { decodeBytes, UnreadableAnswerError } from './reading.js'

const LIMITS: XmlLimits = { depth: 16, elements: 100_000, attributes: Number.POSITIVE_INFINITY }
const FAULTS: Partial<Record<string, string>> = { doctype: 'a document type is not accepted' }

/** Throws UnreadableAnswerError. */
export const readXml = (bytes: Buffer): XmlElement => {
  const reader = makeXmlReader<XmlElement>({
    limits: LIMITS,
    refusal: (fault, detail) =>
      new UnreadableAnswerError(fault === 'syntax' ? `not XML: ${detail}` : (FAULTS[fault] ?? 'too large or too deep')),
    fold: ({ name, text, children }) => ({ name, text, children: children.map(([, child]) => child) }),
  })
  reader.write(decodeBytes(bytes))
  const root = reader.close()
  if (!root) throw new UnreadableAnswerError('no element')
  return root
}
