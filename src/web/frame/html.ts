import { containDirection } from '../../foundation/text/bidi.js'
import { type BilingualText, splitLanguages } from '../../foundation/text/words.js'

/** A page has one language. Published texts stay Chinese, on an English page marked as such. */
export type Lang = 'zh' | 'en'

export class Html {
  constructor(readonly written: (lang: Lang) => string) {}
}

type HtmlPart = Html | string | number | null | undefined | readonly HtmlPart[]

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

const MARKUP = /[&<>"']/
export const escapeHtml = (text: string): string =>
  MARKUP.test(text) ? text.replace(/[&<>"']/g, (sign) => ESCAPES[sign] ?? sign) : text

export const html = (strings: TemplateStringsArray, ...parts: readonly HtmlPart[]): Html =>
  new Html((lang) => {
    let text = strings[0] ?? ''
    for (let place = 0; place < parts.length; place += 1) text += write(parts[place], lang) + strings[place + 1]
    return text
  })

const write = (part: HtmlPart, lang: Lang): string => {
  if (part === null || part === undefined) return ''
  if (part instanceof Html) return part.written(lang)
  if (typeof part === 'string') return escapeHtml(part)
  if (typeof part === 'number') return String(part)
  return part.map((each) => write(each, lang)).join('')
}

export const cacheByLanguage = (part: Html): Html => {
  const known = new Map<Lang, string>()
  return new Html((lang) => {
    const text = known.get(lang) ?? part.written(lang)
    known.set(lang, text)
    return text
  })
}

export const bilingual = (zh: string, en: string): Html => new Html((lang) => escapeHtml(lang === 'en' ? en : zh))

export const bilingualParagraphs = (zh: string, en: string): Html => html`<p>${bilingual(zh, en)}</p>`

export const bilingualMessage = (message: string): Html => {
  const { zh, en } = splitLanguages(message)
  return bilingual(zh, en)
}

export const foreignText = (text: string): Html => new Html(() => isolateText(text, ''))

/** Published text is always Chinese, and its writing direction is isolated. */
export const publishedText = (text: string): Html =>
  new Html((lang) => isolateText(text, lang === 'en' ? ' lang="zh-CN"' : ''))

const isolateText = (text: string, attributes: string): string => {
  const own = containDirection(text)
  return `<bdi${attributes}>${escapeHtml(own.text)}</bdi>${own.closes}`
}

export const section =
  (id: string, zh: string, en: string) =>
  (...content: Parameters<typeof html>): Html =>
    html`<section aria-labelledby="${id}">
<h2 id="${id}">${bilingual(zh, en)}</h2>${html(...content)}
</section>`

/** Splits each text ('月份 Month') at its first blank. */
export const bilingualTexts = (...texts: readonly string[]): BilingualText[] =>
  texts.map((text) => ({ zh: text.slice(0, text.indexOf(' ')), en: text.slice(text.indexOf(' ') + 1) }))

export const linkTo = (path: string, parameters: Record<string, string> = {}, fragment = ''): Html =>
  new Html((lang) => escapeHtml(addressInLanguage(path, parameters, lang) + fragment))

export const addressInLanguage = (path: string, parameters: Record<string, string>, lang: Lang): string => {
  const given = Object.entries(parameters).filter(([, value]) => value !== '')
  if (lang === 'en') given.push(['lang', lang])
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given).toString()}`
}

export const onlyInEnglish = (part: Html): Html => new Html((lang) => (lang === 'en' ? part.written(lang) : ''))
