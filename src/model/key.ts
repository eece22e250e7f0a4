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

/** What indicators ask an index for: a block that holds none of it holds none of them. */
export interface KeyQuery {
  /** Single keys, in ascending order. */
  readonly singles: Float64Array
  /** Beside these, first and last key by turns; sorted by the first. */
  readonly ranges: Float64Array
  /** Networks of so many bits around the addresses asked for: asked only where a block has networks of that length. */
  around(version: 4 | 6, length: number): readonly number[]
  /** Some indicator has no key, such as a user agent: no block can be ruled out. The reason, for people. */
  readonly keyless: string | undefined
}
