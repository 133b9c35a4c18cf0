/** GET /graphql in a browser: where to ask, with one example. */
import { html } from './html.js'
import { both, page, render } from './page.js'

const EXAMPLE = `curl -s -X POST -H 'Content-Type: application/json' \\
  --data '{"query":"{ blacklist(first: 3) { totalCount edges { node { reason publishedOn operator { uscc name } } } } }"}' \\
  "$HUB/graphql"`

export const askPage = (): string =>
  render(
    page(
      { zh: 'GraphQL 接口', en: 'GraphQL' },
      html`<p>${both('请以 POST 方式向本地址发送查询；部分内容无需令牌。', 'POST your query to this address; some of it needs no token.')}</p>
<pre>${EXAMPLE}</pre>
<p>${both('需要令牌的查询：先向 /oauth/token 换取令牌，再附上 Authorization: Bearer。', 'For all else get a token at POST /oauth/token and send it as Authorization: Bearer.')}</p>`,
    ),
  )
