const WORDS: Readonly<Record<string, string>> = {
  required: '必填项为空',
  date: '日期无效',
  code: '代码格式不对',
  'code.digit': '校验位不符',
  money: '金额无效',
  value: '取值不在目录中',
  encoding: '字符无法解码',
  key: '标识过长',
  name: '名称过长',
  'record.none': '没有给出任何记录',
  'repeat.conflict': '同批重复且矛盾',
  form: '不是约定的格式',
  type: '类型不符',
  pattern: '格式不符',
  enum: '取值不在目录中',
  minLength: '内容过短',
  maxLength: '内容过长',
}

export const describeRejectRule = (rule: string): string => WORDS[rule] ?? '不符合约定'
