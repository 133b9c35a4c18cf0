import { Link } from 'react-router'
import { OperatorCode, operatorCodeOf, operatorPath } from '../../pieces/code.js'
import { instantText } from '../../pieces/dates.js'
import { LabelledField } from '../../pieces/field.js'
import { placeWords } from '../../pieces/places.js'
import { fieldName, fieldValueWords, recordBodyOf } from '../../pieces/record-body.js'
import { labelOf } from '../../pieces/words.js'
import { type OperatorFile, registrationOf } from './file.js'

const FIELDS = [
  'type',
  'representative',
  'capital_yuan',
  'established_on',
  'approved_on',
  'term_from',
  'term_to',
  'authority',
  'address',
  'scope',
]

export const IdentityPanel = ({ of }: { of: OperatorFile }) => {
  const registration = registrationOf(of)
  const body = recordBodyOf(registration?.body)
  const linked = [
    ...of.mergedFrom.map((part) => ['并入', part] as const),
    ...of.dividedInto.map((part) => ['分立出', part] as const),
    ...of.dividedFrom.map((part) => ['分立自', part] as const),
  ]
  return (
    <section className="panel wide" aria-labelledby="identity">
      <h2 id="identity">基础信息</h2>
      <dl className="fields">
        <LabelledField label="名称" source={registration}>
          {of.name ?? '—'}
        </LabelledField>
        <LabelledField label="主体类型">{labelOf('OperatorKind', of.kind)}</LabelledField>
        <LabelledField label="登记状态" source={registration}>
          {labelOf('RegistrationStatus', of.registrationStatus)}
        </LabelledField>
        <LabelledField label="行政区划">{placeWords(of.region)}</LabelledField>
        {of.codes.map(({ scheme, code }) => (
          <LabelledField key={`${scheme} ${code}`} label={labelOf('CodeScheme', scheme).replace(/ (?:GB|GS).*$/, '')}>
            <OperatorCode of={code} />
          </LabelledField>
        ))}
        {FIELDS.filter((field) => body[field] != null && body[field] !== '').map((field) => (
          <LabelledField key={field} label={fieldName(field)} source={registration}>
            {fieldValueWords('REGISTRATION', field, body[field])}
          </LabelledField>
        ))}
      </dl>
      {of.namesBefore.length > 0 && (
        <>
          <h3>曾用名</h3>
          <ul className="lines">
            {of.namesBefore.map(({ name, knownFrom }) => (
              <li key={name}>
                {name} <span className="soft">入库时间 {instantText(knownFrom)}</span>
              </li>
            ))}
          </ul>
        </>
      )}
      {(linked.length > 0 || of.decisions.length > 0) && (
        <>
          <h3>身份认定</h3>
          <ul className="lines">
            {linked.map(([how, part]) => (
              <li key={`${how} ${operatorCodeOf(part)}`}>
                {how}：<Link to={operatorPath(part)}>{part.name ?? operatorCodeOf(part)}</Link>{' '}
                <OperatorCode of={operatorCodeOf(part)} />
              </li>
            ))}
            {of.decisions.map(({ id, verdict, cause, reason, decidedBy, decidedAt, undoneAt }) => (
              <li key={id}>
                {labelOf('DecisionVerdict', verdict)}
                {cause ? `（${labelOf('MergeCause', cause)}）` : ''}：{reason}{' '}
                <span className="soft">
                  {decidedBy}，{instantText(decidedAt)}
                  {undoneAt ? `；已于 ${instantText(undoneAt)} 撤销` : ''}
                </span>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  )
}
