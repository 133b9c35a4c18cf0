export type WordsIn<Text extends string> = Text extends `${infer Word} ${infer Rest}` ? Word | WordsIn<Rest> : Text

export const splitLiteral = <Text extends string>(text: Text): WordsIn<Text>[] => text.split(' ') as WordsIn<Text>[]

export const splitWords = (text: string): string[] => text.trim().split(/\s+/)

export const mapWordsToValues = <Value extends string>(
  wordsOf: Readonly<Record<Value, string>>,
): Readonly<Record<string, Value>> => {
  const values: Record<string, Value> = {}
  for (const value of Object.keys(wordsOf) as Value[]) {
    for (const word of splitWords(wordsOf[value])) {
      if (Object.hasOwn(values, word)) throw new Error(`${word} has two values`)
      values[word] = value
    }
  }
  return values
}

export const pickColumn = <Field extends string>(
  table: Readonly<Record<Field, readonly string[]>>,
  column: number,
): Record<Field, string> => {
  const fields = Object.keys(table) as Field[]
  return Object.fromEntries(fields.map((field) => [field, table[field][column]])) as Record<Field, string>
}
