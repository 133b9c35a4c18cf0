import './intake.css'
import { useApolloClient, useQuery } from '@apollo/client/react'
import { useState } from 'react'
import { useLocation, useParams } from 'react-router'
import { ConfirmButton } from '../../pieces/confirm.js'
import { instantText } from '../../pieces/dates.js'
import { EmptyNotice, LoadingNotice } from '../../pieces/empty.js'
import { PageHead } from '../../pieces/page.js'
import { PlainTable } from '../../pieces/plain-table.js'
import { RefusalNotice } from '../../pieces/refusal.js'
import { useMay } from '../../session/session.js'
import { MapForm } from './map-form.js'
import { AddFeedMapDocument, EndFeedMapDocument, FeedMapsDocument, type FeedMapsQuery } from './maps.generated.js'

type FeedMapNode = FeedMapsQuery['feedMaps'][number]

export interface RefusedHeadings {
  headings: readonly string[]
}

export default function FeedMapsPage() {
  const { feed: id = '' } = useParams()
  const { state } = useLocation()
  const maps = useMay('map_headings')
  const apollo = useApolloClient()
  const { data, error, refetch } = useQuery(FeedMapsDocument, { variables: { feed: id }, fetchPolicy: 'no-cache' })
  const [said, setSaid] = useState('')
  const feed = data?.agencies.flatMap(({ feeds }) => feeds).find((each) => each.id === id)
  const given = (state as RefusedHeadings | null)?.headings ?? null
  const change = async (words: string, send: () => Promise<unknown>) => {
    setSaid('')
    await send()
    await refetch()
    setSaid(words)
  }
  return (
    <>
      <PageHead title={feed ? `${feed.title.zh}：表头映射` : '表头映射'} aboveTitle={feed?.title.zh} />
      <p>文件的表头与已知格式不同的，在此把每个表头对应到字段，一次即可；此后含全部这些表头的文件都照此读取。</p>
      {error && <RefusalNotice of={error} onAgain={() => void refetch()} />}
      {!data && !error && <LoadingNotice of="表头映射" />}
      <p role="status" className="soft said">
        {said}
      </p>
      {data && feed && (
        <div className="stack">
          {maps && (
            <MapForm
              key={data.feedMaps.length}
              forms={feed.forms.map(({ fields }) => fields)}
              headings={data.feedMaps.length > 0 && said !== '' ? [] : (given ?? feed.lastError?.headings ?? [])}
              from={given ? '刚才上传的文件中读到的表头：' : '最近一次拉取因表头未知而未收，读到的表头：'}
              onSave={(lines) =>
                change('映射已保存，从现在起适用；请重新上传或拉取。', () =>
                  apollo.mutate({ mutation: AddFeedMapDocument, variables: { feed: id, lines } }),
                )
              }
            />
          )}
          <section className="panel" aria-label="已有的映射">
            <h2>已有的映射</h2>
            {data.feedMaps.length === 0 && <EmptyNotice>还没有映射。</EmptyNotice>}
            {data.feedMaps.map((map) => (
              <Made
                key={map.number}
                of={map}
                onEnd={
                  maps && map.endedAt === null
                    ? () =>
                        change(`映射 ${map.number} 已停用。`, () =>
                          apollo.mutate({ mutation: EndFeedMapDocument, variables: { feed: id, map: map.number } }),
                        )
                    : null
                }
              />
            ))}
          </section>
        </div>
      )}
    </>
  )
}

const Made = ({ of, onEnd }: { of: FeedMapNode; onEnd: (() => Promise<unknown>) | null }) => (
  <>
    <h3>
      映射 {of.number}{' '}
      <span className={of.endedAt === null ? 'good' : 'soft'}>{of.endedAt === null ? '有效' : '已停用'}</span>
    </h3>
    <p className="soft">
      {of.madeBy} 于 {instantText(of.madeAt)} 建立
      {of.endedAt !== null && `；${of.endedBy} 于 ${instantText(of.endedAt)} 停用`}
    </p>
    <div className="map-table">
      <PlainTable
        label={`映射 ${of.number} 的各行`}
        columns={[{ title: '文件中的表头' }, { title: '字段' }]}
        rows={of.lines.map(({ heading, field, value }) => ({
          key: heading === null ? `= ${field}` : heading,
          cells: [heading ?? `（每行都是“${value}”）`, field ?? '（不采用）'],
        }))}
      />
    </div>
    {onEnd && (
      <div className="acts">
        <ConfirmButton
          action="停用"
          follows={['此后含这些表头的文件不再照此读取，可能整批拒收；', '已据此接收的信息不变。']}
          button={{ 'aria-label': `停用：映射 ${of.number}` }}
          onDo={onEnd}
        />
      </div>
    )}
  </>
)
