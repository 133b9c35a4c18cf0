import { Button } from 'antd'
import { Navigate, useLocation, useRouteError } from 'react-router'
import { PageHead } from '../pieces/page.js'
import { refusalSentence } from '../pieces/refusal.js'
import { HomeLink, useHomePage } from './home.js'

/** After an upgrade, chunks of an open page no longer exist. Vite throws a plain Error for a style sheet. */
const isOldPage = (error: unknown): boolean =>
  error instanceof Error && /dynamically imported module|module script|Unable to preload CSS/i.test(error.message)

export const ErrorPage = () => (
  <main className="plain">
    <ErrorNotice />
  </main>
)

export const ErrorNotice = () => {
  const error = useRouteError()
  const isOld = isOldPage(error)
  return (
    <>
      <PageHead title={isOld ? '系统已更新' : '页面出错'} />
      <p>{isOld ? '系统已更新，请刷新页面。' : refusalSentence(error)}</p>
      <Button type="primary" onClick={() => location.reload()}>
        刷新页面
      </Button>
    </>
  )
}

export const NotFoundPage = () => (
  <>
    <PageHead title="没有这个页面" />
    <p>
      地址有误，或者页面已不存在。
      <HomeLink />
    </p>
  </>
)

export const ForbiddenPage = () => {
  const { path } = useHomePage()
  if (useLocation().pathname === '/') return <Navigate to={`/${path}`} replace />
  return (
    <>
      <PageHead title="无权查看" />
      <p>
        您的角色无权打开此页；需要的，请联系管理员。
        <HomeLink />
      </p>
    </>
  )
}
