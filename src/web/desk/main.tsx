import './styles/base.css'
import './styles/frame.css'
import './styles/page.css'
import './styles/table.css'
import './styles/operator.css'
import './styles/listing.css'
import './styles/administration.css'
import './styles/charts.css'
import './styles/narrow.css'
import './styles/print.css'
import { ApolloProvider } from '@apollo/client/react'
import { ConfigProvider } from 'antd'
import zhCN from 'antd/locale/zh_CN'
import { type ComponentType, StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { createBrowserRouter, RouterProvider } from 'react-router'
import { ErrorNotice, ErrorPage, ForbiddenPage, NotFoundPage } from './frame/errors.js'
import { DeskFrame } from './frame/frame.js'
import { mayOpenPage } from './frame/home.js'
import { EnrolmentPage } from './pages/account/enrolment.js'
import { LoadingNotice } from './pieces/empty.js'
import { DESK_PAGES, type DeskPage } from './routes.js'
import { apolloClient } from './session/client.js'
import { cspNonce, setNonceOnStyles } from './session/nonce.js'
import { useSession, useSignIn } from './session/session.js'
import { SignInPage } from './session/sign-in.js'
import { antdTheme, giveColoursToStyles, useIsDark } from './theme.js'

setNonceOnStyles()
giveColoursToStyles()

const opened = (page: DeskPage, Component: ComponentType): ComponentType =>
  function Opened() {
    return mayOpenPage(page, useSession()) ? <Component /> : <ForbiddenPage />
  }

const failing =
  (error: unknown): ComponentType =>
  () => {
    throw error
  }

/** React Router 7.18 shows nothing for a page whose `lazy` rejects: a failed load becomes a page that throws. */
const loaded = async (page: DeskPage): Promise<ComponentType> => {
  try {
    return opened(page, (await page.load()).default)
  } catch (error) {
    return failing(error)
  }
}

const router = createBrowserRouter(
  [
    {
      element: <DeskFrame />,
      errorElement: <ErrorPage />,
      HydrateFallback: LoadingNotice,
      children: [
        ...DESK_PAGES.map((page) => ({
          path: page.path,
          errorElement: <ErrorNotice />,
          lazy: async () => ({ Component: await loaded(page) }),
        })),
        { path: '*', element: <NotFoundPage /> },
      ],
    },
  ],
  { basename: '/desk' },
)

const Desk = () => {
  const { session } = useSignIn()
  if (session === null) return <SignInPage />
  return session.stage === 'ENROLMENT' ? <EnrolmentPage /> : <RouterProvider router={router} />
}

const root = document.getElementById('root')
if (root === null) throw new Error('the page has no root')

const Styled = () => (
  <ConfigProvider
    locale={zhCN}
    theme={antdTheme(useIsDark())}
    csp={{ nonce: cspNonce }}
    wave={{ disabled: true }}
    button={{ autoInsertSpace: false }}
  >
    <ApolloProvider client={apolloClient}>
      <Desk />
    </ApolloProvider>
  </ConfigProvider>
)

createRoot(root).render(
  <StrictMode>
    <Styled />
  </StrictMode>,
)
