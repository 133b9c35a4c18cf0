/** The same words in the two languages of the hub. */
export interface Words {
  zh: string
  en: string
}
