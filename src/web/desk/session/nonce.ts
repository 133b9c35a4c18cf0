/**
 * The page's policy lets in only style elements that bear its nonce. antd gives it to its own, but some of what it builds on
 * makes one without (a dialog that holds the page still): each style element that this page makes gets it here.
 */
export const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? ''

export const withNonce = (): void => {
  const make = document.createElement.bind(document) as (name: string, options?: ElementCreationOptions) => HTMLElement
  document.createElement = ((name: string, options?: ElementCreationOptions) => {
    const element = make(name, options)
    if (element instanceof HTMLStyleElement) element.nonce = nonce
    return element
  }) as Document['createElement']
}
