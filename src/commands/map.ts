import { contentFromFile } from '../agencies/readers/content.js'
import { readContent } from '../agencies/readers/index.js'
import type { MapLine } from '../domain/intake/feed-maps.js'
import { Refusal } from '../foundation/errors.js'
import { textOfValue } from '../foundation/text/values.js'
import { nameCommandAuthor } from '../hub/command-audit.js'
import { requireFeed } from '../hub/hub.js'
import * as store from '../store/intake/feed-maps.js'
import * as feedMaps from '../work/intake/feed-maps.js'
import { checkReadable } from '../work/intake/pull.js'
import type { Command } from './program.js'
import { answerWithHub } from './with-hub.js'

const COLUMNS = [{ names: ['表头', '字段', '固定值'] }, { names: ['heading', 'field', 'value'] }] as const

export const addMapCommand = (command: Command): void => {
  const map = command
    .command('map')
    .argument('<feed>', '数据源 feed')
    .argument('[file]', '映射表：表头、字段、固定值三列 · a table with the columns heading, field, value')
    .option('--end <id>', '停用一个映射 · end a map')
    .description('列出、建立或停用表头映射 · list, make or end maps of headings')
  answerWithHub(map, async (id: string, file: string | undefined, { end }: { end?: string }) => {
    const feed = requireFeed(id)
    if (end !== undefined && (file !== undefined || !/^[1-9]\d{0,8}$/.test(end)))
      throw new Refusal('USAGE', { reason: '--end 须为映射编号，不与文件同用 the number of a map, without a file' })
    if (file !== undefined) checkReadable(file)
    const lines = file === undefined ? [] : await linesIn(file, id)
    return async (hub) => {
      const change = { by: nameCommandAuthor(), now: hub.now() }
      if (end !== undefined) {
        const of = { feed: id, id: Number(end), ...change }
        await hub.recorded(`hub map ${id} --end ${end}`, () => feedMaps.end(hub.db, of))
        return { value: { feed: id, map: Number(end), ended: true }, lines: [`已停用映射 ended map ${end}`] }
      }
      if (file !== undefined) {
        const words = `hub map ${id} ${JSON.stringify(lines)}`
        const mapping = { feed, lines, pseudonymOf: hub.keys.pseudonymOf, ...change }
        const made = await hub.recorded(words, () => feedMaps.add(hub.db, mapping))
        return { value: { feed: id, map: told(made) }, lines: [`已建立 made ${lineOf(made)}`] }
      }
      const maps = await store.listOfFeed(hub.db, id)
      const shown = maps.length === 0 ? ['没有映射 no map'] : maps.map(lineOf)
      return { value: { feed: id, maps: maps.map(told) }, lines: shown }
    }
  })
}

const linesIn = async (path: string, feed: string): Promise<MapLine[]> => {
  const lines: MapLine[] = []
  for await (const { fields } of readContent(await contentFromFile(path), COLUMNS, `map ${feed}`)) {
    const { names } = COLUMNS.find((columns) => Object.hasOwn(fields, columns.names[0])) ?? COLUMNS[0]
    const [heading = null, field = null, value = null] = names.map((name) => textOfValue(fields[name]))
    lines.push({ heading, field, value })
  }
  return lines
}

const told = ({ id, headings, values, madeBy, madeAt, endedBy, endedAt }: store.FeedMapRow) => ({
  id,
  headings,
  values,
  madeBy,
  madeAt: madeAt.toISOString(),
  endedBy,
  endedAt: endedAt?.toISOString() ?? null,
})

const lineOf = ({ id, headings, values, madeBy, madeAt, endedBy, endedAt }: store.FeedMapRow): string =>
  [
    `映射 map ${id}：${Object.entries(headings)
      .map(([heading, field]) => `${heading} → ${field ?? '（不采用 left out）'}`)
      .join('，')}`,
    ...Object.entries(values).map(([field, value]) => `${field} = ${value}`),
    `${madeBy} ${madeAt.toISOString()}`,
    ...(endedAt ? [`停用 ended ${endedBy} ${endedAt.toISOString()}`] : []),
  ].join('；')
