import { findOperatorToCreate, makeSubjectKey } from '../../domain/intake/matching.js'
import { normalizeName } from '../../domain/operators/names.js'
import { sealBody } from '../../domain/records/digest.js'
import type { RecordDraft, SourceItem } from '../../domain/records/records.js'
import type { StagedDraft } from '../../store/intake/staged.js'

/** `late` is null without a deadline. */
export const makeStagedDraft = (
  index: number,
  part: number,
  item: SourceItem,
  draft: RecordDraft,
  late: boolean | null = null,
): StagedDraft => {
  const { subject, body } = draft
  const formerly = draft.kind === 'registration' && Array.isArray(body['former_names']) ? body['former_names'] : []
  const makes = findOperatorToCreate(draft)
  return {
    item: index,
    part,
    page: item.page,
    row: item.row,
    draft,
    ...sealBody(draft),
    makes,
    nameKey: subject.name === null ? null : normalizeName(subject.name),
    subjectKey: makes?.kind == null ? makeSubjectKey(draft) : null,
    former: formerly.map((name) => ({ name: String(name), key: normalizeName(String(name)) })),
    late,
  }
}
