/** Archive files: gzip members of 256 row numbers each, lines of `<number> <content>`. */
import { createHash, randomUUID } from 'node:crypto'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import { type AuditRow, parseContent, serializeContent, sha256Hex } from '../../domain/audit/audit-log.js'
import { ARCHIVE_BLOCK_ROWS, type AuditArchive, type AuditPartition } from '../../domain/audit/partitions.js'
import * as partitions from '../../store/audit/partitions.js'
import type { Db } from '../../store/db/db.js'
import { listFileNames } from './note-files.js'

const FOLDER = 'audit'
const [FOLDER_MODE, FILE_MODE] = [0o700, 0o600]
const HASH_CHARACTERS = 12
const UNFINISHED = '.part'
const compress = promisify(gzip)
const decompress = promisify(gunzip)

/** Named after its bytes, so that no process replaces another's file: the content may be nowhere else. */
export const writeArchive = async (
  folder: string,
  { first, last }: AuditPartition,
  blocks: AsyncIterable<readonly AuditRow[]>,
): Promise<{ archive: AuditArchive; part: string }> => {
  await mkdir(join(folder, FOLDER), { recursive: true, mode: FOLDER_MODE })
  const part = join(FOLDER, `${first}-${last}-${randomUUID()}${UNFINISHED}`)
  const offsets = [0]
  const bytes = createHash('sha256')
  const handle = await open(join(folder, part), 'wx', FILE_MODE)
  try {
    for await (const rows of blocks) {
      const lines = rows.flatMap(({ number, content }) => (content ? `${number} ${serializeContent(content)}\n` : []))
      const block = await compress(lines.join(''))
      bytes.update(block)
      await handle.writeFile(block)
      offsets.push((offsets.at(-1) ?? 0) + block.length)
    }
    await handle.sync()
  } finally {
    await handle.close()
  }
  const file = join(FOLDER, `${first}-${last}-${bytes.digest('hex').slice(0, HASH_CHARACTERS)}.gz`)
  return { archive: { first, last, file, offsets }, part }
}

export const keepArchive = async (folder: string, part: string, { file }: AuditArchive): Promise<void> => {
  await rename(join(folder, part), join(folder, file))
  const holder = await open(join(folder, FOLDER), 'r')
  await holder.sync().finally(() => holder.close())
}

export const removeFiles = async (folder: string, first: number, onlyUnfinished: boolean): Promise<void> => {
  for (const name of listFileNames(join(folder, FOLDER)))
    if (name.startsWith(`${first}-`) && (!onlyUnfinished || name.endsWith(UNFINISHED)))
      await rm(join(folder, FOLDER, name), { force: true })
}

const readBlock = async (
  folder: string,
  { file, offsets }: AuditArchive,
  block: number,
): Promise<Map<number, string>> => {
  const [from = 0, to = 0] = offsets.slice(block, block + 2)
  const handle = await open(join(folder, file), 'r')
  try {
    const { buffer } = await handle.read(Buffer.alloc(to - from), 0, to - from, from)
    const lines = (await decompress(buffer)).toString('utf8').split('\n').slice(0, -1)
    return new Map(lines.map((line) => [Number.parseInt(line, 10), line.slice(line.indexOf(' ') + 1)]))
  } finally {
    await handle.close()
  }
}

export type ArchiveReader = ReturnType<typeof makeArchiveReader>

export const makeArchiveReader = (folder: string, find: (number: number) => Promise<AuditArchive | null>) => {
  let archive: AuditArchive | null = null
  let block: { of: AuditArchive; index: number; contents: Promise<Map<number, string>> } | null = null

  const bodyOf = async (number: number): Promise<string | null> => {
    if (archive === null || number < archive.first || number > archive.last) archive = await find(number)
    if (archive === null) return null
    const index = Math.floor((number - archive.first) / ARCHIVE_BLOCK_ROWS)
    if (block?.of !== archive || block.index !== index)
      block = { of: archive, index, contents: readBlock(folder, archive, index) }
    return (await block.contents.catch(() => null))?.get(number) ?? null
  }

  const fill = async (row: AuditRow): Promise<AuditRow> => {
    const body = await bodyOf(row.number)
    const content = body === null ? null : parseContent(body)
    return content === null
      ? row
      : { ...row, body: row.form === 0 ? null : body, content: { ...content, ...row.inFile } }
  }

  const fillAll = async (rows: readonly AuditRow[]): Promise<AuditRow[]> => {
    const filled: AuditRow[] = []
    for (const row of rows) filled.push(row.inFile ? await fill(row) : row)
    return filled
  }

  return {
    fillAll,
    holds: async (row: AuditRow): Promise<boolean> => {
      const body = await bodyOf(row.number)
      return body !== null && sha256Hex(body) === row.contentHash
    },
  }
}

export const readerOf = (db: Db, folder: string): ArchiveReader =>
  makeArchiveReader(folder, (number) => partitions.findArchive(db, number))
