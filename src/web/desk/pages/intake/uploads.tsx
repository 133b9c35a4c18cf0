import { useQuery } from '@apollo/client/react'
import { Button, Checkbox, Select } from 'antd'
import { type DragEvent, useEffect, useId, useRef, useState } from 'react'
import { Link } from 'react-router'
import { useAddressState } from '../../pieces/address.js'
import { ConfirmButton } from '../../pieces/confirm.js'
import { instantText, today } from '../../pieces/dates.js'
import { EmptyNotice } from '../../pieces/empty.js'
import { formatNumber } from '../../pieces/numbers.js'
import { PageHead } from '../../pieces/page.js'
import { ScrollRegion } from '../../pieces/plain-table.js'
import { RefusalNotice } from '../../pieces/refusal.js'
import { labelOf } from '../../pieces/words.js'
import { FeedSamples } from './feed-sample.js'
import type { RefusedHeadings } from './maps.js'
import { useOwnAgencies } from './own-agencies.js'
import { countNamed, isFailedOutcome, RunCounts, runPath } from './runs.js'
import { UploadPreviewPanel } from './upload-preview.js'
import {
  type FilePreview,
  globalRunId,
  previewUpload,
  type UploadControls,
  type UploadRefusal,
  type UploadRequest,
  type UploadResult,
  uploadFile,
} from './upload-request.js'
import { MyUploadsDocument, UploadFeedsDocument } from './uploads.generated.js'

/** In bytes. Larger files must use the agency's transport. */
const FILE_MOST = 64 * 1024 * 1024
const RECENT = 50
const TICK_MS = 1_000

type UploadStage = 'PREVIEW' | 'TAKE_IN'

export default function UploadsPage() {
  const own = useOwnAgencies()
  const [asked, ask] = useAddressState({ feed: '' })
  const { feed } = asked
  const { data, error } = useQuery(UploadFeedsDocument)
  const agencies = own(data?.agencies ?? []).map((agency) => ({
    ...agency,
    feeds: agency.feeds.filter(({ kind }) => kind !== 'MIRROR'),
  }))
  const feeds = agencies.flatMap(({ feeds }) => feeds)
  const picked = feeds.find(({ id }) => id === feed)
  const [file, setFile] = useState<File | null>(null)
  const [dated, setDated] = useState('')
  const [full, setFull] = useState(false)
  const [stage, setStage] = useState<UploadStage | null>(null)
  const [sent, setSent] = useState(0)
  const [preview, setPreview] = useState<FilePreview | null>(null)
  const [taken, setTaken] = useState<UploadResult | null>(null)
  const [refused, setRefused] = useState<unknown>(null)
  const giveUp = useRef<AbortController | null>(null)
  useEffect(() => () => giveUp.current?.abort(), [])
  const [dayId, fileId] = [useId(), useId()]

  const forget = () => {
    setPreview(null)
    setTaken(null)
    setRefused(null)
  }
  const begun = async <T,>(
    stage: UploadStage,
    send: (asked: UploadRequest, underWay: UploadControls) => Promise<T>,
  ): Promise<T | null> => {
    if (file === null || feed === '') return null
    giveUp.current = new AbortController()
    setStage(stage)
    setSent(0)
    setRefused(null)
    try {
      return await send({ feed, file, dated, full }, { signal: giveUp.current.signal, onSent: setSent })
    } catch (thrown) {
      if (!giveUp.current.signal.aborted) setRefused(thrown)
      return null
    } finally {
      setStage(null)
    }
  }
  const look = async () => {
    forget()
    setPreview(await begun('PREVIEW', previewUpload))
  }
  const act = async () => {
    const done = await begun('TAKE_IN', uploadFile)
    if (done === null) return
    setTaken(done)
    setPreview(null)
  }
  const choose = (chosen: File | null) => {
    forget()
    setFile(chosen)
    if (chosen !== null && chosen.size > FILE_MOST)
      setRefused({ code: 'TOO_LARGE', detail: '文件超过 64 MB，请由信源单位的接口报送，或拆分后上传。' })
  }
  const isReady = file !== null && file.size <= FILE_MOST && feed !== ''
  return (
    <>
      <PageHead title="上传" />
      {error && <RefusalNotice of={error} />}
      <div className="stack">
        <section className="panel" aria-label="要上传的文件">
          <h2>1 选择数据源和文件</h2>
          <form className="filters" onSubmit={(event) => event.preventDefault()} aria-label="上传">
            <Select
              aria-label="数据源"
              value={feed || undefined}
              placeholder="选择数据源"
              showSearch={{ optionFilterProp: 'label' }}
              onChange={(feed) => {
                forget()
                ask({ feed })
              }}
              options={agencies.flatMap(({ name, feeds }) =>
                feeds.map(({ id, title }) => ({ value: id, label: `${title.zh} · ${name.zh}` })),
              )}
              style={{ width: '22rem' }}
            />
            <label htmlFor={dayId}>截至日期（可不填）</label>
            <input
              id={dayId}
              className="day-input"
              type="date"
              max={today()}
              value={dated}
              onChange={(event) => {
                forget()
                setDated(event.target.value)
              }}
            />
            <Checkbox
              checked={full}
              onChange={(event) => {
                forget()
                setFull(event.target.checked)
              }}
            >
              这是全量
            </Checkbox>
          </form>
          <p className="soft">
            {full
              ? '全量：文件中没有的，视为信源单位不再报送；条数骤减时整批拒收。'
              : '部分：只新增和变更，不终结文件中没有的。'}
            {picked && ` 该数据源上次有 ${picked.items === null ? '—' : formatNumber(picked.items)} 条。`}
          </p>
          {picked && <FeedSamples key={feed} feed={feed} title={picked.title.zh} />}
          <Drop file={file} inputId={fileId} onFile={choose} />
          <div className="acts">
            <Button
              type={preview ? 'default' : 'primary'}
              disabled={!isReady || stage !== null}
              onClick={() => void look()}
            >
              预览
            </Button>
            {stage !== null && <Button onClick={() => giveUp.current?.abort()}>停止等待</Button>}
          </div>
          <Waiting stage={stage} sent={sent} bytes={file?.size ?? 0} />
          {refused !== null && <Why of={refused} feed={feed} />}
        </section>
        {preview && (
          <section className="panel" aria-label="预览">
            <h2>2 预览：尚未接收</h2>
            <UploadPreviewPanel of={preview} title={picked?.title.zh ?? feed} />
            <div className="acts">
              <ConfirmButton
                action="接收这个文件"
                danger={false}
                disabled={stage !== null}
                button={{ type: 'primary' }}
                follows={followsOf(preview)}
                onDo={act}
              />
            </div>
          </section>
        )}
        {taken && <Result of={taken} />}
        {feed && <Recent key={`${feed} ${taken?.run ?? ''}`} feed={feed} />}
      </div>
    </>
  )
}

const followsOf = (of: FilePreview): string[] => [
  ...(of.refused ? [`整批会被拒收：${of.refused}；原有信息保持不变。`] : []),
  `新增 ${formatNumber(of.new)} 条、变更 ${formatNumber(of.changed)} 条，随后有关主体重新评分。`,
  ...(of.unmatched > 0 ? [`${formatNumber(of.unmatched)} 条找不到主体，等待认领。`] : []),
  ...(of.rejected > 0 ? [`${formatNumber(of.rejected)} 条拒收，可逐条更正。`] : []),
  ...(of.wrongDigits > 0 ? [`${formatNumber(of.wrongDigits)} 条的代码校验位不符，请先与来源核对。`] : []),
  ...(of.ended > 0 ? [`${formatNumber(of.ended)} 条文件中没有的，视为不再报送。`] : []),
  '整批有误的，复核人或管理员可以撤回。',
]

const Drop = ({
  file,
  inputId,
  onFile,
}: {
  file: File | null
  inputId: string
  onFile: (file: File | null) => void
}) => {
  const [isOver, setOver] = useState(false)
  const over = (event: DragEvent, isOver: boolean) => {
    event.preventDefault()
    setOver(isOver)
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the input inside does the same
    <div
      className={isOver ? 'drop-zone over' : 'drop-zone'}
      onDragOver={(event) => over(event, true)}
      onDragLeave={(event) => over(event, false)}
      onDrop={(event) => {
        over(event, false)
        const [dropped] = event.dataTransfer.files
        if (dropped) onFile(dropped)
      }}
    >
      <label htmlFor={inputId}>把文件拖到这里，或选择文件（CSV、XLSX、XML、JSON，不超过 64 MB）</label>
      <div>
        <input id={inputId} type="file" onChange={(event) => onFile(event.target.files?.[0] ?? null)} />
      </div>
      {file && (
        <p>
          {file.name} · {kilobytes(file.size)} KB
        </p>
      )}
    </div>
  )
}

const Waiting = ({ stage, sent, bytes }: { stage: UploadStage | null; sent: number; bytes: number }) => {
  const [seconds, setSeconds] = useState(0)
  useEffect(() => {
    setSeconds(0)
    if (stage === null) return
    const timer = setInterval(() => setSeconds((before) => before + 1), TICK_MS)
    return () => clearInterval(timer)
  }, [stage])
  const isSending = stage !== null && sent < 1
  return (
    <>
      {stage !== null && <progress className="under-way" aria-label="进度" {...(isSending && { value: sent })} />}
      {isSending && (
        <p className="soft">
          正在发送 {Math.floor(sent * 100)}%：{kilobytes(sent * bytes)} / {kilobytes(bytes)} KB
        </p>
      )}
      <p role="status" className="soft said">
        {isSending && '正在发送…'}
        {!isSending && stage === 'PREVIEW' && `已全部发送，正在读取并逐条检查，已 ${seconds} 秒…`}
        {!isSending && stage === 'TAKE_IN' && `正在接收，已 ${seconds} 秒；离开本页也会接着做完，结果见运行记录。`}
      </p>
    </>
  )
}

const kilobytes = (bytes: number): string => formatNumber(Math.ceil(bytes / 1_024))

const Why = ({ of, feed }: { of: unknown; feed: string }) => {
  const { rejects = null, headings = [] } = of as Partial<UploadRefusal>
  return (
    <>
      <RefusalNotice of={of} />
      {headings.length > 0 && (
        <p>
          <Link to={`/intake/feeds/${feed}/maps`} state={{ headings } satisfies RefusedHeadings}>
            把这个文件的表头对应到字段
          </Link>
          ，保存后再预览。
        </p>
      )}
      {rejects && (
        <p>
          没有接收。<a href={rejects}>下载逐行结果（CSV）</a>
        </p>
      )}
    </>
  )
}

const Result = ({ of }: { of: UploadResult }) => (
  <section className="panel" aria-label="结果">
    <h2>3 结果：已接收</h2>
    <RunCounts counts={of} label="各类条目所占比例" />
    <p>
      <Link to={runPath(globalRunId(of.run))}>第 {of.run} 号运行</Link>
      {of.rejected > 0 && (
        <>
          {' · '}
          <Link to={`/intake/rejects?run=${globalRunId(of.run)}`}>逐条处理拒收的 {formatNumber(of.rejected)} 条</Link>
          {' · '}
          <a href={of.rejects} download={`run-${of.run}-rejects.csv`}>
            下载逐行结果（CSV）
          </a>
        </>
      )}
      {of.unmatched > 0 && (
        <>
          {' · '}
          <Link to={`/intake/identity?feed=${of.feed}`}>认领 {formatNumber(of.unmatched)} 条</Link>
        </>
      )}
    </p>
  </section>
)

const Recent = ({ feed }: { feed: string }) => {
  const { data } = useQuery(MyUploadsDocument, { variables: { first: RECENT, feed }, fetchPolicy: 'network-only' })
  const uploads = (data?.runs.nodes ?? []).filter(({ cause }) => cause === 'UPLOAD')
  return (
    <section className="panel" aria-label="最近的上传">
      <h2>最近的上传</h2>
      {uploads.length === 0 ? (
        <EmptyNotice>该数据源最近没有上传。</EmptyNotice>
      ) : (
        <ScrollRegion label="各次上传">
          <table className="plain-table" aria-label="最近的上传">
            <thead>
              <tr>
                <th scope="col">时间</th>
                <th scope="col">文件</th>
                <th scope="col">上传人</th>
                <th scope="col">结果</th>
                <th scope="col" className="right">
                  新增
                </th>
                <th scope="col" className="right">
                  变更
                </th>
                <th scope="col" className="right">
                  拒收
                </th>
              </tr>
            </thead>
            <tbody>
              {uploads.map(({ id, startedAt, file, by, outcome, counts, rollback }) => (
                <tr key={id}>
                  <td className="nowrap">
                    <Link to={runPath(id)}>{instantText(startedAt)}</Link>
                  </td>
                  <td>{file ?? '—'}</td>
                  <td>{by ?? '—'}</td>
                  <td className={isFailedOutcome(outcome) ? 'bad' : ''}>
                    {rollback ? '已撤回' : labelOf('RunOutcome', outcome)}
                  </td>
                  <td className="right">{formatNumber(countNamed(counts, 'new'))}</td>
                  <td className="right">{formatNumber(countNamed(counts, 'changed'))}</td>
                  <td className="right">{formatNumber(countNamed(counts, 'rejected'))}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </ScrollRegion>
      )}
    </section>
  )
}
