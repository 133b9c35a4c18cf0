/** The frame of every page: Chinese first, English beside it, readable at 360 px, no script. */
import { type Html, html } from './html.js'

/** A sentence in both languages. */
export const both = (zh: string, en: string): Html => html`${zh} <span class="en" lang="en">${en}</span>`

export interface Page {
  title: { zh: string; en: string }
  content: Html
}

export const page = (title: Page['title'], content: Html): Page => ({ title, content })

/** `demo`: the page says that what it shows is invented, lest a firm of that name be taken for listed. */
export const render = ({ title: { zh, en }, content }: Page, { demo = false } = {}): string =>
  html`<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${zh} · ${en}</title>
<link rel="stylesheet" href="/site.css">
</head>
<body>
<header>
<p class="name"><a href="/">吉林省电子商务信用信息枢纽</a> <span class="en" lang="en">Jilin e-commerce credit hub</span></p>
<nav><a href="/blacklist">${both('严重失信名单', 'Blacklist')}</a> <a href="/scorecard">${both('评分卡', 'Scorecard')}</a></nav>
</header>
${demo ? html`<p class="demo">${both('演示：本页数据全部虚构，不涉及任何真实企业。', 'A demonstration: all data is invented, and no real firm is meant.')}</p>` : null}
<main>
<h1><bdi>${zh}</bdi> <span class="en" lang="en">${en}</span></h1>
${content}
</main>
</body>
</html>
`.text
