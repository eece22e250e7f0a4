// What a feed is: a place that brings documents, again and again. Fetching is explicit; nothing here runs by itself.
import type { Problem } from "../../model/problem.js"

export interface FeedAccess {
  readonly basic?: { readonly user: string; readonly password: string }
  readonly bearer?: string
  /** PEM texts: the client's certificate and key, and an authority to trust beside the system's. */
  readonly certificate?: { readonly cert?: string; readonly key?: string; readonly ca?: string }
}

/** What a feed remembers between pulls: ETags, dates, timestamps. Plain values, stored by the caller. */
export type FeedCursor = Readonly<Record<string, string>>

export interface FeedSource {
  /** URL, or path of a file or folder. */
  readonly location: string
  readonly access?: FeedAccess
  readonly cursor?: FeedCursor
  readonly timeoutMs?: number
}

export interface FeedDocument {
  readonly name: string
  readonly bytes: Uint8Array
  /** Holds only what was added since the last pull: what it does not name still stands. */
  readonly incremental?: boolean
}

export interface FeedPull {
  /** What is new or changed since the cursor. */
  readonly documents: readonly FeedDocument[]
  /** Names of documents that the feed no longer lists. */
  readonly withdrawn: readonly string[]
  readonly cursor: FeedCursor
  readonly problems: readonly Problem[]
  /** There is more to fetch: store what came, and pull again with the new cursor. */
  readonly more?: boolean
}

export interface Feed {
  readonly name: string
  readonly title: string
  /** How sure the feed is that a location is its own: 0 no, 1 certain. Looks at the spelling, and at a folder's content. */
  recognize(location: string): Promise<number>
  /** Never throws on what the other side answers: a failure is a Problem, and the cursor stays. */
  pull(source: FeedSource): Promise<FeedPull>
}
