// Keys: by what an index finds observables in blocks of text. A key is a number of 42 bits: its kind, then 40 bits. The kernel makes them
// (kernel/asked.ts) for texts and for indicators alike, so that both sides agree.

/** Raised whenever the same text would give other keys: an index of another version is not asked, but built anew. */
export const keyVersion = 1

/** Hashes of names, mailboxes, digests, networks…; IPv4 addresses; the first 32 bits of IPv6 addresses. Within a kind, keys keep their order. */
export const keyKinds = { hash: 0, address: 2 ** 40, prefix6: 2 ** 41 } as const

/** A sorted run of distinct keys, each with the blocks that hold it, as kernel/harvest.ts codes it. */
export interface KeyRun {
  /** Blocks are numbered from 0. */
  readonly blocks: number
  readonly keys: number
  readonly bytes: Uint8Array
  readonly pages: KeyPages
  /** A Bloom filter of its keys. */
  readonly filter: Uint32Array
  /** Lengths of the networks that stand in these blocks. */
  readonly lengths: NetworkLengths
}

/** Columns: a page's first key, where its bytes begin, how many keys it has. */
export interface KeyPages {
  readonly first: Float64Array
  readonly offset: Uint32Array
  readonly count: Uint32Array
}

/** One bit for each prefix length. */
export interface NetworkLengths {
  readonly ipv4: number
  readonly ipv6: bigint
}

/** A run as it lies in a store: the pages are fetched when they are needed. */
export interface StoredRun {
  readonly blocks: number
  readonly pages: KeyPages
  readonly filter: Uint32Array
  readonly lengths: NetworkLengths
  /** The bytes of a page. Throws `DamagedRun` where they are not those that were written. */
  page(index: number): Uint8Array
}

/** A page that does not read as it was written. */
export class DamagedRun extends Error {}

/** What indicators ask an index for. */
export interface KeyQuery {
  /** Blocks of the run that may hold one of the indicators; all others hold none. Throws `DamagedRun`. */
  blocksOf(run: StoredRun): ReadonlySet<number>
  /** Some indicator has no key, such as a user agent: no block can be ruled out. The reason, for people. */
  readonly keyless: string | undefined
}
