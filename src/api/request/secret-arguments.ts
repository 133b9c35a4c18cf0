const NAMES = 'mailAddress|mailCode|robotAddress|robotSecret'
/** Characters that GraphQL ignores between tokens. */
const BLANK = String.raw`(?:[\s,]|#[^\n]*\n)*`
/** A block may hold `\"""`; another text ends on its line. */
const LITERAL = String.raw`"""(?:\\"""|[\s\S])*?"""|"(?:[^"\\\r\n]|\\.)*"`
const GIVEN = new RegExp(String.raw`("?)\b(${NAMES})\1(${BLANK}:${BLANK})(?:${LITERAL})`, 'g')
const VARIABLES = new RegExp(String.raw`\b(?:${NAMES})${BLANK}:${BLANK}\$(\w+)`, 'g')
const HIDDEN = '"…"'
/** Any text of these mutations may be secret, except setting names. A matter's content is for its seats. */
const TAKES_SECRETS = /\b(?:proposeSettings|openMatter|moveMatter)\b/
/** A comment may hold a single quotation mark. */
const LITERAL_OR_COMMENT = new RegExp(String.raw`${LITERAL}|#[^\r\n]*`, 'g')

/** Also hides defaults of variables that carry such an argument. */
export const withoutSecretArguments = (source: string): string =>
  TAKES_SECRETS.test(source)
    ? source.replace(LITERAL_OR_COMMENT, (found) => (found.startsWith('#') ? '' : HIDDEN))
    : namesOfSecretVariables(source).reduce(
        (text, name) =>
          text.replace(new RegExp(String.raw`(\$${name}\s*:[^=$)]*=\s*)(?:${LITERAL})`, 'g'), `$1${HIDDEN}`),
        source.replace(
          GIVEN,
          (_, quote: string, name: string, colon: string) => `${quote}${name}${quote}${colon}${HIDDEN}`,
        ),
      )

export const withoutSecretVariables = (
  source: string,
  variables: Record<string, unknown>,
  settingNames: readonly string[],
): Record<string, unknown> => {
  if (TAKES_SECRETS.test(source))
    return JSON.parse(
      JSON.stringify(variables, (_, value) =>
        typeof value === 'string' && !settingNames.includes(value) ? '…' : value,
      ),
    )
  const secret = namesOfSecretVariables(source)
  if (secret.length === 0) return variables
  return Object.fromEntries(
    Object.entries(variables).map(([name, value]) => [name, secret.includes(name) ? '…' : value]),
  )
}

const namesOfSecretVariables = (source: string): string[] =>
  [...source.matchAll(VARIABLES)].map(([, name = '']) => name)
