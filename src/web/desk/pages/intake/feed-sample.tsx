import { Button } from 'antd'
import { columnTitles, type TitleOf } from '../../../words/column-words.js'
import { EmptyNotice } from '../../pieces/empty.js'
import { saveText } from '../../pieces/save-file.js'
import { columnHint, type FeedColumn, type FeedSample, useFeedSamples } from './feed-columns.js'
import { fieldLabel } from './item.js'

const HAN = /\p{Script=Han}/u
/** Excel reads UTF-8 only with this mark. */
const BYTE_ORDER_MARK = '\uFEFF'

const isChinese = ({ columns }: FeedSample): boolean => columns.some(({ name }) => HAN.test(name))

export const FeedSamples = ({ feed, title }: { feed: string; title: string }) => {
  const samples = useFeedSamples(feed)
  const chinese = samples.find(isChinese)
  const coded = samples.find((sample) => !isChinese(sample))
  const shown = chinese ?? coded
  if (shown === undefined)
    return <EmptyNotice>该数据源由信源单位的接口报送，没有表格格式；文件照接口的格式。</EmptyNotice>
  const titleOf = columnTitles(feed)
  const required = shown.columns.filter(({ isRequired }) => isRequired)
  const others = shown.columns.filter(({ isRequired }) => !isRequired)
  return (
    <section className="feed-sample" aria-label="文件应有的列">
      <p>
        <b>必填的列：</b>
        <Columns of={required} titleOf={titleOf} />
      </p>
      {others.length > 0 && (
        <p className="soft">
          可填的列：
          <Columns of={others} titleOf={titleOf} />
        </p>
      )}
      <p className="soft">列名至少一半须与此相同；另有列名的，可以在表头映射中对应一次。</p>
      <div className="acts">
        {chinese && <Download of={chinese} name={`${title}-示例.csv`} words="下载示例（中文表头）" />}
        {coded && <Download of={coded} name={`${title}-示例-字段代码.csv`} words="下载示例（字段代码表头）" />}
      </div>
    </section>
  )
}

const Columns = ({ of, titleOf }: { of: readonly FeedColumn[]; titleOf: TitleOf }) =>
  of.map((column, i) => {
    const hint = columnHint(column)
    return (
      <span key={column.name}>
        {i > 0 && '、'}
        {fieldLabel(column.name, [], titleOf)}
        {hint !== null && <span className="soft">〔{hint}〕</span>}
      </span>
    )
  })

const Download = ({ of, name, words }: { of: FeedSample; name: string; words: string }) => (
  <Button onClick={() => saveText(`${BYTE_ORDER_MARK}${csvOf(of)}`, name)}>{words}</Button>
)

const csvOf = ({ columns }: FeedSample): string =>
  [columns.map(({ name }) => name), columns.map(({ example }) => example)]
    .map((cells) => `${cells.map(quoted).join(',')}\r\n`)
    .join('')

const quoted = (cell: string): string => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)
