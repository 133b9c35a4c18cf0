/**
 * A receiver's addresses, credentials, receipts and displays by platform. `interfaces.md` is generated from this, and
 * test/platforms/interfaces.test.ts answers by it.
 */
import type { SubjectKind } from '../../src/domain/delivery/delivery.js'
import { platforms } from '../../src/platforms/index.js'

/** Subjects of the examples: the first is accepted, the second rejected. */
export const KEYS = ['lst_0example0000001', 'lst_0example0000002'] as const
const [TAKEN, REFUSED] = KEYS
const WORDS = '未查询到主体或查询到的主体信息不匹配'
const RECORD = 'R-1'
const CODE = '91220102MA0Y3X1HXM'
const NAME = '长春市虚构样例电子商务有限公司'

export interface Interface {
  id: string
  /** Path and document by kind. */
  doors: Record<SubjectKind, { path: string; document: string }>
  /** Headers besides content-type; SECRET is the credential. */
  headers: Record<string, string>
  /** One per message, in order. */
  answers: { status: number; text: string }[]
  /** Answer to `GET /entries`. */
  displayed: Record<string, string | number | null>[]
  notes: string[]
}

const json = (value: unknown): string => JSON.stringify(value, null, 2)
const samrShown = { ILLID: TAKEN, SN: 1, UNISCID: CODE, ENTNAME: NAME, recordId: RECORD }

export const INTERFACES: readonly Interface[] = [
  {
    id: 'national',
    doors: {
      listing: { path: '/api/lists/serious/batch', document: 'samr-list' },
      penalty: { path: '/api/sgs/penalties', document: 'penalty-row' },
      permit: { path: '/api/sgs/permits', document: 'permit-row' },
    },
    headers: { authorization: 'Bearer SECRET' },
    answers: [
      {
        status: 200,
        text: json({
          receipts: [
            { ILLID: TAKEN, code: '00', text: '已接收', field: null, value: null, recordId: RECORD },
            { ILLID: REFUSED, code: '1001', text: WORDS, field: 'UNISCID', value: CODE, recordId: null },
          ],
        }),
      },
    ],
    displayed: [samrShown],
    notes: [
      '处罚、许可的回执以 `HUB_ID` 代替 `ILLID`。Receipts of penalties and permits have `HUB_ID` instead of `ILLID`.',
    ],
  },
  {
    id: 'jilin',
    doors: {
      listing: { path: '/exchange', document: 'exchange-envelope' },
      penalty: { path: '/exchange', document: 'penalty-row' },
      permit: { path: '/exchange', document: 'permit-row' },
    },
    headers: { 'x-exchange-key': 'SECRET' },
    answers: [
      {
        status: 200,
        text: `<?xml version="1.0" encoding="UTF-8"?>
<ExchangeMessage><Header><sender>jilin-credit-exchange</sender></Header><Body><receipt>
<row><ENTRY_ID>${TAKEN}</ENTRY_ID><state>1</state><ruleCode>00</ruleCode><ruleText>已接收</ruleText><recordNo>${RECORD}</recordNo></row>
<row><ENTRY_ID>${REFUSED}</ENTRY_ID><state>0</state><ruleCode>1001</ruleCode><ruleText>${WORDS}</ruleText><field>A000002</field><value>${CODE}</value></row>
</receipt></Body></ExchangeMessage>`,
      },
    ],
    displayed: [{ ENTRY_ID: TAKEN, ENTRY_SN: 1, A000002: CODE, A000001: NAME, recordId: RECORD }],
    notes: [
      '处罚、许可的回执以 `HUB_ID` 代替 `ENTRY_ID`。Receipts of penalties and permits have `HUB_ID` instead of `ENTRY_ID`.',
      '地址为 `file:` 时，回执为 `<batch>.receipt.csv`，列名与此相同，另加 `ENTRY_SN`（或 `HUB_SN`）；展示清单为 `shown.csv`。By a folder the receipt is `<batch>.receipt.csv` with the same columns and `ENTRY_SN` (or `HUB_SN`), the display `shown.csv`.',
      '地址为 `postgres:` 时，见 `exchange-table.sql`；展示清单为表或视图 `hub_shown`。By a table see `exchange-table.sql`; the display is a table or view `hub_shown`.',
    ],
  },
  {
    id: 'creditchina',
    doors: {
      listing: { path: '/service/blacklist', document: 'samr-list' },
      penalty: { path: '/service/PenaltyWebService', document: 'penalty-2015' },
      permit: { path: '/service/PermissionWebService', document: 'permit-2015' },
    },
    headers: { token: 'SECRET' },
    answers: [
      {
        status: 200,
        text: json({
          code: '00',
          line: [
            { ILLID: TAKEN, errcode: '00', errmsg: '已接收', errfield: null, errvalue: null, recid: RECORD },
            { ILLID: REFUSED, errcode: '1001', errmsg: WORDS, errfield: 'UNISCID', errvalue: CODE, recid: null },
          ],
        }),
      },
    ],
    displayed: [samrShown],
    notes: [
      '整份回执的 `code` 不是 `00` 时视为未处理，全部重报。A `code` of the whole other than `00` speaks of no row: all are sent again.',
      '处罚、许可为 SOAP，令牌是调用的参数，回执按行号，见其接口说明。Penalties and permits go by SOAP, the token is an argument of the call, and the answer counts rows: see their documents.',
    ],
  },
  {
    id: 'creditjilin',
    doors: {
      listing: { path: '/api/messages', document: 'signed-message' },
      penalty: { path: '/api/messages', document: 'signed-penalty' },
      permit: { path: '/api/messages', document: 'signed-permit' },
    },
    headers: {
      'x-timestamp': '…',
      'x-signature': 'sha256=HMAC-SHA-256(SECRET, x-timestamp + "." + body)',
      'idempotency-key': 'id/sequence',
    },
    answers: [
      {
        status: 200,
        text: json({ result: true, code: '00', message: '已接收', field: null, value: null, id: RECORD }),
      },
      {
        status: 422,
        text: json({ result: false, code: '1001', message: WORDS, field: 'uscc', value: CODE, id: null }),
      },
    ],
    displayed: [{ id: TAKEN, sequence: 1, uscc: CODE, name: NAME, recordId: RECORD }],
    notes: [
      '每条消息一个回执。One answer for each message.',
      '查询时报文体为空，`x-timestamp` 为一次性随机值，无 `idempotency-key`。A question has an empty body, a random `x-timestamp` good for once, and no `idempotency-key`.',
    ],
  },
]

const COMMON = [
  '同一业务键的报文按序号处理，较旧者回 `02`；同一业务键、同一序号、同一内容再次送达，须照样回 `00`。Messages of one key in the order of their numbers, an older one is answered `02`; the same message once more is answered `00` once more.',
  '代码：`00`、`02` 为办结，`900`–`999` 为繁忙、自动重报，其余转人工；HTTP 429 与 5xx 可带 `Retry-After`。Codes: `00` and `02` done, `900`–`999` busy and sent again, any other waits for a person; 429 and 5xx may bear `Retry-After`.',
  '未回执的行视为未处理，以同一业务键与序号重报。A row without receipt is sent again under the same key and number.',
  '回执须在 10 秒内、4 MB 以内，UTF-8 或 GB18030；不跟随重定向。An answer within 10 s and 4 MB, in UTF-8 or GB18030; no redirect is followed.',
  '展示查询：`GET /entries?after=KEY&limit=1000` 按业务键顺序分页，空页为止；`GET /entries?keys=A,B` 查若干条。已移出的不列。处罚、许可以相同列名列出，另带 `"kind":"penalty"` 或 `"permit"`。The display: page by page in the order of the keys until an empty page, or some keys; what was removed is not in it; penalties and permits stand there under the same names and bear their `kind`.',
]

export const interfacesDocument = (): string =>
  [
    '# 接收方接口说明 · What a receiver answers',
    '',
    '由 `test/support/platform-interfaces.ts` 生成，并以其中的示例实测。Made from that file, whose examples are played to the platforms in a test. 各平台均未确认其接口。No platform has confirmed its interface.',
    '',
    ...COMMON.map((line) => `* ${line}`),
    ...INTERFACES.flatMap(sectionOf),
    '',
  ].join('\n')

const sectionOf = ({ id, doors, headers, answers, displayed, notes }: Interface): string[] => {
  const platform = platforms.find((one) => one.id === id)
  return [
    '',
    `## ${platform?.name.zh} · ${platform?.name.en} (\`${id}\`)`,
    '',
    '| 信息 Kind | 地址 Path | 报文 Message |',
    '|---|---|---|',
    ...Object.entries(doors).map(
      ([kind, { path, document }]) => `| ${kind} | \`POST ${path}\` | [${document}](${document}.md) |`,
    ),
    '',
    `凭据 Credential: ${Object.entries(headers)
      .map(([name, value]) => `\`${name}: ${value}\``)
      .join(' ')}`,
    '',
    ...notes.map((line) => `* ${line}`),
    ...answers.flatMap(({ status, text }) => ['', `回执 Answer, HTTP ${status}`, '', ...fenced(text)]),
    '',
    '展示 Display, `GET /entries`',
    '',
    ...fenced(json(displayed)),
  ]
}

const fenced = (text: string): string[] => [`\`\`\`${text.startsWith('<') ? 'xml' : 'json'}`, text, '```']
