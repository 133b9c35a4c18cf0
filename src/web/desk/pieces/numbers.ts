export const formatNumber = (n: number): string => n.toLocaleString('zh-CN')

export const formatCount = (n: number, atLeast: boolean): string => `${formatNumber(n)}${atLeast ? '+' : ''}`
