import MenuOutlined from '@ant-design/icons/MenuOutlined'
import { Button, Drawer, Dropdown, Modal } from 'antd'
import { Suspense, useMemo, useRef, useState } from 'react'
import { Link, Outlet, useNavigate } from 'react-router'
import { LoadingNotice } from '../pieces/empty.js'
import { labelOf } from '../pieces/words.js'
import { DESK_PAGES } from '../routes.js'
import { ExpiryWarning } from '../session/expiry.js'
import { type DeskSession, signOut, useMay, useSession } from '../session/session.js'
import { SignInAgain } from '../session/sign-in.js'
import { chooseScheme, SCHEMES, useSchemeChoice } from '../theme.js'
import { mayOpenPage } from './home.js'
import { Navigation, pathOf, useWorkCounts } from './navigation.js'
import { OperatorSearch } from './search.js'
import { type Shortcut, useShortcuts } from './shortcuts.js'

export const DeskFrame = () => {
  const session = useSession()
  const navigate = useNavigate()
  const search = useRef<HTMLInputElement>(null)
  const [isOpen, setOpen] = useState(false)
  const [isHelp, setHelp] = useState(false)
  const pages = useMemo(
    () => DESK_PAGES.filter((page) => page.section !== undefined && mayOpenPage(page, session)),
    [session],
  )
  const finds = useMay('see_operations')
  const shortcuts = useMemo<Shortcut[]>(
    () => [
      ...(finds ? [{ keys: '/', words: '查找', does: () => search.current?.focus() }] : []),
      ...pages.flatMap((page) =>
        page.key
          ? [{ keys: `g ${page.key}`, words: `打开${page.title}`, does: () => void navigate(pathOf(page)) }]
          : [],
      ),
      { keys: '?', words: '显示快捷键', does: () => setHelp(true) },
    ],
    [pages, finds, navigate],
  )
  useShortcuts(shortcuts)

  const counts = useWorkCounts()
  const navigation = <Navigation pages={pages} counts={counts} onGo={() => setOpen(false)} />
  return (
    <div className="frame">
      <a className="skip" href="#page">
        跳到正文
      </a>
      {session.demo && (
        <aside className="demo" aria-label="演示">
          演示环境：所示数据全部虚构。
        </aside>
      )}
      {session.trial && !session.demo && (
        <aside className="demo" aria-label="试运行">
          试运行：本机关尚未声明正式运行，所载条目用于测试，不得据以采取任何措施。
        </aside>
      )}
      <header className="top">
        <Button
          className="narrow-only"
          type="text"
          icon={<MenuOutlined />}
          aria-label="打开导航"
          aria-expanded={isOpen}
          onClick={() => setOpen(true)}
        />
        <Link className="brand" to="/">
          信用枢纽工作台
        </Link>
        {finds && <OperatorSearch input={search} />}
        <Account session={session} onHelp={() => setHelp(true)} />
      </header>
      <ExpiryWarning />
      <div className="below">
        <nav className="side" aria-label="主导航">
          {navigation}
        </nav>
        <Drawer open={isOpen} onClose={() => setOpen(false)} placement="left" size={280} title="导航">
          <nav aria-label="导航">{navigation}</nav>
        </Drawer>
        <main id="page" tabIndex={-1}>
          <Suspense fallback={<LoadingNotice />}>
            <Outlet />
          </Suspense>
        </main>
      </div>
      <SignInAgain />
      <Modal
        open={isHelp}
        title="快捷键"
        footer={null}
        onCancel={() => setHelp(false)}
        closable={{ 'aria-label': '关闭' }}
      >
        <dl className="fields narrow">
          {shortcuts.map(({ keys, words }) => (
            <div key={keys} className="field">
              <dt>
                {keys.split(' ').map((key) => (
                  <kbd key={key}>{key}</kbd>
                ))}
              </dt>
              <dd>{words}</dd>
            </div>
          ))}
        </dl>
      </Modal>
    </div>
  )
}

const SCHEME_WORDS = { auto: '随系统', light: '浅色', dark: '深色' } as const
const SCHEME_ITEMS = SCHEMES.map((key) => ({ key, label: SCHEME_WORDS[key], onClick: () => chooseScheme(key) }))

const Account = ({ session, onHelp }: { session: DeskSession; onHelp: () => void }) => (
  <Dropdown
    trigger={['click']}
    menu={{
      selectedKeys: [useSchemeChoice()],
      items: [
        {
          key: 'role',
          label: `${labelOf('Role', session.role)}${session.agencyName ? ` · ${session.agencyName}` : ''}`,
          disabled: true,
        },
        {
          key: 'guide',
          label: (
            <a href="/help#officers" target="_blank" rel="noreferrer">
              帮助
            </a>
          ),
        },
        { key: 'own', label: <Link to="/account">我的账号</Link> },
        ...(useMay('be_notified') ? [{ key: 'reminders', label: <Link to="/reminders">提醒设置</Link> }] : []),
        { key: 'help', label: '快捷键（?）', onClick: onHelp },
        { key: 'scheme', type: 'group', label: '外观', children: SCHEME_ITEMS },
        { key: 'out', label: '退出登录', onClick: () => void signOut() },
      ],
    }}
  >
    <Button type="text" className="account">
      {session.name}
    </Button>
  </Dropdown>
)
