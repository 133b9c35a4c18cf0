import { Button } from 'antd'
import { LoadingNotice } from '../../pieces/empty.js'
import { RefusalNotice } from '../../pieces/refusal.js'
import { signOut, useSession } from '../../session/session.js'
import { AccountDialogs } from './dialogs.js'
import { FactorsPanel } from './factors.js'
import { useOwnAccount } from './own-account.js'

export const EnrolmentPage = () => {
  const { name } = useSession()
  const own = useOwnAccount()
  return (
    <main className="sign-in enrolment">
      <h1>启用第二重验证</h1>
      <p>{name}，您好。按本枢纽的规定，您的账号须先启用第二重验证，然后才能进入工作台。</p>
      {own.account === null && own.error === null && <LoadingNotice />}
      {own.error !== null && <RefusalNotice of={own.error} onAgain={own.load} />}
      {own.account && <FactorsPanel account={own.account} act={own.act} />}
      <AccountDialogs of={own} />
      <p>
        <a href="/help/sign-in" target="_blank" rel="noreferrer">
          帮助
        </a>
        <Button type="link" onClick={() => void signOut()}>
          退出登录
        </Button>
      </p>
    </main>
  )
}
