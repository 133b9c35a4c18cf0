import { Select } from 'antd'
import { Link } from 'react-router'
import { useAddressState } from '../../pieces/address.js'
import { OperatorCode, operatorCodeOf, operatorPath } from '../../pieces/code.js'
import { useConnection } from '../../pieces/connection.js'
import { ExportButtons } from '../../pieces/lists/export.js'
import { GradeFilter, OrderFilter, RegionFilter, TextFilter } from '../../pieces/lists/filters.js'
import { PageHead } from '../../pieces/page.js'
import { PagedList } from '../../pieces/paged.js'
import { optionsOf } from '../../pieces/words.js'
import { OverrideActions, OverrideStory } from './override.js'
import { type Grade, type ListOrder, type OverrideState, OverridesDocument } from './overrides.generated.js'

export default function OverridesPage() {
  const [asked, ask] = useAddressState({ state: 'PROPOSED', name: '', region: '', grade: '', order: 'OLDEST' })
  const chosen = {
    state: asked.state as OverrideState,
    filter: { name: asked.name || null, region: asked.region || null, grade: (asked.grade || null) as Grade | null },
    order: asked.order as ListOrder,
  }
  const rows = useConnection(OverridesDocument, chosen, (data) => data.overrides)
  return (
    <>
      <PageHead title="等级调整">
        <p className="soft">
          评分以外由两人设定的等级：一人提出，另一人确认后生效，到期自行失效。评分本身不变，始终并列可见。在经营者的页面提出。
        </p>
      </PageHead>
      <form className="filters" aria-label="筛选" onSubmit={(event) => event.preventDefault()}>
        <Select
          aria-label="状态"
          value={asked.state}
          onChange={(state) => ask({ state })}
          options={optionsOf('OverrideState')}
          style={{ width: '12rem' }}
        />
        <TextFilter label="名称或代码" value={asked.name} onChange={(name) => ask({ name })} />
        <RegionFilter value={asked.region} onChange={(region) => ask({ region })} />
        <GradeFilter value={asked.grade} onChange={(grade) => ask({ grade })} />
        <OrderFilter value={asked.order} onChange={(order) => ask({ order })} />
        <ExportButtons list="overrides" title="等级调整" variables={chosen} />
      </form>
      <PagedList
        rows={rows}
        label="等级调整"
        empty="没有符合条件的等级调整。"
        rowKey={({ id }) => id}
        render={(one) => (
          <article aria-label={one.operator?.name ?? '等级调整'}>
            <h2>
              {one.operator ? (
                <Link to={operatorPath(one.operator)}>{one.operator.name ?? operatorCodeOf(one.operator)}</Link>
              ) : (
                '（无权查看主体）'
              )}
            </h2>
            {one.operator && <OperatorCode of={operatorCodeOf(one.operator)} />}
            <OverrideStory of={one} />
            <OverrideActions of={one} onDone={rows.refresh} />
          </article>
        )}
      />
    </>
  )
}
