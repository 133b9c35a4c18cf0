export const monthWords = (month: string): string => month.replace(/^(\d{4})-0?(\d+)$/, '$1年$2月')
