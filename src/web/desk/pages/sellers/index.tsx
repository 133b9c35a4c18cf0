import { useQuery } from '@apollo/client/react'
import { Button } from 'antd'
import { instantText } from '../../pieces/dates.js'
import { EmptyNotice, LoadingNotice } from '../../pieces/empty.js'
import { ExportButtons } from '../../pieces/lists/export.js'
import { formatNumber } from '../../pieces/numbers.js'
import { PageHead } from '../../pieces/page.js'
import { PlainTable } from '../../pieces/plain-table.js'
import { chineseHalfOf, RefusalNotice } from '../../pieces/refusal.js'
import { SellerListsDocument, type SellerListsQuery } from './sellers.generated.js'

type ListRow = SellerListsQuery['sellerLists'][number]

const countText = (n: number | null): string => (n === null ? '尚未核对' : formatNumber(n))

const cellsOf = ({ client, list }: ListRow) => [
  client,
  list.dated,
  list.holds ? (
    <span key="holds" className="good">
      至 {list.holdsUntil}（不含）
    </span>
  ) : (
    <span key="holds" className="bad">
      已过期，不再作数
    </span>
  ),
  formatNumber(list.sellers),
  countText(list.confirmed),
  countText(list.unconfirmed),
  <span key="closed" className={list.gradesClosed ? 'warn' : ''} title={chineseHalfOf(list.notice ?? '')}>
    {countText(list.gradesClosed)}
  </span>,
  formatNumber(list.malformed + list.wrongCheckDigit),
  instantText(list.uploadedAt),
]

export default function SellersPage() {
  const { data, loading, error, refetch } = useQuery(SellerListsDocument, { fetchPolicy: 'cache-and-network' })
  const all = data?.sellerLists
  return (
    <>
      <PageHead
        title="平台卖家名单"
        extra={
          <>
            <ExportButtons list="sellerLists" title="平台卖家名单" />
            <Button loading={loading} onClick={() => void refetch()}>
              刷新
            </Button>
          </>
        }
      >
        <p className="soft">
          各电子商务平台上传的卖家名单：平台只能看到名单上卖家的信用分和等级。名单每六个月须重新核验并上传。
        </p>
      </PageHead>
      {error && <RefusalNotice of={error} onAgain={() => void refetch()} />}
      {!all && loading && <LoadingNotice of="卖家名单" />}
      {all &&
        (all.length === 0 ? (
          <EmptyNotice>还没有平台上传卖家名单。</EmptyNotice>
        ) : (
          <PlainTable
            label="平台卖家名单"
            columns={[
              { title: '平台' },
              { title: '名单日期' },
              { title: '作数' },
              { title: '卖家', align: 'right' },
              { title: '已核实', align: 'right' },
              { title: '未核实', align: 'right' },
              { title: '等级不提供', align: 'right' },
              { title: '有误的行', align: 'right' },
              { title: '上传' },
            ]}
            rows={all.map((one) => ({ key: one.client, isMarked: !one.list.holds, cells: cellsOf(one) }))}
          />
        ))}
    </>
  )
}
