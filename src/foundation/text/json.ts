export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const parseJsonOr = <T>(text: string, otherwise: T): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return otherwise
  }
}

export const parseJsonObject = (bytes: Buffer): Record<string, unknown> | null => {
  const value = parseJsonOr(bytes.toString('utf8'), null)
  return isRecord(value) ? value : null
}
