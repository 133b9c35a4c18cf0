export const LEASE_MS = 10_000
export const LEASE_RENEWAL_MS = 3_000
