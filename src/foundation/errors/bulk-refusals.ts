import { type RefusalRow, row } from './row.js'

export const BULK_REFUSALS = {
  // One row is refused; the others are answered.
  ROW_NO_CODE: row(
    400,
    1,
    () =>
      '此行没有代码（代码须为文本，不是数字）。This row has no code; a code is text, not a number, since numbers lose digits.',
  ),
  ROW_UNREADABLE: row(400, 1, () => '此行无法读取。This row cannot be read.'),
  ROW_TOO_LONG: row(400, 1, (d) => `此行超过 ${d['limit']} 个字符。This row is longer than that many characters.`),
  ROW_SHOP_WHOSE: row(
    400,
    1,
    () => '店铺号须说明属于哪个平台（参数 marketplace）。Say whose shop ids these are: ?marketplace=ID.',
  ),
  // The whole question is refused.
  CHECK_NOTHING: row(
    400,
    1,
    () => '没有可核验的内容：请粘贴代码，或选择文件。Nothing to check: paste codes, or choose a file.',
  ),
  FORM_UNREADABLE: row(
    400,
    1,
    () => '表单无法读取，请返回本页重新提交。The form cannot be read: go back to the page and send it again.',
  ),
  ROWS_UNREADABLE: row(
    400,
    1,
    (d) => `请求体无法按 ${d['reader']} 读取：${d['reason']}。The body cannot be read as ${d['reader']} from here on.`,
  ),
  TOO_MANY_ROWS: row(
    413,
    1,
    (d) =>
      `一次最多 ${d['limit']} 行，其余未答复，请分次查询。At most ${d['limit']} rows in one question; the rest was not answered, ask again with it.`,
  ),
  MEDIA_TYPE: row(
    415,
    1,
    (d) => `不接受 ${d['given']}，可用：${d['offered']}。This is not read here; send one of those.`,
  ),
  NOT_ACCEPTABLE: row(406, 1, (d) => `可答复的格式：${d['offered']}。What can be answered: ${d['offered']}.`),
} satisfies Record<string, RefusalRow>
