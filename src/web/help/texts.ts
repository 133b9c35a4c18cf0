import { existsSync, readFileSync } from 'node:fs'
import MarkdownIt from 'markdown-it'
import { addressInLanguage, Html, type Lang } from '../frame/html.js'

export interface HelpText {
  title: { zh: string; en: string }
  content: Html
}

/** A build in `dist` holds no texts and reads those in `src`. */
const FOLDER = ['./', '../../../../src/web/help/']
  .map((path) => new URL(path, import.meta.url))
  .find((folder) => existsSync(new URL('zh/', folder)))

const TITLE = /^# (.+)\n/

/** Links within the site keep the language of the page. */
const markdown = new MarkdownIt()
markdown.renderer.rules['link_open'] = (tokens, at, options, { lang }: { lang: Lang }, self) => {
  const path = tokens[at]?.attrGet('href') ?? ''
  tokens[at]?.attrSet('href', addressInLanguage(path, {}, lang))
  return self.renderToken(tokens, at, options)
}

const source = (task: string, lang: Lang): string | null => {
  const file = new URL(`${lang}/${task}.md`, FOLDER)
  return existsSync(file) ? readFileSync(file, 'utf8') : null
}

/** A text without an English version is shown in Chinese. */
const textOf = (task: string): HelpText => {
  const zh = source(task, 'zh') ?? ''
  const en = source(task, 'en')
  const titleOf = (text: string) => TITLE.exec(text)?.[1] ?? task
  const written = (text: string, lang: Lang) => markdown.render(text.replace(TITLE, ''), { lang })
  const content = new Html((lang) => {
    if (lang === 'en' && en !== null) return `<article lang="en">\n${written(en, lang)}</article>`
    return `<article lang="zh-CN">\n${written(zh, lang)}</article>`
  })
  return { title: { zh: titleOf(zh), en: titleOf(en ?? zh) }, content }
}

const known = new Map<string, HelpText>()

export const helpText = (task: string): HelpText => {
  const text = known.get(task) ?? textOf(task)
  known.set(task, text)
  return text
}
