/**
 * Suppression of small cells in a published table of counts with totals. A hidden cell is safe while its edge, in the
 * bipartite graph of rows and columns, lies on a cycle along which numbers can move (D. Gusfield, SIAM Journal on
 * Computing 17, 1988).
 */

/** Counts of 1 to 4 are not shown; 0 is. */
export const SMALLEST_SHOWN = 5

export interface ShownTable {
  /** With totals as last row and column. */
  values: readonly (readonly number[])[]
  hidden: readonly (readonly boolean[])[]
}

interface SmallCell {
  row: number
  column: number
  value: number
}

interface Protection extends ShownTable {
  hidden: boolean[][]
  /** Hidden in an earlier issue, so it may be 0. */
  sticky: readonly (readonly boolean[])[]
  /** Unchanged since the last issue that showed it. */
  known: readonly (readonly boolean[])[]
}

export const withTotals = (rows: readonly (readonly number[])[]): number[][] => {
  const whole = rows.map((row) => [...row, sum(row)])
  return [...whole, (whole[0] ?? [0]).map((_, column) => sum(whole.map((row) => row[column] ?? 0)))]
}

const sum = (numbers: readonly number[]): number => numbers.reduce((all, n) => all + n, 0)

/**
 * Takes the issues of one month in their order. What one has hidden stays hidden, and what one has shown hides nothing
 * later: whoever kept the earlier issue compares.
 */
export const protectIssues = (issues: readonly (readonly (readonly number[])[])[]): ShownTable[] => {
  const made: ShownTable[] = []
  for (const rows of issues) {
    const values = withTotals(rows)
    const each = (test: (value: number, row: number, column: number) => boolean): boolean[][] =>
      values.map((cells, row) => cells.map((value, column) => test(value, row, column)))
    const sticky = each((_, row, column) => made.some(({ hidden }) => hidden[row]?.[column] ?? false))
    const known = each(
      (value, row, column) =>
        made.findLast(({ hidden }) => hidden[row]?.[column] === false)?.values[row]?.[column] === value,
    )
    const hidden = each((value, row, column) => (value > 0 && value < SMALLEST_SHOWN) || sticky[row]?.[column] === true)
    made.push(hideComplements({ values, hidden, sticky, known }))
  }
  return made
}

const hideComplements = (table: Protection): ShownTable => {
  const { hidden } = table
  for (let open = findExposed(table); open !== undefined; open = findExposed(table)) {
    const complement = findComplement(table, open)
    if (complement === undefined) return { values: table.values, hidden: hidden.map((row) => row.map(() => true)) }
    const row = hidden[complement.row]
    if (row !== undefined) row[complement.column] = true
  }
  return { values: table.values, hidden }
}

const cellsOf = ({ values }: ShownTable): SmallCell[] =>
  values.flatMap((cells, row) => cells.map((value, column) => ({ row, column, value })))

const isUnknown = ({ hidden, known }: Protection, { row, column }: SmallCell): boolean =>
  hidden[row]?.[column] === true && known[row]?.[column] !== true

const findExposed = (table: Protection): SmallCell | undefined =>
  cellsOf(table).find((cell) => isUnknown(table, cell) && !mayDiffer(table, cell))

/**
 * Prefers a line in which the cell stands alone, then a cell that closes a rectangle, then no total, then a small
 * number.
 */
const findComplement = (table: Protection, { row, column }: SmallCell): SmallCell | undefined => {
  const [lastRow, lastColumn] = [table.values.length - 1, (table.values[0]?.length ?? 1) - 1]
  const unknown = cellsOf(table).filter((cell) => isUnknown(table, cell))
  const inRow = (at: number): number => unknown.filter((cell) => cell.row === at).length
  const inColumn = (at: number): number => unknown.filter((cell) => cell.column === at).length
  const costOf = (cell: SmallCell): number[] => {
    const joins = (cell.row === row && inRow(row) === 1) || (cell.column === column && inColumn(column) === 1)
    const closes = inRow(cell.row) > 0 && inColumn(cell.column) > 0
    return [joins ? 0 : closes ? 1 : 2, cell.row === lastRow || cell.column === lastColumn ? 1 : 0, cell.value]
  }
  return cellsOf(table)
    .filter((cell) => cell.value > 0 && !table.hidden[cell.row]?.[cell.column] && !table.known[cell.row]?.[cell.column])
    .map((cell) => ({ cell, cost: costOf(cell) }))
    .sort((a, b) => a.cost.map((n, i) => n - (b.cost[i] ?? 0)).find((n) => n !== 0) ?? 0)[0]?.cell
}

/** Looks for a cycle that raises or lowers the cell by one and no cell below what is known of it. */
const mayDiffer = (table: Protection, cell: SmallCell): boolean =>
  [true, false].some((isRaised) => mayMove(table, cell, isRaised) && closesCycle(table, cell, isRaised))

const mayMove = ({ sticky }: Protection, { row, column, value }: SmallCell, isRaised: boolean): boolean =>
  isRaised || value > (sticky[row]?.[column] ? 0 : 1)

/** A total has the opposite sign in its equation. */
const signOf = ({ values }: ShownTable, { row, column }: SmallCell): number =>
  (row === values.length - 1 ? -1 : 1) * (column === (values[0]?.length ?? 0) - 1 ? -1 : 1)

/**
 * Crossing a cell from its row to its column raises a cell of sign 1; crossing it back lowers it. Columns follow the
 * rows as nodes.
 */
const closesCycle = (table: Protection, start: SmallCell, isRaised: boolean): boolean => {
  const rows = table.values.length
  const others = cellsOf(table).filter(
    (cell) => (cell.row !== start.row || cell.column !== start.column) && isUnknown(table, cell),
  )
  const isForward = isRaised === signOf(table, start) > 0
  const [from, to] = isForward ? [rows + start.column, start.row] : [start.row, rows + start.column]
  const reached = new Set([from])
  for (const node of reached) {
    for (const cell of others) {
      const isPositive = signOf(table, cell) > 0
      if (node === cell.row && mayMove(table, cell, isPositive)) reached.add(rows + cell.column)
      if (node === rows + cell.column && mayMove(table, cell, !isPositive)) reached.add(cell.row)
    }
    if (reached.has(to)) return true
  }
  return false
}
