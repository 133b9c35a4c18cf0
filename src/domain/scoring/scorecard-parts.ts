import type { BilingualText } from '../../foundation/text/words.js'

export type FaultReporter = (at: string, reason: string) => void

export const checkNumbers = (value: unknown, at: string, say: FaultReporter): void => {
  if (typeof value === 'number' && !Number.isSafeInteger(value)) {
    say(at, `不是整数：${value}。Not an integer.`)
  } else if (value !== null && typeof value === 'object') {
    for (const [key, inner] of Object.entries(value)) {
      checkNumbers(inner, Array.isArray(value) ? `${at}[${key}]` : at ? `${at}.${key}` : key, say)
    }
  }
}

/** Each sentence must contain each placeholder of `blanks`, such as `{count}`, exactly once, and no other. */
export const checkWords = (
  words: BilingualText | undefined,
  at: string,
  blanks: string[],
  say: FaultReporter,
): void => {
  for (const language of ['zh', 'en'] as const) {
    const text = words?.[language] ?? ''
    if (text.trim() === '') {
      say(`${at}.${language}`, '缺少文字说明。The sentence is missing.')
      continue
    }
    const found = [...text.matchAll(/\{(\w*)\}/g)].map((match) => match[1] ?? '')
    for (const blank of blanks) {
      if (found.filter((name) => name === blank).length !== 1)
        say(`${at}.${language}`, `须有且仅有一处 {${blank}}。Needs {${blank}} once.`)
    }
    for (const name of found) if (!blanks.includes(name)) say(`${at}.${language}`, `未知空格 {${name}}。Unknown blank.`)
  }
}
