import { existsSync, readFileSync } from 'node:fs'
import MarkdownIt from 'markdown-it'
import { addressInLanguage, type Lang } from './html.js'

/** A build in `dist` holds no texts and reads those in `src`. */
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
export const readPageText = (path: string): string | null => {
  const file = new URL(path, FOLDER)
  return existsSync(file) ? readFileSync(file, 'utf8') : null
}

export const renderMarkdown = (text: string, lang: Lang): string => markdown.render(text, { lang })
