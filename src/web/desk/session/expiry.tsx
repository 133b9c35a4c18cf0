import { Alert, Button } from 'antd'
import { useEffect, useState } from 'react'
import { clockTimeText } from '../pieces/dates.js'
import { keepSessionAlive, useSignIn } from './session.js'

/** The warning appears this long before the session ends. */
const BEFORE_MS = 5 * 60_000
const LOOK_MS = 15_000

export const ExpiryWarning = () => {
  const { session, lastAt, isAskedAgain } = useSignIn()
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), LOOK_MS)
    return () => clearInterval(timer)
  }, [])
  if (session === null || isAskedAgain) return null
  const idleEnd = lastAt + session.idleMs
  const lastEnd = Date.parse(session.endsAt)
  if (Math.min(idleEnd, lastEnd) - now > BEFORE_MS) return null
  if (lastEnd <= idleEnd)
    return (
      <Alert banner type="warning" title={`本次登录将于 ${clockTimeText(session.endsAt)} 到期，届时需重新登录。`} />
    )
  return (
    <Alert
      banner
      type="warning"
      title={`长时间未操作，将于 ${clockTimeText(new Date(idleEnd).toISOString())} 自动退出。`}
      action={
        <Button size="small" onClick={() => void keepSessionAlive()}>
          继续使用
        </Button>
      }
    />
  )
}
