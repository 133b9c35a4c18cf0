import { PlainTable } from '../../pieces/plain-table.js'
import { fieldName } from '../../pieces/record-body.js'

const WORDS: Record<string, string> = {
  sequence: '序号',
  listName: '名单',
  'operator.name': '名称',
  'operator.uscc': '统一社会信用代码',
  'operator.regNo': '注册号',
  'operator.orgCode': '组织机构代码',
  reason: '列入事由',
  basis: '依据',
  authority: '作出机关',
  documentNumber: '文号',
  decidedOn: '决定日期',
  publishedOn: '公示日期',
  endsOn: '公示至',
  contested: '有异议',
  'removal.reasonText': '移出原因',
  'removal.documentNumber': '移出文号',
  'removal.removedOn': '移出日期',
  'body.document_number': '决定书文号',
  'body.party_name': '相对人',
  'body.penalty_content': '处罚内容',
  'body.violation': '违法事实',
  'body.decided_on': '决定日期',
  'body.authority': '作出机关',
  'body.fine_yuan': '罚款（元）',
}
const LEFT_OUT = ['key', 'action', 'kind', 'list']
const CODES = ['removal.reason', 'authorityCode']

const nameOf = (path: string): string => WORDS[path] ?? fieldName(path.slice(path.lastIndexOf('.') + 1))

const flat = (value: unknown, path = ''): [string, string][] => {
  if (value === null || value === undefined) return []
  if (typeof value !== 'object') return [[path, value === true ? '是' : value === false ? '否' : String(value)]]
  return Object.entries(value).flatMap(([name, inner]) =>
    (path === '' && LEFT_OUT.includes(name)) || CODES.includes(path === '' ? name : `${path}.${name}`)
      ? []
      : flat(inner, path === '' ? name : `${path}.${name}`),
  )
}

interface NoticeProps {
  told: unknown
  now?: unknown
}

export const NoticeTable = ({ told, now }: NoticeProps) => {
  const before = new Map(flat(told))
  if (now === undefined || now === null) {
    return (
      <PlainTable
        label="推送内容"
        columns={[{ title: '项目' }, { title: '所报' }]}
        rows={[...before].map(([path, value]) => ({ key: path, cells: [nameOf(path), value] }))}
      />
    )
  }
  const after = new Map(flat(now))
  const paths = [...new Set([...before.keys(), ...after.keys()])]
  const rows = paths.map((path) => {
    const [was, is] = [before.get(path) ?? '—', after.get(path) ?? '—']
    return {
      key: path,
      isMarked: was !== is,
      cells: [
        nameOf(path),
        was,
        was === is ? (
          <span key="is" className="soft">
            不变
          </span>
        ) : (
          <strong key="is">{is}</strong>
        ),
      ],
    }
  })
  const changed = rows.filter(({ isMarked }) => isMarked).length
  return (
    <>
      <p className={changed === 0 ? 'warn' : 'good'}>
        {changed === 0
          ? '对象自推送以来没有变化：重新推送的内容与被拒收的相同，平台很可能再次拒收。'
          : `对象已有 ${changed} 处变化，重新推送时按现状推送。`}
      </p>
      <PlainTable
        label="推送内容与现状"
        columns={[{ title: '项目' }, { title: '当时所报' }, { title: '现在会报' }]}
        rows={[...rows.filter(({ isMarked }) => isMarked), ...rows.filter(({ isMarked }) => !isMarked)]}
      />
    </>
  )
}
