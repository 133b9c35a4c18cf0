/** CSP nonce, which some of antd's dependencies omit from their style elements. */
export const cspNonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? ''

export const setNonceOnStyles = (): void => {
  const make = document.createElement.bind(document) as (name: string, options?: ElementCreationOptions) => HTMLElement
  document.createElement = ((name: string, options?: ElementCreationOptions) => {
    const element = make(name, options)
    if (element instanceof HTMLStyleElement) element.nonce = cspNonce
    return element
  }) as Document['createElement']
}
