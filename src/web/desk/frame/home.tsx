import { Link } from 'react-router'
import { DESK_PAGES, type DeskPage } from '../routes.js'
import { type DeskSession, useSession } from '../session/session.js'

export const mayOpenPage = ({ acts }: Pick<DeskPage, 'acts'>, session: DeskSession): boolean =>
  acts.some((act) => session.acts.includes(act))

export const useHomePage = (): Pick<DeskPage, 'path' | 'title'> => {
  const session = useSession()
  const first = DESK_PAGES.find((page) => page.section !== undefined && mayOpenPage(page, session))
  return first ?? { path: 'account', title: '我的账号' }
}

export const HomeLink = () => {
  const { path, title } = useHomePage()
  return <Link to={`/${path}`}>回到{title}</Link>
}
