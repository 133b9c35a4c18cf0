/**
 * HTML as text in which nothing foreign can become markup: every value put into `html` is escaped, unless it is Html itself.
 * It is written down last, in the language of the reader.
 */

import { contained } from '../../foundation/text/bidi.js'

/** `zh`: Chinese, English beside it. `en`: English; what is published stays in Chinese, and is marked so. */
export type Lang = 'zh' | 'en'

export class Html {
  constructor(readonly written: (lang: Lang) => string) {}
}

type Part = Html | string | number | null | undefined | readonly Part[]

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

const MARKUP = /[&<>"']/
const escaped = (text: string): string =>
  // Hardly any text has one.
  MARKUP.test(text) ? text.replace(/[&<>"']/g, (sign) => ESCAPES[sign] ?? sign) : text

export const html = (strings: TemplateStringsArray, ...parts: readonly Part[]): Html =>
  new Html((lang) => {
    let text = strings[0] ?? ''
    for (let place = 0; place < parts.length; place += 1) text += write(parts[place], lang) + strings[place + 1]
    return text
  })

const write = (part: Part, lang: Lang): string => {
  if (part === null || part === undefined) return ''
  if (part instanceof Html) return part.written(lang)
  if (typeof part === 'string') return escaped(part)
  if (typeof part === 'number') return String(part)
  return part.map((each) => write(each, lang)).join('')
}

/** What every page says the same, written down once for each language. */
export const constant = (part: Html): Html => {
  const known = new Map<Lang, string>()
  return new Html((lang) => {
    const text = known.get(lang) ?? part.written(lang)
    known.set(lang, text)
    return text
  })
}

/** A sentence in both languages. */
export const both = (zh: string, en: string): Html =>
  new Html((lang) => (lang === 'en' ? escaped(en) : `${escaped(zh)} <span class="en" lang="en">${escaped(en)}</span>`))

/** Longer texts in both languages, each a paragraph of its own. */
export const paragraphs = (zh: string, en: string): Html =>
  new Html((lang) =>
    lang === 'en' ? `<p>${escaped(en)}</p>` : `<p>${escaped(zh)}</p>\n<p class="en" lang="en">${escaped(en)}</p>`,
  )

/** Where no markup can stand: the name of a region, a title, a choice of a form. */
export const plain = (zh: string, en: string): Html =>
  new Html((lang) => escaped(lang === 'en' ? en : zh === en ? zh : `${zh} ${en}`))

/** As somebody wrote it; its direction is its own. */
export const foreign = (text: string): Html => new Html(() => isolate(text, ''))

/** As it was published, in Chinese whatever the page speaks; its direction is its own. */
export const told = (text: string): Html => new Html((lang) => isolate(text, lang === 'en' ? ' lang="zh-CN"' : ''))

/** As `told`, and marked as Chinese on every page. */
export const chinese = (text: string): Html => new Html(() => isolate(text, ' lang="zh-CN"'))

const isolate = (text: string, attributes: string): string => {
  const own = contained(text)
  return `<bdi${attributes}>${escaped(own.text)}</bdi>${own.closes}`
}

/** In the language of the page alone: signs, and short words that would be said twice. */
export const only = (zh: string, en: string): Html => new Html((lang) => escaped(lang === 'en' ? en : zh))

/** The address of a page of this site, in the language of this one. Parameters that are empty are left out. */
export const to = (path: string, parameters: Record<string, string> = {}, fragment = ''): Html =>
  new Html((lang) => escaped(addressOf(path, parameters, lang) + fragment))

export const addressOf = (path: string, parameters: Record<string, string>, lang: Lang): string => {
  const given = Object.entries(parameters).filter(([, value]) => value !== '')
  if (lang === 'en') given.push(['lang', lang])
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given).toString()}`
}

/** Only where the page speaks English. */
export const inEnglish = (part: Html): Html => new Html((lang) => (lang === 'en' ? part.written(lang) : ''))
