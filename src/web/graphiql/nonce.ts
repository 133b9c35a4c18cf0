/** Must run first: publishes the CSP nonce for style elements that are added later. */
const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content
Object.assign(globalThis, { hubNonce: nonce })
