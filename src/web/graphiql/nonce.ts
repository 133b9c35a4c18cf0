/** This module must run first: it publishes the CSP nonce for later style elements. */
const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content
Object.assign(globalThis, { hubNonce: nonce })
