export const formatNumber = (n: number): string => n.toLocaleString('zh-CN')

/** `atLeast`: not all were counted. */
export const formatCount = (n: number, atLeast: boolean): string => `${formatNumber(n)}${atLeast ? '+' : ''}`
