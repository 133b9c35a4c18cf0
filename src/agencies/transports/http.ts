/** Feeds over HTTP: numbered pages, a cursor, or one file. */
export type { Limits } from './http/attempt.js'
export { byCursor, type Cursoring, type Piece } from './http/cursor.js'
export { file } from './http/file.js'
export { type Page, type Paging, pages } from './http/paged.js'
