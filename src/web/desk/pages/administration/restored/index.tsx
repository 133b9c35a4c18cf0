import { useApolloClient, useQuery } from '@apollo/client/react'
import { Alert, Button } from 'antd'
import { ConfirmButton } from '../../../pieces/confirm.js'
import { instantText } from '../../../pieces/dates.js'
import { EmptyNotice, LoadingNotice } from '../../../pieces/empty.js'
import { LabelledField } from '../../../pieces/field.js'
import { formatNumber } from '../../../pieces/numbers.js'
import { PageHead } from '../../../pieces/page.js'
import { RefusalNotice } from '../../../pieces/refusal.js'
import { TimeLine, type TimeLineEvent } from '../../../pieces/time-line.js'
import { labelOf } from '../../../pieces/words.js'
import { useMay } from '../../../session/session.js'
import { SettledOfficeProposals, WaitingOfficeProposal } from '../office-proposals.js'
import {
  DeclareRestoredDocument,
  ReleaseRestoredDocument,
  RestoredDocument,
  type RestoredFindingLineFragment,
  type RestoredLineFragment,
  type RestoredQuery,
} from './restored.generated.js'

export default function RestoredPage() {
  const releases = useMay('release_restored')
  const apollo = useApolloClient()
  const { data, loading, error, refetch } = useQuery(RestoredDocument)
  const shown = data as RestoredQuery | undefined
  const open = shown?.databaseRestored ?? null
  const names = new Map((shown?.platforms ?? []).map(({ id, name }) => [id, name.zh]))
  const nameOf = (id: string): string => names.get(id) ?? id
  const declare = async (reason: string) => {
    await apollo.mutate({ mutation: DeclareRestoredDocument, variables: { reason } })
    await refetch()
  }
  const release = async (reason: string) => {
    await apollo.mutate({ mutation: ReleaseRestoredDocument, variables: { reason } })
    await refetch()
  }
  return (
    <>
      <PageHead
        title="数据库恢复"
        extra={
          <span className="year">
            {releases && shown && (
              <ConfirmButton
                key={open?.foundAt ?? ''}
                action={open === null ? '声明由备份恢复' : '声明又一次恢复'}
                follows={[
                  open === null
                    ? '即刻停止新增：不再公示新的条目，不再向平台推送新增；'
                    : '已作的比对不再算数，待确认的解除不予同意；此前的发现留存；',
                  '移出、暂停公示照常进行；',
                  '每个已配置的平台都须重新比对过，再由两人解除，新增才继续。',
                ]}
                asks={{ label: '事由（何时由哪一份备份恢复）' }}
                onDo={declare}
              />
            )}
            <Button loading={loading} onClick={() => void refetch()}>
              刷新
            </Button>
          </span>
        }
      >
        <p className="soft">
          数据库由备份恢复后，落后于已经发出的内容。枢纽由库外记录和平台的展示发现这一点，停止新增，直到一人提议解除、另一人确认。
        </p>
      </PageHead>
      {error && <RefusalNotice of={error} onAgain={() => void refetch()} />}
      {shown === undefined && !error && <LoadingNotice of="状态" />}
      {shown && open === null && (
        <Alert type="success" showIcon title="没有待解除的恢复" description="枢纽照常新增和移出。" />
      )}
      {open && <Open of={open} nameOf={nameOf} onRelease={releases ? release : null} onDone={() => void refetch()} />}
      {shown && (
        <section className="panel after" aria-label="历次恢复">
          <h2>历次恢复</h2>
          {shown.databaseRestorations.length === 0 ? (
            <EmptyNotice>从未发现数据库由备份恢复。</EmptyNotice>
          ) : (
            <TimeLine label="历次恢复" moments={shown.databaseRestorations.map((one) => momentOf(one, nameOf))} />
          )}
        </section>
      )}
      <SettledOfficeProposals
        title="解除的提议"
        all={(shown?.officeProposals ?? []).filter(
          ({ kind, state }) => kind === 'RESTORE_RELEASE' && state !== 'PROPOSED',
        )}
      />
    </>
  )
}

const Open = ({
  of,
  nameOf,
  onRelease,
  onDone,
}: {
  of: RestoredLineFragment
  nameOf: (id: string) => string
  onRelease: ((reason: string) => Promise<void>) | null
  onDone: () => void
}) => {
  const waiting = of.compared.filter(({ at }) => at === null)
  return (
    <div className="stack">
      <Alert
        type="error"
        showIcon
        title={`数据库由备份恢复，尚未解除（${instantText(of.foundAt)} ${of.earlier.length === 0 ? '' : `第 ${of.earlier.length + 1} 次`}发现）`}
        description="已停止新增：不公示新的条目，不向平台推送新增。移出照常。"
      />
      <section className="panel" aria-label="如何发现">
        <h2>如何发现</h2>
        <Finding of={of} nameOf={nameOf} />
        {of.earlier.map((one, i) => (
          <div key={one.foundAt}>
            <h3>
              第 {i + 1} 次，{instantText(one.foundAt)} 发现
            </h3>
            <Finding of={one} nameOf={nameOf} />
          </div>
        ))}
      </section>
      <section className="panel" aria-label="解除之前">
        <h2>解除之前：与每个平台比对</h2>
        <ul className="checks">
          {of.compared.map(({ platform, at }) => (
            <li key={platform} className={at === null ? 'warn' : 'good'}>
              {at === null ? '待比对' : '已比对'} {nameOf(platform)}
              <span className="soft">
                {' '}
                {at === null ? '请在时刻表中立即运行比对，或等待夜间的比对。' : instantText(at)}
              </span>
            </li>
          ))}
        </ul>
        {onRelease && !of.waiting && (
          <ConfirmButton
            action="提议解除"
            disabled={waiting.length > 0}
            hint={waiting.length > 0 ? `还有 ${waiting.length} 个平台没有比对` : ''}
            follows={[
              '另一人确认以后，新增才恢复；在此之前仍停止；',
              '推送号和期号接在已知最大者之后，平台不会把它们当作旧的；',
              '备份之后办理过而数据库不再知道的，须已由您核对并补办。',
            ]}
            asks={{ label: '事由（如何核对、补办了什么）' }}
            onDo={onRelease}
          />
        )}
      </section>
      {of.waiting && <WaitingOfficeProposal of={of.waiting} onDone={onDone} />}
    </div>
  )
}

const Finding = ({ of, nameOf }: { of: RestoredFindingLineFragment; nameOf: (id: string) => string }) => (
  <dl className="fields">
    <LabelledField label="由何得知">{labelOf('RestoredCause', of.cause)}</LabelledField>
    {of.saidBy && (
      <LabelledField label="声明">
        {of.saidBy}：{of.said}
      </LabelledField>
    )}
    {of.platform && <LabelledField label="平台">{nameOf(of.platform)}</LabelledField>}
    <LabelledField label="推送号">
      <Reach of={of.deliveries} />
    </LabelledField>
    <LabelledField label="公示期号">
      <Reach of={of.sequence} />
    </LabelledField>
  </dl>
)

const Reach = ({ of: { noted, had } }: { of: { noted: number | null; had: number } }) => (
  <>
    库外记到 {noted === null ? '—' : formatNumber(noted)}，数据库有 {formatNumber(had)}
    {noted !== null && noted > had && <span className="bad"> 落后 {formatNumber(noted - had)}</span>}
  </>
)

const momentOf = (one: RestoredLineFragment, nameOf: (id: string) => string): TimeLineEvent => ({
  key: one.foundAt,
  at: one.foundAt,
  tone: one.releasedAt === null ? 'bad' : 'good',
  title: `${labelOf('RestoredCause', one.cause)}${one.platform ? `（${nameOf(one.platform)}）` : ''}`,
  detail: (
    <>
      {one.saidBy && `${one.saidBy}：${one.said}。`}
      {one.earlier.map(
        (was) =>
          `此前 ${instantText(was.foundAt)} ${labelOf('RestoredCause', was.cause)}${was.said ? `（${was.saidBy}：${was.said}）` : ''}。`,
      )}
      {one.releasedAt === null
        ? '尚未解除。'
        : `${instantText(one.releasedAt)} 由 ${one.releaseProposedBy ? `${one.releaseProposedBy} 提议、` : ''}${one.releasedBy} ${one.releaseProposedBy ? '确认' : ''}解除：${one.releasedReason}`}
    </>
  ),
})
