import { writePdf } from '../foundation/papers/pdf.js'
import { composeMatterReport } from '../web/document/matter-report.js'
import type { MonthIssue } from '../work/matters/figures.js'

/** The same issue gives the same bytes. */
export const printMatterReport = (issue: MonthIssue): Promise<Buffer> => writePdf(composeMatterReport(issue))
