import { useQuery } from '@apollo/client/react'
import { Button } from 'antd'
import { Link } from 'react-router'
import { agoText } from '../../../pieces/dates.js'
import { LoadingNotice } from '../../../pieces/empty.js'
import { PageHead } from '../../../pieces/page.js'
import { RefusalNotice } from '../../../pieces/refusal.js'
import { labelOf } from '../../../pieces/words.js'
import { SetupStepsDocument, type SetupStepsQuery } from './setup.generated.js'
import { compareFeeds, STEP_WORDS } from './words.js'

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
                  {count && !done && ` ${count}`}
                </span>
              </h2>
              {!done && (
                <>
                  <p>{STEP_WORDS[step].how}</p>
                  {step === 'FEEDS' && <Feeds of={shown.agencies} />}
                  <p className="filters">
                    {STEP_WORDS[step].links.map(({ to, text }) => (
                      <Link key={to} to={to}>
                        {text}
                      </Link>
                    ))}
                  </p>
                </>
              )}
            </li>
          ))}
        </ol>
      )}
    </>
  )
}

const Feeds = ({ of }: { of: SetupStepsQuery['agencies'] }) => {
  const feeds = of
    .flatMap(({ feeds, name, configured }) => feeds.map((feed) => ({ ...feed, agency: name.zh, configured })))
    .sort((a, b) => compareFeeds(a.id, b.id))
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: scrollable region
    <section className="scroll" aria-label="数据源表" tabIndex={0}>
      <table className="plain-table" aria-label="数据源">
        <thead>
          <tr>
            <th scope="col">数据源</th>
            <th scope="col">信源单位</th>
            <th scope="col">如何取得</th>
            <th scope="col">最近完整接收</th>
          </tr>
        </thead>
        <tbody>
          {feeds.map(({ id, title, agency, configured, lastGoodPullAt }) => (
            <tr key={id}>
              <td>{title.zh}</td>
              <td>{agency}</td>
              <td>{configured ? '按设定的地址自动拉取' : '接口、文件夹或前置机（设定地址），或者上传文件'}</td>
              <td className={lastGoodPullAt ? 'good' : 'soft'}>{lastGoodPullAt ? agoText(lastGoodPullAt) : '尚未'}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
