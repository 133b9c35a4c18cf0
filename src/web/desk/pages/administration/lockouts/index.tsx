import { useApolloClient, useQuery } from '@apollo/client/react'
import { Button } from 'antd'
import { useState } from 'react'
import { Link } from 'react-router'
import { ConfirmButton } from '../../../pieces/confirm.js'
import { agoText, instantText } from '../../../pieces/dates.js'
import { EmptyNotice, LoadingNotice } from '../../../pieces/empty.js'
import { formatNumber } from '../../../pieces/numbers.js'
import { PageHead } from '../../../pieces/page.js'
import { ScrollRegion } from '../../../pieces/plain-table.js'
import { RefusalNotice } from '../../../pieces/refusal.js'
import { labelOf } from '../../../pieces/words.js'
import { useMay } from '../../../session/session.js'
import { LiftLockoutDocument, LockoutsDocument, type LockoutsQuery } from './lockouts.generated.js'

export default function LockoutsPage() {
  const { data, loading, error, refetch } = useQuery(LockoutsDocument, { fetchPolicy: 'network-only' })
  const [words, setWords] = useState('')
  const onLifted = (name: string) => {
    setWords(`${name}的锁定已解除。`)
    void refetch()
  }
  return (
    <>
      <PageHead
        title="登录锁定"
        extra={
          <Button loading={loading} onClick={() => void refetch()}>
            刷新
          </Button>
        }
      >
        <p className="soft">
          多次出示错误的密钥或密码者，暂时不能进入；到时自行解除。反复出现的，请查明来处，必要时更换密钥或重设密码。
        </p>
      </PageHead>
      {error && <RefusalNotice of={error} onAgain={() => void refetch()} />}
      <p role="status" className="good said">
        {words}
      </p>
      {data ? (
        <Shut of={(data as LockoutsQuery).lockouts} onLifted={onLifted} />
      ) : (
        loading && <LoadingNotice of="锁定" />
      )}
    </>
  )
}

type LockoutRow = LockoutsQuery['lockouts'][number]

const Shut = ({ of, onLifted }: { of: readonly LockoutRow[]; onLifted: (name: string) => void }) => {
  const manages = useMay('manage_registered')
  if (of.length === 0) return <EmptyNotice>现在没有被锁定的系统或人员。</EmptyNotice>
  return (
    <ScrollRegion label="锁定">
      <table className="plain-table roomy" aria-label="锁定">
        <thead>
          <tr>
            <th scope="col">何者</th>
            <th scope="col">来自</th>
            <th scope="col" className="right">
              失败次数
            </th>
            <th scope="col">最近一次</th>
            <th scope="col">至何时</th>
            {manages && <th scope="col">办理</th>}
          </tr>
        </thead>
        <tbody>
          {of.map((one) => (
            <tr key={`${one.kind} ${one.name} ${one.address}`}>
              <th scope="row">
                {labelOf('LockoutKind', one.kind)}{' '}
                {one.name === null ? (
                  <span className="soft">（未登记的名称）</span>
                ) : (
                  <Link
                    to={`/administration/${one.kind === 'CLIENT' ? 'clients' : 'people'}?name=${encodeURIComponent(one.name)}`}
                  >
                    {one.name}
                  </Link>
                )}
              </th>
              <td>
                {one.address === null ? <span className="warn">对一切来处关闭</span> : <code>{one.address}</code>}
              </td>
              <td className="right">{formatNumber(one.failures)}</td>
              <td title={instantText(one.lastAt)}>{agoText(one.lastAt)}</td>
              <td>{instantText(one.until)}</td>
              {manages && <td>{one.name !== null && <Lift kind={one.kind} name={one.name} onLifted={onLifted} />}</td>}
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  )
}

const Lift = ({
  kind,
  name,
  onLifted,
}: Pick<LockoutRow, 'kind'> & { name: string; onLifted: (name: string) => void }) => {
  const apollo = useApolloClient()
  return (
    <ConfirmButton
      action="解除锁定"
      follows={[
        `“${name}”可以立即再试，不论来自何处；`,
        '此前的失败不再计算：若有人仍在猜测，又要从头数起；',
        '请先确认失败出自其本人，必要时更换密钥或重设密码。',
      ]}
      button={{ type: 'link', size: 'small', 'aria-label': `解除锁定：${name}` }}
      onDo={async () => {
        await apollo.mutate({ mutation: LiftLockoutDocument, variables: { kind, name } })
        onLifted(name)
      }}
    />
  )
}
