/** How the stand-ins of the national platform and of Credit China read their rows. */
import { type Asked, objectIn } from '../server.js'
import type { Told, ToldField } from './board.js'
import { objectOf, sequenceIn, textIn } from './reading.js'

export const SAMR_FIELDS: Record<ToldField, string> = {
  key: 'ILLID',
  sequence: 'SN',
  action: 'OPTYPE',
  uscc: 'UNISCID',
  regNo: 'REGNO',
  name: 'ENTNAME',
  reason: 'SERILLREA_CN',
  authority: 'DECORG_CN',
  documentNumber: 'DEDOCNUM',
  decidedOn: 'ABNTIME',
  removedOn: 'REMDATE',
}

const ACTIONS: Record<string, Told['action']> = { '1': 'ADD', '2': 'CHANGE', '3': 'REMOVE' }

export const samrRows = ({ body }: Asked): Told[] | null => {
  const rows = objectIn(body)?.rows
  return Array.isArray(rows) ? rows.map((row) => told(objectOf(row))) : null
}

const told = (row: Record<string, unknown>): Told => ({
  key: textIn(row.ILLID),
  sequence: sequenceIn(row.SN),
  action: ACTIONS[String(row.OPTYPE)] ?? null,
  uscc: textIn(row.UNISCID),
  regNo: textIn(row.REGNO),
  name: textIn(row.ENTNAME),
  reason: textIn(row.SERILLREA_CN),
  authority: textIn(row.DECORG_CN),
  documentNumber: textIn(row.DEDOCNUM),
  decidedOn: textIn(row.ABNTIME),
  removedOn: textIn(row.REMDATE),
})
