import { useApolloClient } from '@apollo/client/react'
import { ConfirmButton } from '../../../pieces/confirm.js'
import { labelOf } from '../../../pieces/words.js'
import { type JobLineFragment, PauseJobDocument, ResumeJobDocument, StartJobDocument } from './timetable.generated.js'

interface JobProps {
  of: JobLineFragment
  title: string
}

export const jobWords = ({ job }: { job: string }): string => labelOf('Job', job).split('：')[0] ?? job

export const jobTitleOf = (of: { job: string; subject: string | null }, title: string): string =>
  of.subject === null ? title : `${jobWords(of)}（${title}）`

const STILL: Record<string, string> = {
  PULL: '新的信用信息不再进入枢纽；超过期限后，据此作出的答复标为“陈旧”。',
  SCORE: '评分不再更新，依据的事实变了也不例外。',
  RECONCILE: '不再发现平台的展示与枢纽不符。',
}

export const StartJobButton = ({ of, title, onStart }: JobProps & { onStart: (plannedFor: string) => void }) => {
  const apollo = useApolloClient()
  return (
    <ConfirmButton
      action="立即运行"
      danger={false}
      follows={[
        `一两秒内由某个枢纽进程运行“${jobTitleOf(of, title)}”；`,
        '已经要求、尚未结束的，不重复运行；',
        of.paused ? '仍保持暂停，时刻表上的时刻照旧不运行。' : '时刻表上的时刻照旧。',
      ]}
      button={{ type: 'link', size: 'small', 'aria-label': `立即运行：${jobTitleOf(of, title)}` }}
      onDo={async () => {
        const { data } = await apollo.mutate({
          mutation: StartJobDocument,
          variables: { job: of.job, subject: of.subject },
          fetchPolicy: 'no-cache',
        })
        if (data) onStart(data.startJob.plannedFor)
      }}
    />
  )
}

export const PauseJobButton = ({ of, title, onDone }: JobProps & { onDone: () => void }) => {
  const apollo = useApolloClient()
  return (
    <ConfirmButton
      action="暂停"
      follows={[
        `“${jobTitleOf(of, title)}”不再自动运行，直到有人恢复；`,
        '正在运行的继续到完成；',
        STILL[of.job] ?? '其间该项工作不再进行。',
        '暂停期间的时刻，恢复后不补。',
      ]}
      asks={{ label: '事由' }}
      disabled={!of.pausable}
      hint={of.pausable ? '' : '不能暂停：它撤下不应再公示的内容，或者维护痕迹、变更和期限'}
      button={{ type: 'link', size: 'small', 'aria-label': `暂停：${jobTitleOf(of, title)}` }}
      onDo={async (reason) => {
        await apollo.mutate({ mutation: PauseJobDocument, variables: { job: of.job, subject: of.subject, reason } })
        onDone()
      }}
    />
  )
}

export const ResumeJobButton = ({ of, title, onDone }: JobProps & { onDone: () => void }) => {
  const apollo = useApolloClient()
  return (
    <ConfirmButton
      action="恢复"
      danger={false}
      follows={[`“${jobTitleOf(of, title)}”自下一个时刻起照常运行；`, '暂停期间错过的不补；急需的，请再“立即运行”。']}
      button={{ type: 'link', size: 'small', 'aria-label': `恢复：${jobTitleOf(of, title)}` }}
      onDo={async () => {
        await apollo.mutate({ mutation: ResumeJobDocument, variables: { job: of.job, subject: of.subject } })
        onDone()
      }}
    />
  )
}
