/** PostgreSQL stores neither NUL nor a lone surrogate, in text or in JSON. */
const UNSTORABLE = /(?<!\\)(?:\\\\)*\\u(?:(0000)|d[89a-f][0-9a-f]{2})/

/** The reason in both languages; null when all text can be stored. */
export const findUnstorableText = (input: unknown): string | null => {
  const unstorable = UNSTORABLE.exec(JSON.stringify(input ?? null))
  if (unstorable === null) return null
  return unstorable[1]
    ? '含有空字符 U+0000 holds a NUL'
    : '含有不成对的代理项 holds half of a character (a lone surrogate)'
}
