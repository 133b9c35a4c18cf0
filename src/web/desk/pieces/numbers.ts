export const formatNumber = (n: number): string => n.toLocaleString('zh-CN')
