/** Before all else: what style elements must bear that are made while the page runs. */
const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content
Object.assign(globalThis, { hubNonce: nonce })
