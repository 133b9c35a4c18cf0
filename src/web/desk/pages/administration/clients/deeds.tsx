import { useApolloClient } from '@apollo/client/react'
import { InputNumber } from 'antd'
import { useId, useState } from 'react'
import { ConfirmButton } from '../../../pieces/confirm.js'
import { type ClientLineFragment, EndClientDocument, RotateClientDocument } from './clients.generated.js'

const OVERLAP_HOURS = 24
const OVERLAP_MOST_HOURS = 720

export const RotateClientButton = ({
  of,
  onSecret,
}: {
  of: ClientLineFragment
  onSecret: (secret: string, client: ClientLineFragment) => void
}) => {
  const apollo = useApolloClient()
  const [isLeaked, setLeaked] = useState(false)
  const [hours, setHours] = useState(OVERLAP_HOURS)
  const id = useId()
  const follows = isLeaked
    ? ['产生新密钥，只显示一次；', '旧密钥和由它取得的令牌立即失效；', `“${of.name}”在换上新密钥之前无法访问枢纽。`]
    : [
        '产生新密钥，只显示一次；',
        hours === 0
          ? '旧密钥立即失效，已取得的令牌到期为止；'
          : `旧密钥继续有效 ${hours} 小时，其间两个密钥都可以使用；`,
        `更早的密钥（如果还在重叠期内）即刻作废。`,
      ]
  return (
    <ConfirmButton
      action="更换密钥"
      danger={isLeaked}
      follows={follows}
      button={{ type: 'link', size: 'small', 'aria-label': `更换密钥：${of.name}` }}
      onDo={async () => {
        const { data } = await apollo.mutate({
          mutation: RotateClientDocument,
          variables: { name: of.name, leaked: isLeaked, overlapHours: isLeaked ? 0 : hours },
          fetchPolicy: 'no-cache',
        })
        setLeaked(false)
        setHours(OVERLAP_HOURS)
        if (data) onSecret(data.rotateClient.secret, data.rotateClient.client)
      }}
    >
      <fieldset className="choices">
        <legend>
          为何更换“<code className="code">{of.name}</code>”的密钥
        </legend>
        <label>
          <input type="radio" name={id} checked={!isLeaked} onChange={() => setLeaked(false)} />{' '}
          例行更换，让系统不间断地换上新密钥
        </label>
        <label>
          <input type="radio" name={id} checked={isLeaked} onChange={() => setLeaked(true)} /> 旧密钥已泄露，或怀疑泄露
        </label>
      </fieldset>
      {!isLeaked && (
        <span className="choice">
          旧密钥继续有效（小时）{' '}
          <InputNumber
            min={0}
            max={OVERLAP_MOST_HOURS}
            precision={0}
            value={hours}
            onChange={(value) => setHours(value ?? OVERLAP_HOURS)}
            aria-label="旧密钥继续有效（小时）"
          />
        </span>
      )}
    </ConfirmButton>
  )
}

export const EndClientButton = ({ of, onEnd }: { of: ClientLineFragment; onEnd: () => void }) => {
  const apollo = useApolloClient()
  return (
    <ConfirmButton
      action="停用"
      follows={[
        <>
          “<code className="code">{of.name}</code>”不再取得令牌，已有的立即失效；
        </>,
        '其密钥作废，不能恢复；',
        '名称不再使用，今后如需接入须以另一名称登记；',
        '它的查询痕迹照旧保存。',
      ]}
      button={{ type: 'link', size: 'small', 'aria-label': `停用：${of.name}` }}
      onDo={async () => {
        await apollo.mutate({ mutation: EndClientDocument, variables: { name: of.name } })
        onEnd()
      }}
    />
  )
}
