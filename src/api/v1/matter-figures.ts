import { FIGURE_COLUMNS } from '../../domain/matters/figure-sums.js'
import type { BilingualText } from '../../foundation/text/words.js'
import { readFigures } from '../../work/matters/figures.js'
import { BYTE_ORDER_MARK, publicCsvLine as line } from '../../work/publication/publish-files.js'
import { figureViews } from '../matters/figures.js'
import { requireAct } from '../request/viewer.js'
import type { AdmittedRequest } from './admitted-request.js'

type FigureView = ReturnType<typeof figureViews>[number]

const listCounts = (counts: readonly { name: BilingualText; n: number }[]): string =>
  counts.map(({ name, n }) => `${name.zh} ${n}`).join('；')

type Column = [heading: string, cell: (of: FigureView) => string | number]

const COLUMNS: readonly Column[] = [
  ['种类 kind', ({ kindName }) => kindName.zh],
  ['单位 organisation', ({ organisation }) => organisation?.zh ?? ''],
  ['席位 seat', ({ seat }) => seat ?? ''],
  ['市州 prefecture', ({ region }) => region ?? ''],
  ...FIGURE_COLUMNS.map(({ zh, en, of }): Column => [`${zh} ${en}`, (sums) => of(sums) ?? '']),
  ['办理结果 outcomes', ({ outcomes }) => listCounts(outcomes)],
  ['环节 steps', ({ steps }) => listCounts(steps)],
]

export const answerMatterFiguresCsv = async ({ request, response, parts, viewer, audit }: AdmittedRequest) => {
  requireAct(viewer, 'see_matter_figures')
  const { month = '', issue: wanted } = request.query as Record<string, string | undefined>
  const issue = wanted !== undefined && /^\d{1,9}$/.test(wanted) ? Number(wanted) : null
  const found = await readFigures(parts.db, { month: String(month), issue })
  const about = [found.month, found.issue]
  const lines = figureViews(found, 'ORGANISATION').map((of) => line([...about, ...COLUMNS.map(([, cell]) => cell(of))]))
  const content =
    BYTE_ORDER_MARK + line(['月份 month', '期次 issue', ...COLUMNS.map(([heading]) => heading)]) + lines.join('')
  await audit({ kind: 'FILE', asked: `GET /v1/matters.csv?month=${found.month}&issue=${found.issue}`, content })
  response.set({
    'Content-Type': 'text/csv; charset=utf-8; header=present',
    'Content-Disposition': `attachment; filename="matters-${found.month}-${found.issue}.csv"`,
    'Cache-Control': 'no-store',
  })
  response.end(content)
}
