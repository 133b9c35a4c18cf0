import { labelOf } from '../../pieces/words.js'
import type { CaseFile } from './case.js'

export const LeadAdvice = ({ of }: { of: CaseFile }) => {
  if (of.state !== 'LEAD' || of.leadGround == null) return null
  const { leadGround, penalty, ground } = of
  const number = penalty?.documentNumber ?? ''
  if (leadGround === 'NONE')
    return (
      <p className="warn">
        该主体没有可以关联的行政处罚，不能据以列入。确有处罚的，请信源单位先报来处罚决定；没有的，办理“不予列入”。
      </p>
    )
  if (ground === 'DECISION_NOT_PERFORMED')
    return <p className="good">以{labelOf('ListingGround', ground)}为根据，可以提出列入建议。</p>
  if (leadGround === 'HEAVIER_PENALTY')
    return (
      <p className="good">
        {number} 属较重行政处罚，可以作为列入的根据：
        {penalty?.linked ? '可以“提出列入建议”。' : '先“关联处罚决定”，再“提出列入建议”。'}
      </p>
    )
  return (
    <div className="follows warn">
      <p>{number} 所报的种类不属于较重行政处罚，不能直接据以列入。请对照决定书，按其中一项办理：</p>
      <ul>
        <li>
          决定书写明从重处罚，或者处以降低资质等级、吊销许可证件、限制开展生产经营活动、责令停产停业、责令关闭、限制从业的，属较重行政处罚，而信息报得不全：请信源单位更正这条信息，更正到达以后再提出建议。
        </li>
        <li>另有一份较重的处罚决定：办理“关联处罚决定”，改选那一份。</li>
        <li>
          当事人有能力履行而拒不履行、逃避履行：办理“关联处罚决定”，列入的根据选“
          {labelOf('ListingGround', 'DECISION_NOT_PERFORMED')}”，写明情形。
        </li>
        <li>都不是：办理“不予列入”，理由选“{labelOf('NotListedReason', 'BELOW_THRESHOLD')}”。</li>
      </ul>
    </div>
  )
}
