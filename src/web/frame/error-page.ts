import type { BilingualText } from '../../foundation/text/words.js'
import { bilingualMessage, html, type Lang, linkTo } from './html.js'
import { bilingual, renderPage, sitePage } from './page.js'
import { firmSearchForm } from './search-form.js'

export interface ErrorContent {
  status: number
  detail: string
  lang?: Lang
  demo?: boolean
}

interface ErrorWords {
  title: BilingualText
  advice: BilingualText
}

const WORDS_BY_STATUS: Record<number, ErrorWords> = {
  400: {
    title: { zh: '地址里有写错的内容', en: 'Something in the address is wrong' },
    advice: { zh: '请返回上一页改正，或者从名单重新查询。', en: 'Go back and mend it, or search the list anew.' },
  },
  404: {
    title: { zh: '没有这个页面', en: 'No such page' },
    advice: {
      zh: '地址可能写错了，也可能从未有过这一页。可以查询名单，或从下面的栏目进入。',
      en: 'The address may be misspelt, or there never was such a page. Search the list, or take a way below.',
    },
  },
  405: {
    title: { zh: '不能这样访问', en: 'It cannot be asked so' },
    advice: { zh: '请用浏览器直接打开这个地址。', en: 'Open the address in a browser.' },
  },
  429: {
    title: { zh: '查询过于频繁', en: 'Too many requests' },
    advice: {
      zh: '请稍后再试。需要大量数据的，请下载整份名单，不必逐条查询。',
      en: 'Come again later. Whoever needs much had better download the whole list than ask for each.',
    },
  },
  503: {
    title: { zh: '暂时无法服务', en: 'Out of service for the moment' },
    advice: {
      zh: '稍后刷新即可，通常不超过一分钟。',
      en: 'Load the page again in a while, a minute at most as a rule.',
    },
  },
}

const OTHER_WORDS: ErrorWords = {
  title: { zh: '无法显示', en: 'Cannot be shown' },
  advice: {
    zh: '请稍后再试；问题依旧的，请告知本站。',
    en: 'Try again later; if it stays so, tell whoever runs this site.',
  },
}

export const errorPage = ({ status, detail, lang = 'zh', demo = false }: ErrorContent): string => {
  const { title, advice } = WORDS_BY_STATUS[status] ?? OTHER_WORDS
  return renderPage(
    sitePage(
      title,
      html`<p class="notice">${bilingualMessage(detail)}</p>
<p>${bilingual(advice.zh, advice.en)}</p>
${firmSearchForm()}
<ul>
<li><a href="${linkTo('/')}">${bilingual('首页', 'Front page')}</a></li>
<li><a href="${linkTo('/blacklist')}">${bilingual('严重失信名单', 'Blacklist')}</a></li>
<li><a href="${linkTo('/data')}">${bilingual('名单数据', 'The list as data')}</a></li>
</ul>`,
    ),
    { lang, demo },
  )
}
