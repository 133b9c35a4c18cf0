import type { Db, Tx } from './db.js'

export type KeyFingerprints = Readonly<Record<string, readonly string[]>>

export const fingerprintsByKey = async (tx: Db | Tx): Promise<Map<string, Set<string>>> => {
  const answer = await tx.raw('select key, fingerprint from key_fingerprints /* key-fingerprints.all */')
  const fingerprints = new Map<string, Set<string>>()
  for (const { key, fingerprint } of answer.rows)
    fingerprints.set(key, (fingerprints.get(key) ?? new Set()).add(fingerprint))
  return fingerprints
}

/** The second of two starting hubs checks its keys against the first's. */
export const lockFingerprints = async (tx: Tx): Promise<void> => {
  await tx.raw('lock table key_fingerprints in share row exclusive mode /* key-fingerprints.hold */')
}

export const storeFingerprints = async (tx: Db | Tx, fingerprints: KeyFingerprints): Promise<void> => {
  const rows = Object.entries(fingerprints).flatMap(([key, each]) => each.map((fingerprint) => ({ key, fingerprint })))
  await tx.raw(
    `insert into key_fingerprints (key, fingerprint) select k.key, k.fingerprint from jsonb_to_recordset(?::jsonb) as k(key text, fingerprint text)
     on conflict do nothing /* key-fingerprints.note */`,
    [JSON.stringify(rows)],
  )
}

export const deleteFingerprints = async (tx: Tx): Promise<void> => {
  await tx.raw('delete from key_fingerprints /* key-fingerprints.forget */')
}
