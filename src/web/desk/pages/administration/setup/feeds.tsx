import { Link } from 'react-router'
import { formatNumber } from '../../../pieces/numbers.js'
import { ScrollRegion } from '../../../pieces/plain-table.js'
import type { SetupStepsQuery } from './setup.generated.js'
import { compareFeeds } from './words.js'

type FeedLine = SetupStepsQuery['agencies'][number]['feeds'][number] & { agency: string }

const HEADINGS_SHOWN = 8

export const FeedTable = ({ of }: { of: SetupStepsQuery['agencies'] }) => {
  const feeds = of
    .flatMap(({ feeds, name }) => feeds.map((feed): FeedLine => ({ ...feed, agency: name.zh })))
    .sort((a, b) => compareFeeds(a.id, b.id))
  return (
    <ScrollRegion label="数据源表">
      <table className="plain-table" aria-label="数据源">
        <thead>
          <tr>
            <th scope="col">数据源</th>
            <th scope="col">信源单位</th>
            <th scope="col">如何取得</th>
            <th scope="col">已接收</th>
          </tr>
        </thead>
        <tbody>
          {feeds.map((feed) => (
            <tr key={feed.id}>
              <td>{feed.title.zh}</td>
              <td>{feed.agency}</td>
              <td>
                <Ways of={feed} />
              </td>
              <td className={feed.items === null ? 'soft' : 'good'}>
                {feed.items === null ? '尚未' : `最近一次 ${formatNumber(feed.items)} 条`}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  )
}

const Ways = ({ of }: { of: FeedLine }) => (
  <details>
    <summary>
      {of.configured ? '已设定地址；也可以上传文件' : '尚未设定地址：接口、文件夹、前置机，或者上传文件'}
    </summary>
    <ul className="lines">
      <li>
        接口：在信源单位的网址之下取 <code>{of.places.path}</code>，{dailyWords(of.every)}
        {of.whole ? '取全部' : '取新增和变更'}。
      </li>
      <li>
        文件夹：信源单位把文件放入子文件夹 <code>{of.places.folder}</code>，每五分钟查看。
      </li>
      <li>
        前置机：信源单位把数据写入表 <code>{of.places.table}</code>，每五分钟查看。
      </li>
      <li>
        <Link to={`/intake/uploads?feed=${of.id}`}>上传文件：{of.title.zh}</Link>
        （CSV、XLSX、XML、JSON），表头为以下之一：
        <ul className="lines">
          {of.forms.map(({ fields }) => (
            <li key={fields.join(' ')}>
              <code>{fields.slice(0, HEADINGS_SHOWN).join('、')}</code>
              {fields.length > HEADINGS_SHOWN && ` 等 ${fields.length} 列`}
            </li>
          ))}
        </ul>
      </li>
    </ul>
  </details>
)

const dailyWords = (every: string): string => {
  const [minute = '', hour = ''] = every.split(' ')
  return `每日 ${hour.padStart(2, '0')}:${minute.padStart(2, '0')} `
}
