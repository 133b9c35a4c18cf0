import { GraphiQL } from 'graphiql'
import { parse, print } from 'graphql'
import { StrictMode, useMemo, useRef, useState } from 'react'
import { createRoot } from 'react-dom/client'
import 'graphiql/style.css'
import './style.css'
import { EXAMPLE_QUERIES, exampleText } from './examples.js'

interface GraphiqlSession {
  name: string
  role: string
  csrfToken: string
}

/** Asks the hub only if there is a session cookie. */
const sessionOf = async (): Promise<GraphiqlSession | null> => {
  if (document.documentElement.dataset['session'] !== 'true') return null
  const answer = await fetch('/desk/session')
  return answer.ok ? ((await answer.json()) as GraphiqlSession) : null
}

/** The token is never stored, and takes precedence over the session. */
const headersWith = (token: string, session: GraphiqlSession | null): Record<string, string> => {
  if (token !== '') return { authorization: `Bearer ${token}` }
  return session === null ? {} : { 'x-csrf-token': session.csrfToken }
}

interface GraphiqlQuery {
  query: string
  operationName?: string | null
}

/** Drops a needless operation name: GraphiQL may send that of the previous tab. */
const asked = (question: GraphiqlQuery): GraphiqlQuery => {
  try {
    const operations = parse(question.query).definitions.filter(({ kind }) => kind === 'OperationDefinition')
    return operations.length === 1 ? { ...question, operationName: null } : question
  } catch {
    return question
  }
}

const TABS = EXAMPLE_QUERIES.map((example) => ({
  query: exampleText(example, print(parse(example.query))),
  variables: example.variables ? JSON.stringify(example.variables, null, 2) : '',
}))

/** GraphiQL fetches the schema at once, so the session must be known. */
const App = ({ session }: { session: GraphiqlSession | null }) => {
  const [token, setToken] = useState('')
  const asking = useRef<Record<string, string>>({})
  asking.current = headersWith(token.trim(), session)

  const fetcher = useMemo(
    () => async (question: GraphiqlQuery) => {
      const headers = {
        'content-type': 'application/json',
        accept: 'application/graphql-response+json, application/json;q=0.9',
        'apollo-require-preflight': 'true',
        ...asking.current,
      }
      const answer = await fetch('/graphql', { method: 'POST', headers, body: JSON.stringify(asked(question)) })
      return answer.json()
    },
    [],
  )
  const who = session === null ? '未登录 not signed in' : `${session.name} · ${session.role}`
  return (
    <>
      <header className="hub">
        <h1>
          GraphQL <span>吉林省电子商务信用信息枢纽 · Jilin e-commerce credit hub</span>
        </h1>
        <label>
          <span>令牌 Token</span>
          <input
            type="password"
            autoComplete="off"
            spellCheck={false}
            placeholder="POST /oauth/token → access_token"
            value={token}
            onChange={(event) => setToken(event.target.value)}
          />
        </label>
        <p aria-live="polite">{token.trim() === '' ? who : '以令牌提问 by token'}</p>
      </header>
      <main>
        <GraphiQL
          fetcher={fetcher}
          defaultTabs={TABS}
          storage={window.sessionStorage}
          shouldPersistHeaders={false}
          showPersistHeadersSettings={false}
          isHeadersEditorEnabled={false}
          defaultEditorToolsVisibility="variables"
          forcedTheme="light"
        >
          <GraphiQL.Logo>
            <span />
          </GraphiQL.Logo>
        </GraphiQL>
      </main>
    </>
  )
}

const nameEditors = (): void => {
  for (const field of document.querySelectorAll('.CodeMirror textarea:not([aria-label])')) {
    const around = field.closest('section[aria-label], [role="tabpanel"] [aria-label]')
    field.setAttribute('aria-label', around?.getAttribute('aria-label') ?? 'Answer')
  }
  for (const scroll of document.querySelectorAll('.CodeMirror-scroll[tabindex="-1"]'))
    scroll.setAttribute('tabindex', '0')
}
new MutationObserver(nameEditors).observe(document.body, { childList: true, subtree: true })

const root = document.getElementById('graphiql')
if (root)
  void sessionOf().then((session) =>
    createRoot(root).render(
      <StrictMode>
        <App session={session} />
      </StrictMode>,
    ),
  )
