import { useQuery } from '@apollo/client/react'
import { Menu } from 'antd'
import { useEffect, useState } from 'react'
import { Link, useLocation } from 'react-router'
import { countOfPage, type WorkCountLine } from '../pages/worklist/places.js'
import { WorkCountsDocument } from '../pages/worklist/worklist.generated.js'
import { formatCount } from '../pieces/numbers.js'
import { type DeskPage, PAGE_SECTIONS } from '../routes.js'
import { useMay, useSession } from '../session/session.js'
import { splitPages } from './front-pages.js'

const MORE_OPEN = 'desk.navigation.more'

export const pathOf = (page: DeskPage): string => `/${page.path}`

export const useWorkCounts = (): readonly WorkCountLine[] => {
  const sees = useMay('see_queue')
  const { pathname } = useLocation()
  const { data, refetch } = useQuery(WorkCountsDocument, { skip: !sees })
  // biome-ignore lint/correctness/useExhaustiveDependencies: once per page
  useEffect(() => {
    if (sees && data !== undefined) void refetch().catch(() => undefined)
  }, [pathname])
  return data?.workCounts ?? []
}

interface NavigationProps {
  pages: readonly DeskPage[]
  counts: readonly WorkCountLine[]
  onGo: () => void
}

export const Navigation = ({ pages, counts, onGo }: NavigationProps) => {
  const { role } = useSession()
  const { pathname } = useLocation()
  const nearest = pages
    .map(pathOf)
    .filter((path) => pathname === path || (path !== '/' && pathname.startsWith(`${path}/`)))
    .sort((a, b) => b.length - a.length)[0]
  const { front, rest } = splitPages(pages, role)
  const [isOpen, setOpen] = useState(() => localStorage.getItem(MORE_OPEN) === 'true')
  const isWithin = rest.some((page) => pathOf(page) === nearest)
  const common = { counts, nearest, onGo }
  return (
    <>
      <Section pages={front} {...common} />
      {rest.length > 0 && (
        <details
          className="more"
          open={isOpen || isWithin}
          onToggle={({ currentTarget: { open } }) => {
            if (open === (isOpen || isWithin)) return
            setOpen(open)
            localStorage.setItem(MORE_OPEN, String(open))
          }}
        >
          <summary>更多 {rest.length} 项</summary>
          <Section pages={rest} {...common} />
        </details>
      )}
    </>
  )
}

interface SectionProps extends NavigationProps {
  nearest: string | undefined
}

const Section = ({ pages, counts, nearest, onGo }: SectionProps) => (
  <Menu
    mode="inline"
    selectedKeys={nearest === undefined ? [] : [nearest]}
    onClick={onGo}
    items={PAGE_SECTIONS.flatMap((section) => {
      const own = pages.filter((page) => page.section === section)
      if (own.length === 0) return []
      const children = own.map((page) => ({
        key: pathOf(page),
        label: (
          <>
            <Link to={pathOf(page)}>{page.title}</Link>
            <Waiting {...countOfPage(counts, page.path)} />
          </>
        ),
      }))
      return [{ key: section, type: 'group' as const, label: section, children }]
    })}
  />
)

const Waiting = ({ n, atLeast }: { n: number; atLeast: boolean }) =>
  n === 0 ? null : (
    <span className="waiting">
      <span aria-hidden="true">{formatCount(n, atLeast)}</span>
      <span className="unseen">
        {atLeast ? '至少 ' : ''}
        {n} 件待办
      </span>
    </span>
  )
