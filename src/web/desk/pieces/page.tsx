/** The heading takes the focus on navigation, for screen readers. */
import { Breadcrumb } from 'antd'
import { type ReactNode, useEffect, useRef } from 'react'
import { Link, useLocation } from 'react-router'
import { helpOfPage } from '../frame/page-help.js'
import { WRITING } from '../frame/shortcuts.js'
import { type DeskPage, pageAt } from '../routes.js'
import { useSignIn } from '../session/session.js'

const HUB = '吉林省电子商务信用信息枢纽'
let isFirst = true

export interface PageHeadProps {
  title: string
  extra?: ReactNode
  under?: string
  aboveTitle?: string
  children?: ReactNode
}

export const PageHead = ({ title, extra, under, aboveTitle, children }: PageHeadProps) => {
  const head = useRef<HTMLHeadingElement>(null)
  const { pathname } = useLocation()
  useEffect(() => {
    document.title = `${title} · ${HUB}`
  }, [title])
  // biome-ignore lint/correctness/useExhaustiveDependencies: once per page
  useEffect(() => {
    if (!isFirst && !document.activeElement?.matches(WRITING)) head.current?.focus()
    isFirst = false
  }, [pathname])
  const { session } = useSignIn()
  const above = crumbsOf(under === undefined ? pathname : `${under}/here`).filter(
    ({ acts }) => session === null || acts.some((act) => session.acts.includes(act)),
  )
  return (
    <header className="page-head">
      {above.length > 0 && (
        <Breadcrumb
          aria-label="位置"
          items={[
            ...above.map(({ path, title }, i) => ({
              key: path,
              title: <Link to={path}>{i === above.length - 1 ? (aboveTitle ?? title) : title}</Link>,
            })),
            { key: 'here', title },
          ]}
        />
      )}
      <div className="page-title">
        <h1 ref={head} tabIndex={-1}>
          {title}
        </h1>
        {extra}
        <a className="page-help" href={helpOfPage(pageAt(pathname)?.path)} target="_blank" rel="noreferrer">
          帮助
        </a>
      </div>
      {children}
    </header>
  )
}

export const Panel = ({ title, wide, children }: { title: string; wide?: boolean; children: ReactNode }) => (
  <section className={wide ? 'panel wide' : 'panel'} aria-label={title}>
    <h2>{title}</h2>
    {children}
  </section>
)

interface AnchoredPanelProps {
  id: string
  title: string
  children: ReactNode
}

/** Takes the focus when the address names it, also where it is rendered after the page. */
export const AnchoredPanel = ({ id, title, children }: AnchoredPanelProps) => {
  const panel = useRef<HTMLElement>(null)
  const { hash } = useLocation()
  useEffect(() => {
    if (hash !== `#${encodeURIComponent(id)}`) return
    panel.current?.scrollIntoView({ block: 'center' })
    panel.current?.focus({ preventScroll: true })
  }, [hash, id])
  return (
    <section ref={panel} id={id} tabIndex={-1} className="panel wide" aria-label={title}>
      <h2>{title}</h2>
      {children}
    </section>
  )
}

const crumbsOf = (pathname: string): Pick<DeskPage, 'path' | 'title' | 'acts'>[] => {
  const parts = pathname.split('/').filter(Boolean)
  return parts.flatMap((_, i) => {
    const path = `/${parts.slice(0, i).join('/')}`
    const page = pageAt(path)
    return page === null ? [] : [{ path, title: page.title, acts: page.acts }]
  })
}
