import { useQuery } from '@apollo/client/react'
import { Button } from 'antd'
import { Link } from 'react-router'
import { LoadingNotice } from '../../../pieces/empty.js'
import { PageHead } from '../../../pieces/page.js'
import { RefusalNotice } from '../../../pieces/refusal.js'
import { labelOf } from '../../../pieces/words.js'
import { FeedTable } from './feeds.js'
import { SetupStepsDocument, type SetupStepsQuery } from './setup.generated.js'
import { STEP_WORDS } from './words.js'

export default function SetupPage() {
  const { data, loading, error, refetch } = useQuery(SetupStepsDocument)
  const shown = data as SetupStepsQuery | undefined
  const next = shown?.setupSteps.find(({ done }) => !done)?.step
  return (
    <>
      <PageHead
        title="开始使用"
        extra={
          <Button loading={loading} onClick={() => void refetch()}>
            刷新
          </Button>
        }
      >
        <p className="soft">从空库到第一次公示的各步，依次办理。是否办好由数据库得出，不须勾选。</p>
      </PageHead>
      {error && <RefusalNotice of={error} onAgain={() => void refetch()} />}
      {shown === undefined && !error && <LoadingNotice of="各步" />}
      {shown && (
        <ol className="stack" aria-label="各步">
          {shown.setupSteps.map(({ step, done, count }) => (
            <li key={step} className="panel wide" aria-current={step === next ? 'step' : undefined}>
              <h2>
                {labelOf('SetupStepName', step)}{' '}
                <span className={done ? 'good' : step === next ? 'warn' : 'soft'}>
                  {done ? '已办好' : step === next ? '下一步' : '未办'}
                  {count && ` ${count}`}
                </span>
              </h2>
              {!done && (
                <>
                  <p>{STEP_WORDS[step].how}</p>
                  <p className="filters">
                    {STEP_WORDS[step].links.map(({ to, text }) => (
                      <Link key={to} to={to}>
                        {text}
                      </Link>
                    ))}
                  </p>
                </>
              )}
              {step === 'FEEDS' && <FeedTable of={shown.agencies} />}
            </li>
          ))}
        </ol>
      )}
    </>
  )
}
