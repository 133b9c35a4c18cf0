export interface BilingualText {
  zh: string
  en: string
}

const HAN = /\p{Script=Han}/u
const SENTENCES = /(?<=[。！？])/u
/** `读到 read: a, b` */
const ENGLISH_LABEL = /(?<=\p{Script=Han}) (?:[a-z]+ )*[a-z]+:(?: |$)/gu
/** `1–9 个字符 1–9 characters`, `没有内容 empty`: English that repeats the Chinese. */
const ENGLISH_CLAUSE =
  / +(?=[^\p{Script=Han}。；，：！？）]*[a-z]{2})[a-z\d(“<][^\p{Script=Han}。；，：！？）]*(?=[。）]|$)| +[a-z]+(?: [a-z’,;]+)+(?=[；，：！？]| \p{Script=Han})/gu
/** `仅 3 条，少于 5 / fewer items than 5`: English after a slash, to the end of the clause. */
const ENGLISH_AFTER_SLASH = / \/ (?=[a-z])[^；。]*/gu
const AFTER_CHINESE = /[\p{Script=Han}\d”）】%…]$/u

const isEnglish = (sentence: string): boolean =>
  /[A-Za-z]/.test(sentence) &&
  (!HAN.test(sentence) || /^\s*[A-Za-z“"'(\d].*[a-z] [a-z]| [a-z]+[.)]$/.test(sentence.trim()))

export const splitLanguages = (message: string): BilingualText => {
  const sentences = message.split(SENTENCES)
  const english: string[] = []
  while (sentences.length > 1 && isEnglish(sentences.at(-1) ?? '')) english.unshift(sentences.pop() ?? '')
  const clauses: string[] = []
  const zh = sentences
    .join('')
    .replace(ENGLISH_AFTER_SLASH, (clause) => {
      clauses.push(clause.slice(' / '.length))
      return ''
    })
    .replace(ENGLISH_LABEL, '：')
    .replace(ENGLISH_CLAUSE, (clause, at: number, whole: string) => {
      if (!AFTER_CHINESE.test(whole.slice(0, at))) return clause
      clauses.push(clause.trim())
      return ''
    })
    .trim()
  const said = english.join('').trim()
  const en = clauses.length === 0 ? said : [said.replace(/\.$/, ''), clauses.join('; ')].filter(Boolean).join(': ')
  return HAN.test(zh) && en !== '' ? { zh, en } : { zh, en: zh }
}

/** Programs' words about a failure, such as `：UND_ERR_SOCKET` or `: fetch failed`. */
const MACHINE_WORDS = /(?:[：:（]|^)\s*[A-Z]+(?:_[A-Z]+)+[^\p{Script=Han}。）]*(?:）|(?=。|$))/gu

export const chineseHalfOf = (message: string): string => {
  const words = splitLanguages(message).zh.replace(MACHINE_WORDS, '')
  return words === '' && message !== '' ? '对方没有正常答复。' : words
}
