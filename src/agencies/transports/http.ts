export type { PullTimeAndPageLimits } from './http/attempt.js'
export { type CursorOptions, type CursorPage, openByCursor } from './http/cursor.js'
export { openHttpFile } from './http/file.js'
export { type ListPage, openPaged, type PagingOptions } from './http/paged.js'
