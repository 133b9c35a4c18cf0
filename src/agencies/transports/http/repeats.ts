import { createHash } from 'node:crypto'
import { Refusal } from '../../../foundation/errors.js'

export const digestOfItems = (items: readonly unknown[]): string => {
  try {
    return createHash('sha256').update(JSON.stringify(items)).digest('hex')
  } catch (error) {
    // JSON.parse accepts deeper nesting than JSON.stringify.
    if (!(error instanceof RangeError)) throw error
    throw new Refusal('CONTENT_UNREADABLE', { reader: 'json', reason: '嵌套过深 nested too deep' })
  }
}
