import { Alert } from 'antd'
import { Link } from 'react-router'
import { instantText } from '../../pieces/dates.js'
import { platformNameIn } from '../../pieces/platform-names.js'
import { labelOf } from '../../pieces/words.js'
import type { PlatformsQuery } from './deliveries.generated.js'

interface RestoredProps {
  of: NonNullable<PlatformsQuery['databaseRestored']>
  names: ReadonlyMap<string, string>
}

export const RestoredNotice = ({ of, names }: RestoredProps) => {
  const waits = of.compared.filter(({ at }) => at === null).map(({ platform }) => platformNameIn(names, platform))
  return (
    <section aria-label="数据库由备份恢复" style={{ marginBottom: '1rem' }}>
      <Alert
        type="error"
        showIcon
        title={`数据库由备份恢复（${instantText(of.foundAt)} 发现），新增和变更已停发，移出照常`}
        description={
          <>
            <p>
              {labelOf('RestoredCause', of.cause)}。库外记录的最大推送号 {of.deliveries.noted ?? '—'}，数据库所有{' '}
              {of.deliveries.had}。{of.said && `${of.saidBy}：${of.said}`}
            </p>
            <p>
              {waits.length === 0
                ? '各平台均已比对，可以由一人提议、另一人确认解除。'
                : `尚待比对：${waits.join('、')}。每个已配置的平台都正常比对过，才能解除。`}
            </p>
            <Link to="/administration/restored">到“数据库恢复”提议或者确认解除</Link>
          </>
        }
      />
    </section>
  )
}
