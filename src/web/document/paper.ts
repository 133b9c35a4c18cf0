import {
  BLANK_PATTERN,
  type DocumentSource,
  type DocumentTemplate,
  fillTemplate,
} from '../../domain/listing/documents.js'
import type { Paper, PaperBlock, PaperStyle, PaperText } from '../../foundation/papers/paper.js'

export const composeDocumentPaper = (template: DocumentTemplate, of: DocumentSource, madeAt: Date): Paper => {
  const { values } = fillTemplate(template, of)
  const ofParty = template.signer === 'PARTY'
  const textOf = (text: string): PaperText => {
    const runs: (string | { blank: string })[] = []
    let kept = 0
    for (const { index, 0: blank, 1: name = '' } of text.matchAll(BLANK_PATTERN)) {
      const value = values.get(name)
      if (index > kept) runs.push(text.slice(kept, index))
      if (value === undefined) runs.push({ blank: `${ofParty ? '' : '手填：'}${template.blanks[name]?.zh ?? name}` })
      else runs.push(typeof value === 'string' ? value : value.join('；'))
      kept = index + blank.length
    }
    return [...runs, text.slice(kept)]
  }
  const each = (as: PaperStyle, texts: readonly string[]): PaperBlock[] =>
    texts.flatMap((text): PaperBlock[] => {
      const value = values.get(/^\{\{([^{}]*)\}\}$/.exec(text)?.[1] ?? '')
      if (value === undefined || typeof value === 'string') return [{ as, text: textOf(text) }]
      return value.map((item, i): PaperBlock => ({ as: 'item', text: `${i + 1}. ${item}` }))
    })
  const title = template.title.replace(BLANK_PATTERN, (_, name: string) => [values.get(name) ?? ''].flat().join('；'))
  return {
    title,
    madeAt,
    blocks: [
      ...(ofParty ? [] : each('issuer', ['{{authority}}'])),
      { as: 'title', text: textOf(template.title) },
      ...(ofParty ? [] : each('number', ['{{number}}'])),
      ...each('line', template.head),
      ...each('paragraph', template.opening),
      ...template.sections.flatMap(({ heading, text }): PaperBlock[] => [
        { as: 'heading', text: heading },
        ...each('paragraph', text),
      ]),
      ...each('paragraph', template.closing),
      ...each('right', [ofParty ? '申请人（签字或者盖章）：{{party}}' : '{{authority}}（印章）', '{{issuedOn}}']),
    ],
    ...(!ofParty && { foot: '草稿，以签章并送达的文书为准' }),
  }
}
