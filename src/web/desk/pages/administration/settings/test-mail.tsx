import { useApolloClient } from '@apollo/client/react'
import { Button } from 'antd'
import { useState } from 'react'
import { RefusalNotice } from '../../../pieces/refusal.js'
import { labelOf } from '../../../pieces/words.js'
import { useRequest } from '../../reminders/request.js'
import { SendTestMailDocument, type SendTestMailMutation } from '../office.generated.js'

type MailTest = SendTestMailMutation['sendTestMail']

export const TestMail = () => {
  const apollo = useApolloClient()
  const { isBusy, error, send } = useRequest()
  const [outcome, setOutcome] = useState<MailTest | null>(null)
  const test = () => {
    setOutcome(null)
    return send(
      async () => {
        const { data } = await apollo.mutate({ mutation: SendTestMailDocument })
        setOutcome((data as SendTestMailMutation).sendTestMail)
      },
      () => undefined,
    )
  }
  return (
    <>
      <p className="filters">
        <Button loading={isBusy} onClick={() => void test()}>
          发送测试邮件
        </Button>
        <span className="soft">按现行设置寄到您已确认的邮箱；没有的，寄到发件邮箱。</span>
      </p>
      <p role="status" className={outcome?.fault ? 'bad' : 'good'}>
        {outcome && outcomeWords(outcome)}
      </p>
      {error !== null && <RefusalNotice of={error} />}
    </>
  )
}

const outcomeWords = ({ isOwnAddress, fault }: MailTest): string =>
  fault
    ? `测试邮件没有送出。${labelOf('MailFault', fault)}。`
    : `邮件服务器已收下测试邮件，请查看${isOwnAddress ? '您的邮箱' : '发件邮箱'}。`
