export type WordsIn<Text extends string> = Text extends `${infer Word} ${infer Rest}` ? Word | WordsIn<Rest> : Text

/** Splits a text at single blanks into words that the compiler knows. */
export const knownWords = <Text extends string>(text: Text): WordsIn<Text>[] => text.split(' ') as WordsIn<Text>[]

/** Splits a text at blanks and line ends. */
export const splitWords = (text: string): string[] => text.trim().split(/\s+/)

/** Inverts a table whose rows are a value and the words that agencies write for it, separated by blanks. */
export const valuesByWord = <Value extends string>(
  wordsOf: Readonly<Record<Value, string>>,
): Readonly<Record<string, Value>> =>
  Object.fromEntries(
    (Object.keys(wordsOf) as Value[]).flatMap((value) => splitWords(wordsOf[value]).map((word) => [word, value])),
  )

/** Picks one column of a table whose rows are a field's names in several forms. */
export const pickColumn = <Field extends string>(
  table: Readonly<Record<Field, readonly string[]>>,
  column: number,
): Record<Field, string> => {
  const fields = Object.keys(table) as Field[]
  return Object.fromEntries(fields.map((field) => [field, table[field][column]])) as Record<Field, string>
}
