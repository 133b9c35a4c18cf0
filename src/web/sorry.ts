/** What a person reads where there is nothing to show. */
import { html } from './html.js'
import { page, render } from './page.js'

export const sorryPage = ({ status, detail }: { status: number; detail: string }): string =>
  render(
    page(
      status === 404 ? { zh: '没有这个页面', en: 'No such page' } : { zh: '无法显示', en: 'Cannot be shown' },
      html`<p>${detail}</p>`,
    ),
  )
