import { type RefusalRow, row } from './row.js'

export const ACCESS_REFUSALS = {
  SECOND_PERSON: row(409, 1, () => '须由提出者以外的人决定。Another person than who proposed it must decide.'),
  UNAUTHENTICATED: row(
    401,
    1,
    (d) => `需要有效的访问令牌（${d['reason']}）。A valid access token is needed; get one at POST /oauth/token.`,
  ),
  SIGN_IN_REFUSED: row(
    401,
    1,
    () => '名称或密码不正确，或一次性密码已过期。Name or password is wrong, or the one-time password has expired.',
  ),
  ACCOUNT_PENDING: row(
    403,
    1,
    () =>
      '该账号的登记、密码或密钥尚待第二人确认：请联系负有安全职责的管理员，在工作台“人员”或“系统”页办理。This account, its password or its secret waits for a second person: ask an administrator with the duty security to confirm it at the desk.',
  ),
  ACCOUNT_CHANGED: row(
    409,
    1,
    (d) =>
      `账号 ${d['name']} 没有待确认的变更，或此后又有变更，请刷新后再看。Nothing of this account waits, or it was changed again: look once more.`,
  ),
  DUTY_MISSING: row(
    403,
    1,
    () =>
      '须由负有安全职责的管理员在登录后确认。Only an administrator with the duty security confirms, signed in as a person.',
  ),
  PASSWORD_TO_CHOOSE: row(
    403,
    1,
    () =>
      '这是一次性密码，请同时给出自选的新密码。This password is for one use: give one of your own with it (newPassword).',
  ),
  PASSWORD_WEAK: row(422, 1, (d) => `新密码不可用：${d['reason']}。The new password may not be one; choose another.`),
  CSRF_REFUSED: row(
    403,
    1,
    () =>
      '请求缺少本次登录的 X-CSRF-Token，或来自其他网站。The request lacks its session’s X-CSRF-Token, or is another site’s.',
  ),
  FORBIDDEN: row(403, 1, () => '当前身份无权进行此操作。This viewer may not do this.'),
  ACCESS_CODE_REFUSED: row(
    403,
    1,
    () => '访问码无效。The access code is not good; ask the authority that served it for another.',
  ),
  ACCESS_CODE_NONE: row(409, 1, () => '该主体没有有效的访问码。This operator has no access code that is good.'),
  HOST_AMBIGUOUS: row(400, 1, () => '请求须恰有一个 Host 标头。A request must have exactly one Host header.'),
  TOO_MANY_REQUESTS: row(
    429,
    1,
    (d) => `尝试过于频繁，请 ${d['retryAfter']} 秒后再试。Too many attempts; try again after so many seconds.`,
  ),
  QUOTA_EXCEEDED: row(
    429,
    1,
    (d) =>
      `请求超出每分钟 ${d['limit']} 次的限额，请 ${d['retryAfter']} 秒后再来。Over the quota of a minute; come again after so many seconds.`,
  ),
  ANSWER_TIMEOUT: row(
    503,
    1,
    () => '查询用时过长，已被中止，请缩小范围。The question took too long and was stopped; ask for less.',
  ),
  CLIENT_EXISTS: row(409, 1, (d) => `客户端 ${d['name']} 已存在。A client of this name exists; use hub client rotate.`),
  CLIENT_UNKNOWN: row(404, 1, (d) => `没有名为 ${d['name']} 的客户端。There is no client of this name.`),
  PERSON_EXISTS: row(
    409,
    1,
    (d) => `名称 ${d['name']} 已被占用。A person or client of this name exists; use hub person reset.`,
  ),
  LOCKOUT_UNKNOWN: row(
    404,
    1,
    () => '该名称现在没有被锁定，或者锁定已到期。Nobody of this name is locked out now, or the lockout has ended.',
  ),
  PERSON_UNKNOWN: row(404, 1, (d) => `没有名为 ${d['name']} 的人员。There is no person of this name.`),
  OWN_ACCESS: row(
    409,
    1,
    () => '不能停用自己，须由另一名管理员办理。Nobody ends their own access: another administrator does it.',
  ),
  ROLE_UNKNOWN: row(400, 2, (d) => `角色 ${d['role']} 不可用，可用：${d['known']}。Unknown role.`),
  AGENCY_UNKNOWN: row(400, 2, (d) => `未知的信源单位 ${d['agency']}，可用：${d['known']}。Unknown agency.`),
  TRAIL_UNAVAILABLE: row(
    503,
    1,
    () =>
      '查询痕迹暂时无法留存，未予答复，请稍后再试。The trail of this answer cannot be kept just now, so it was not given; try again later.',
  ),
  AUDIT_BROKEN: row(
    500,
    1,
    (d) =>
      `审计日志自第 ${d['number']} 行起有 ${d['faults']} 处与写下时不同（${d['fault']}），详见 hub verify audit。The audit log is not as it was written: see hub verify audit.`,
  ),
} satisfies Record<string, RefusalRow>
