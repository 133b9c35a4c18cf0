import { existsSync, readFileSync } from 'node:fs'
import MarkdownIt from 'markdown-it'
import { addressInLanguage, type Lang } from './html.js'

const FOLDER = ['../', '../../../../src/web/']
  .map((path) => new URL(path, import.meta.url))
  .find((folder) => existsSync(new URL('help/zh/', folder)))

/** Links within the site keep the language of the page. */
const markdown = new MarkdownIt()
markdown.renderer.rules['link_open'] = (tokens, at, options, { lang }: { lang: Lang }, self) => {
  const path = tokens[at]?.attrGet('href') ?? ''
  if (!path.startsWith('#')) tokens[at]?.attrSet('href', addressInLanguage(path, {}, lang))
  return self.renderToken(tokens, at, options)
}

/** Names of Chinese buttons and fields on an English page are marked as Chinese. */
const NAMES_ON_SCREEN = /「[^」]+」/g
const writeText = markdown.renderer.rules['text']
markdown.renderer.rules['text'] = (tokens, at, options, env: { lang: Lang }, self) => {
  const text = writeText?.(tokens, at, options, env, self) ?? ''
  return env.lang === 'en' ? text.replaceAll(NAMES_ON_SCREEN, '<span lang="zh-CN">$&</span>') : text
}

/** A heading `## Text {#id}` has that id. */
markdown.core.ruler.before('inline', 'heading-id', ({ tokens }) => {
  tokens.forEach((token, place) => {
    const inline = tokens[place + 1]
    const [mark, id] = (token.type === 'heading_open' && /\s*\{#([\w-]+)\}$/.exec(inline?.content ?? '')) || []
    if (inline === undefined || mark === undefined || id === undefined) return
    token.attrSet('id', id)
    inline.content = inline.content.slice(0, -mark.length)
  })
})

/** `path` is relative to src/web. */
export const readPageText = (path: string): string | null => readPageBytes(path)?.toString('utf8') ?? null

export const readPageBytes = (path: string): Buffer | null => {
  const file = new URL(path, FOLDER)
  return existsSync(file) ? readFileSync(file) : null
}

/** Code that scrolls sideways on a narrow screen can be reached by keyboard. */
export const renderMarkdown = (text: string, lang: Lang): string =>
  markdown.render(text, { lang }).replaceAll('<pre><code', '<pre tabindex="0"><code')
