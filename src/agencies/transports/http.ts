export type { PullLimits } from './http/attempt.js'
export { byCursor, type CursorOptions, type CursorPage } from './http/cursor.js'
export { file } from './http/file.js'
export { type ListPage, type PagingOptions, pages } from './http/paged.js'
