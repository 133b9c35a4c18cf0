/** Asked as the person's own question: closed parts of the case file (案卷) are empty. */
import type { Request, RequestHandler } from 'express'
import type { GraphqlEndpoint } from '../api/graphql/execution.js'
import { openPaperFor } from '../api/listing/papers.js'
import { writeAuditRow } from '../api/request/audit-rows.js'
import type { ApiDependencies } from '../api/request/dependencies.js'
import { getRequestContext } from '../api/request/request-context.js'
import type { Viewer } from '../domain/access/viewer.js'
import { CASE_FILE_PAPERS_BYTES_MOST, choosePapersThatFit } from '../domain/listing/papers.js'
import { Refusal } from '../foundation/errors.js'
import { writePdf } from '../foundation/papers/pdf.js'
import { shanghaiDate } from '../foundation/time/dates.js'
import { makeCaseFilePaper } from '../web/case-file/contents.js'
import { CASE_FILE_QUERY, type CaseFileCopy, type CaseFileData, listPapersOf } from '../web/case-file/query.js'
import { makeExportWords } from './exports.js'

/** Raised when members of the JSON change. */
const CASE_FILE_FORM = 2
const TYPES = { pdf: 'application/pdf', json: 'application/json; charset=utf-8' } as const

/** `signedIn` returns the person or refuses, again before the file leaves: the session may have ended. */
export const makeCaseFileHandler =
  (
    parts: ApiDependencies,
    { ask, labelOf }: Pick<GraphqlEndpoint, 'ask' | 'labelOf'>,
    signedIn: (request: Request) => Promise<Viewer>,
  ): RequestHandler =>
  async (request, response) => {
    const viewer = await signedIn(request)
    const { listing, format } = (request.body ?? {}) as Record<string, unknown>
    if (typeof listing !== 'string' || (format !== 'pdf' && format !== 'json'))
      throw new Refusal('INPUT_INVALID', { reason: '未知的案件或者格式 unknown case or format' })
    const asked = getRequestContext(request)
    const { data } = await ask(asked, viewer, { query: CASE_FILE_QUERY, variables: { id: listing } })
    const found = (data?.listing ?? null) as CaseFileData | null
    // Only those who see the steps of a case get its file.
    if (found === null || found.mirrored || found.moves.length === 0) throw new Refusal('NOT_FOUND')
    const made = { madeAt: asked.now, madeBy: viewer.sub ?? '' }
    const copies = await readCopies(parts, viewer, found)
    const content =
      format === 'pdf'
        ? await writePdf(makeCaseFilePaper(found, copies, makeExportWords(parts, labelOf), made))
        : JSON.stringify({ form: CASE_FILE_FORM, ...made, caseFile: found, copies: copies.map(copyAsText) }, null, 2)
    await signedIn(request)
    await writeAuditRow(parts, asked, viewer, {
      kind: 'FILE',
      asked: `POST /desk/case-file ${found.id}.${format}`,
      content,
    })
    const whose = found.operator.name ?? found.operator.uscc ?? found.operator.shop ?? ''
    const name = encodeURIComponent(`案卷-${whose}-${shanghaiDate(asked.now)}.${format}`)
    response
      .set({ 'Content-Type': TYPES[format], 'Content-Disposition': `attachment; filename*=UTF-8''${name}` })
      .send(content)
  }

const readCopies = async (parts: ApiDependencies, viewer: Viewer, file: CaseFileData): Promise<CaseFileCopy[]> => {
  const papers = listPapersOf(file)
  const chosen = choosePapersThatFit(papers, CASE_FILE_PAPERS_BYTES_MOST)
  const copies: CaseFileCopy[] = []
  // One after another, so only the chosen bytes are in memory.
  for (const paper of papers) {
    const { id, title, type, bytes, sha256 } = paper
    const content = chosen.has(paper) ? await openOrNull(parts, viewer, id) : null
    const reason = chosen.has(paper) ? 'NOT_SEEN' : 'TOO_LARGE'
    copies.push({ title, type, bytes, sha256, content, leftOut: content === null ? reason : null })
  }
  return copies
}

const openOrNull = async (parts: ApiDependencies, viewer: Viewer, id: string): Promise<Buffer | null> => {
  try {
    return (await openPaperFor(parts, viewer, id)).content
  } catch (error) {
    if (error instanceof Refusal) return null
    throw error
  }
}

const copyAsText = ({ content, ...copy }: CaseFileCopy) => ({ ...copy, content: content?.toString('base64') ?? null })
