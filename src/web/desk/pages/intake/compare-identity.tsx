import { Link } from 'react-router'
import { OperatorCode, operatorCodeOf, operatorPath } from '../../pieces/code.js'
import { placeWords } from '../../pieces/places.js'
import { recordBodyOf } from '../../pieces/record-body.js'
import { labelOf } from '../../pieces/words.js'
import { pageAt } from '../../routes.js'
import type { CandidateFragment, UnmatchedWholeFragment } from './identity.generated.js'

type IdentityEvidence = NonNullable<UnmatchedWholeFragment['proposal']>['evidence']

interface ComparisonLine {
  name: string
  said: string | null
  held: string | null
  agrees: boolean | null
}

const textIn = (body: unknown, ...fields: string[]): string | null => {
  const members = recordBodyOf(body)
  for (const field of fields) {
    const value = members[field]
    if (typeof value === 'string' && value !== '') return value
  }
  return null
}

const bare = (text: string): string =>
  text
    .normalize('NFKC')
    .replace(/[\s()·.,，。-]/g, '')
    .toUpperCase()

const line = (name: string, said: string | null, held: string | null, agreed = false): ComparisonLine => ({
  name,
  said,
  held,
  agrees: said === null || held === null ? null : agreed || bare(said) === bare(held),
})

export const identityComparisonLines = (
  { subject, body }: Pick<UnmatchedWholeFragment, 'subject' | 'body'>,
  held: CandidateFragment | null,
  evidence: IdentityEvidence,
): ComparisonLine[] => {
  const registered = held?.records.nodes[0]?.body
  const agreed = (field: string): boolean => evidence.some((one) => one.field === field)
  const region = textIn(body, 'region_code')
  return [
    line('名称', subject.name, held?.name ?? null, agreed('NAME')),
    ...(held && held.formerNames.length > 0
      ? [line('曾用名', subject.name, held.formerNames.join('、'), agreed('FORMER_NAME'))]
      : []),
    line('统一社会信用代码', subject.uscc, held?.uscc ?? null),
    line('组织机构代码', subject.orgCode, held?.uscc ? held.uscc.slice(8, 17) : null),
    line('注册号', subject.regNo, held?.regNo ?? null),
    line('网店', subject.shop, held?.shop ?? null),
    line('法定代表人', textIn(body, 'representative'), textIn(registered, 'representative'), agreed('REPRESENTATIVE')),
    line('地区', region && placeWords(region), held?.region ? placeWords(held.region) : null, agreed('REGION')),
    line('住所', textIn(body, 'address', 'party_address'), textIn(registered, 'address')),
    line('登记状态', null, held ? labelOf('RegistrationStatus', held.registrationStatus) : null),
  ].filter(({ said, held }) => said !== null || held !== null)
}

export const ComparisonTable = ({
  lines,
  heldTitle,
  operator,
}: {
  lines: readonly ComparisonLine[]
  heldTitle: string
  operator: CandidateFragment | null
}) => (
  <table className="compare" aria-label="来件与主体对照">
    <thead>
      <tr>
        <td />
        <th scope="col">来件所说</th>
        <th scope="col">
          {heldTitle}
          {operator && pageAt(operatorPath(operator)) && (
            <>
              {' '}
              <Link to={operatorPath(operator)} aria-label={`打开${operator.name ?? operatorCodeOf(operator)}的档案`}>
                档案
              </Link>
            </>
          )}
        </th>
      </tr>
    </thead>
    <tbody>
      {lines.map(({ name, said, held, agrees }) => (
        <tr key={name} className={agrees === null ? '' : agrees ? 'agrees' : 'differs'}>
          <th scope="row">{name}</th>
          <td>{name.includes('代码') ? <OperatorCode of={said} /> : (said ?? '—')}</td>
          <td>
            {name.includes('代码') ? <OperatorCode of={held} /> : (held ?? '—')}
            {agrees !== null && <span className={agrees ? 'good' : 'bad'}>{agrees ? ' ✓ 相符' : ' ✕ 不同'}</span>}
          </td>
        </tr>
      ))}
    </tbody>
  </table>
)
