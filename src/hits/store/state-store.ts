// Small values that outlive a process: checkpoints, the outbox, feeds, cases. Each has a kind and a key; values are JSON.
import type { Database } from "./database.js"

export interface StateStore {
  get<T>(kind: string, key: string): T | undefined
  set(kind: string, key: string, value: unknown): void
  delete(kind: string, key: string): void
  /** In the order of their keys' bytes. */
  entries<T>(kind: string): readonly { readonly key: string; readonly value: T }[]
  /** Everything that `body` does in this workspace is one commit, or nothing if it throws. It must not wait for anything. */
  transaction<T>(body: () => T): T
}

export function openState(db: Database): StateStore {
  return {
    get: <T>(kind: string, key: string) => {
      const row = db.row("SELECT body FROM state WHERE kind = ? AND key = ?", kind, key)
      return row && (JSON.parse(String(row.body)) as T)
    },
    set: (kind, key, value) =>
      void db.run(
        "INSERT INTO state VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET body = excluded.body",
        kind,
        key,
        JSON.stringify(value ?? null),
      ),
    delete: (kind, key) => void db.run("DELETE FROM state WHERE kind = ? AND key = ?", kind, key),
    entries: <T>(kind: string) =>
      Array.from(db.rows("SELECT key, body FROM state WHERE kind = ? ORDER BY key", kind), (row) => ({
        key: String(row.key),
        value: JSON.parse(String(row.body)) as T,
      })),
    transaction: (body) => db.transaction(body),
  }
}
