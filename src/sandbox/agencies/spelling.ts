export const readMidnightMs = (date: string): number => Date.parse(`${date}T00:00:00+08:00`)

export const formatGatewayDate = (date: string, n: number): number | string => {
  if (n % 3 === 0) return readMidnightMs(date)
  return n % 3 === 1 ? `${date} 00:00:00.000000000` : `${date.replaceAll('-', '')}195653`
}

export const formatSheetDate = (date: string, n: number): string | Date => {
  const [year, month, day] = date.split('-').map(Number)
  if (n % 4 === 0) return date
  if (n % 4 === 1) return new Date(`${date}T00:00:00Z`)
  return n % 4 === 2 ? `${year}年${month}月${day}日` : `${year}/${month}/${day}`
}

export const formatCsvDate = (date: string, n: number): string =>
  n % 3 === 2 ? date.split('-').map(Number).join('/') : date

export const spellDocumentNumber = (documentNumber: string, n: number): string => {
  if (n % 5 === 1) return documentNumber.replace('〔', '[').replace('〕', ']')
  if (n % 5 === 2) return documentNumber.replace('〔', '【').replace('〕', '】')
  return n % 5 === 3 ? documentNumber.replace(/\d/g, fullWidth) : documentNumber
}

const fullWidth = (digit: string): string => String.fromCodePoint(0xff10 + Number(digit))

export const pickEmptyValue = (n: number): '' | null => (n % 2 === 0 ? '' : null)
