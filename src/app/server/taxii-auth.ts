// Who may do what with a collection: tokens, kept only as digests, each for one collection.
import { createHash, randomBytes, timingSafeEqual } from "node:crypto"
import type { StateStore } from "../../hits/store/workspace.js"

const kind = "taxii-token"

export interface TaxiiToken {
  readonly collection: string
  /** Who holds it, as the administrator calls them. */
  readonly name: string
  readonly write: boolean
  /** Hex SHA-256: the token itself is shown once and never kept. */
  readonly digest: string
  /** RFC 3339. */
  readonly addedAt: string
}

export interface Rights {
  readonly read: boolean
  readonly write: boolean
}

export const noRights: Rights = { read: false, write: false }

/** A fresh token for `name`; one of the same name and collection is replaced. */
export function addToken(state: StateStore, token: Pick<TaxiiToken, "collection" | "name" | "write">, at: string): string {
  const secret = randomBytes(32).toString("base64url")
  state.set(kind, keyOf(token.collection, token.name), { ...token, digest: digestOf(secret), addedAt: at } satisfies TaxiiToken)
  return secret
}

/** False if there is none. */
export function revokeToken(state: StateStore, collection: string, name: string): boolean {
  const key = keyOf(collection, name)
  if (state.get(kind, key) === undefined) return false
  state.delete(kind, key)
  return true
}

export function tokensOf(state: StateStore): readonly TaxiiToken[] {
  return state.entries<TaxiiToken>(kind).map(({ value }) => value)
}

/** What the bearer of a token may do with a collection. */
export function rightsOf(state: StateStore, secret: string | undefined, collection: string): Rights {
  if (secret === undefined) return noRights
  const digest = digestOf(secret)
  const held = tokensOf(state).find((token) => token.collection === collection && same(token.digest, digest))
  return held ? { read: true, write: held.write } : noRights
}

/** The token of an Authorization header: Bearer, or the password of Basic, which is all that many TAXII clients can do. */
export function secretOf(authorization: string | undefined): string | undefined {
  const [, scheme, credentials] = /^(Bearer|Basic) +(\S+)$/i.exec(authorization ?? "") ?? []
  if (scheme === undefined || credentials === undefined) return undefined
  if (scheme.toLowerCase() === "bearer") return credentials
  const pair = Buffer.from(credentials, "base64").toString("utf8")
  return pair.includes(":") ? pair.slice(pair.indexOf(":") + 1) : undefined
}

function keyOf(collection: string, name: string): string {
  return `${collection} ${name}`
}

function digestOf(secret: string): string {
  return createHash("sha256").update(secret).digest("hex")
}

function same(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b))
}
