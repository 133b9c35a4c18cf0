import { expect } from 'chai'
import fc from 'fast-check'
import { protectIssues, type ShownTable, SMALLEST_SHOWN, withTotals } from '../../../src/domain/matters/small-cells.js'

interface Reading {
  values: readonly (readonly number[])[]
  /** What a reader of this and of earlier issues does not know. */
  unknown: boolean[][]
  lowest: number[][]
}

/** A reader keeps every issue, and takes a hidden cell for unchanged since the last issue that showed it. */
const readingOf = (tables: readonly ShownTable[], at: number): Reading => {
  const { values, hidden } = tables[at] as ShownTable
  const earlier = tables.slice(0, at)
  const each = <T>(of: (row: number, column: number) => T) => values.map((row, i) => row.map((_, j) => of(i, j)))
  const lastShown = (i: number, j: number) => earlier.findLast((one) => one.hidden[i]?.[j] === false)?.values[i]?.[j]
  return {
    values,
    unknown: each((i, j) => hidden[i]?.[j] === true && lastShown(i, j) !== values[i]?.[j]),
    lowest: each((i, j) => (earlier.some((one) => one.hidden[i]?.[j]) ? 0 : 1)),
  }
}

const LARGEST_TRIED = 9

/** Every table that fits what is shown; totals follow from the cells. */
const possibleTables = ({ values, unknown, lowest }: Reading): number[][][] => {
  const inner = values.slice(0, -1).map((row) => row.slice(0, -1))
  const fits = (table: number[][], rows: readonly number[]) =>
    rows.every((i) =>
      (table[i] ?? []).every((n, j) => (unknown[i]?.[j] ? n >= (lowest[i]?.[j] ?? 0) : n === values[i]?.[j])),
    )
  const rowsOf = (i: number): number[][] =>
    (inner[i] ?? [])
      .reduce<number[][]>(
        (all, value, j) =>
          all.flatMap((row) =>
            unknown[i]?.[j] ? Array.from({ length: LARGEST_TRIED + 1 }, (_, n) => [...row, n]) : [[...row, value]],
          ),
        [[]],
      )
      .filter((row) =>
        fits(
          Array.from({ length: i + 1 }, () => [...row, row.reduce((a, b) => a + b, 0)]),
          [i],
        ),
      )
  return inner
    .reduce<number[][][]>((all, _, i) => all.flatMap((table) => rowsOf(i).map((row) => [...table, row])), [[]])
    .map(withTotals)
    .filter((table) => fits(table, [table.length - 1]))
}

const isUnsolved = (reading: Reading): boolean => {
  const seen = reading.values.map((row) => row.map(() => new Set<number>()))
  for (const table of possibleTables(reading))
    for (const [i, row] of table.entries()) for (const [j, n] of row.entries()) seen[i]?.[j]?.add(n)
  return reading.unknown.every((row, i) => row.every((isUnknown, j) => !isUnknown || (seen[i]?.[j]?.size ?? 0) > 1))
}

/** Gaussian elimination: a cell is solved where its unit vector is a sum of equations. */
const isUnsolvedLinearly = ({ values, unknown }: Reading): boolean => {
  const cells = unknown.flatMap((row, i) => row.flatMap((is, j) => (is ? [`${i} ${j}`] : [])))
  const [rows, columns] = [values.length, values[0]?.length ?? 0]
  const equation = (places: readonly (readonly [number, number])[]) => {
    const made = cells.map(() => 0)
    places.forEach(([i, j], n) => {
      const at = cells.indexOf(`${i} ${j}`)
      if (at !== -1) made[at] = n === places.length - 1 ? -1 : 1
    })
    return made
  }
  const range = (n: number) => Array.from({ length: n }, (_, i) => i)
  const equations = [
    ...range(rows).map((i) => equation(range(columns).map((j) => [i, j] as const))),
    ...range(columns).map((j) => equation(range(rows).map((i) => [i, j] as const))),
  ]
  let rank = 0
  for (let column = 0; column < cells.length; column += 1) {
    const pivot = equations.findIndex((row, i) => i >= rank && Math.abs(row[column] ?? 0) > 1e-9)
    if (pivot === -1) continue
    const [top] = equations.splice(pivot, 1)
    if (top === undefined) continue
    equations.splice(
      rank,
      0,
      top.map((n) => n / (top[column] ?? 1)),
    )
    const lead = equations[rank] ?? []
    equations.forEach((row, i) => {
      const times = row[column] ?? 0
      if (i !== rank && times !== 0) equations[i] = row.map((n, k) => n - times * (lead[k] ?? 0))
    })
    rank += 1
  }
  return equations.slice(0, rank).every((row) => row.filter((n) => Math.abs(n) > 1e-9).length > 1)
}

const tableOf = (rows: number, columns: number, most: number) =>
  fc.array(fc.array(fc.nat({ max: most }), { minLength: columns, maxLength: columns }), {
    minLength: rows,
    maxLength: rows,
  })
/** An issue, and corrections of some of its cells. */
const issuesOf = (rows: number, columns: number, most: number) =>
  fc
    .tuple(
      tableOf(rows, columns, most),
      fc.array(fc.array(fc.tuple(fc.nat(rows - 1), fc.nat(columns - 1), fc.nat(most)), { maxLength: 2 }), {
        maxLength: 2,
      }),
    )
    .map(([first, corrections]) => {
      const issues = [first]
      for (const changes of corrections) {
        const next = (issues.at(-1) ?? first).map((row) => [...row])
        for (const [i, j, n] of changes) (next[i] as number[])[j] = n
        issues.push(next)
      }
      return issues
    })

describe('small cells of a published table', () => {
  it('are hidden with a complement in their row and column, and totals stay', () => {
    const [shown] = protectIssues([
      [
        [2, 10, 20],
        [30, 40, 50],
        [0, 60, 70],
      ],
    ])
    expect(shown?.hidden).to.deep.equal([
      [true, true, false, false],
      [true, true, false, false],
      [false, false, false, false],
      [false, false, false, false],
    ])
  })

  it('cannot be told from what is shown, from totals and from other issues of the month: every fitting table tried', function () {
    this.timeout(120_000)
    fc.assert(
      fc.property(issuesOf(2, 2, 7), (issues) => {
        const tables = protectIssues(issues)
        for (const [at, { values, hidden }] of tables.entries()) {
          const small = values.flatMap((row, i) => row.filter((n, j) => n > 0 && n < SMALLEST_SHOWN && !hidden[i]?.[j]))
          expect(small).to.deep.equal([])
          expect(isUnsolved(readingOf(tables, at)), `issue ${at + 1}`).to.equal(true)
        }
      }),
      { numRuns: 150 },
    )
  })

  it('cannot be solved from totals in tables of eight kinds and eleven places', function () {
    this.timeout(120_000)
    fc.assert(
      fc.property(issuesOf(8, 11, 12), (issues) => {
        const tables = protectIssues(issues)
        for (const at of tables.keys()) expect(isUnsolvedLinearly(readingOf(tables, at))).to.equal(true)
      }),
      { numRuns: 6 },
    )
  })
})
