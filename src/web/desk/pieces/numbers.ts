import { LIST_COUNTED_MOST } from '../../../foundation/pages.js'

export const formatNumber = (n: number): string => n.toLocaleString('zh-CN')

export const formatCount = (n: number, atLeast: boolean): string => `${formatNumber(n)}${atLeast ? '+' : ''}`

export const formatListCount = (n: number): string => formatCount(n, n >= LIST_COUNTED_MOST)
