import { ApolloProvider } from '@apollo/client/react'
import { ConfigProvider } from 'antd'
import zhCN from 'antd/locale/zh_CN'
import { type ComponentType, StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { createBrowserRouter, RouterProvider } from 'react-router'
import { giveColoursToStyles } from './colours.js'
import './desk.css'
import { Broken, Forbidden, NotFound } from './frame/errors.js'
import { Frame, mayOpen } from './frame/frame.js'
import { Loading } from './pieces/empty.js'
import { type DeskPage, PAGES } from './routes.js'
import { client } from './session/client.js'
import { nonce, withNonce } from './session/nonce.js'
import { useSession, useSignIn } from './session/session.js'
import { SignInPage } from './session/sign-in.js'
import { THEME } from './theme.js'

withNonce()
giveColoursToStyles()

const opened = (page: DeskPage, Component: ComponentType): ComponentType =>
  function Opened() {
    return mayOpen(page, useSession()) ? <Component /> : <Forbidden />
  }

const router = createBrowserRouter(
  [
    {
      element: <Frame />,
      errorElement: <Broken />,
      HydrateFallback: Loading,
      children: [
        ...PAGES.map((page) => ({
          path: page.path,
          errorElement: <Broken />,
          lazy: async () => ({ Component: opened(page, (await page.load()).default) }),
        })),
        { path: '*', element: <NotFound /> },
      ],
    },
  ],
  { basename: '/desk' },
)

const Desk = () => (useSignIn().session === null ? <SignInPage /> : <RouterProvider router={router} />)

const root = document.getElementById('root')
if (root === null) throw new Error('the page has no root')
createRoot(root).render(
  <StrictMode>
    <ConfigProvider
      locale={zhCN}
      theme={THEME}
      csp={{ nonce }}
      wave={{ disabled: true }}
      button={{ autoInsertSpace: false }}
    >
      <ApolloProvider client={client}>
        <Desk />
      </ApolloProvider>
    </ConfigProvider>
  </StrictMode>,
)
