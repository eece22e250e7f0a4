// Where everything lies. The tables are built once at the bottom of a memory shared by all threads and are read-only afterwards; each thread
// has a region of its own above them. Addresses below 64 KB are fixed, so that the hot loops know them; the others stand in the header.

/** Header of 32-bit words, see the getters below. */
export const HEADER: usize = 4096
/** 8192 bits: last labels of the names of the set, by hash. */
export const LAST_LABELS: usize = 8192
/** 65,536 bits each, by hash of the first two octets as text: of networks and ranges; of every address. */
export const NET_OCTETS: usize = 16384
export const ALL_OCTETS: usize = 24576
/** 65,536 bits: 4-byte grams of the pieces. */
export const GRAM_BITS: usize = 32768
/** 256 half-words each, see rare.ts: the kinds of a byte that may hide something; the kinds that one behind it, or one before it, lets do so. */
export const KINDS: usize = 40960
export const BEFORE: usize = 41472
export const AFTER: usize = 41984
/** Sixteen bytes each, see tokens.ts: the classes of a byte are those of its lower half that its upper half has too. */
export const LOW_HALVES: usize = 42496
export const HIGH_HALVES: usize = 42512
/** 256 bits: folded first bytes of pieces shorter than a gram. */
export const TINY_BITS: usize = 57344
export const TABLES: usize = 65536

export const F_IPV4: u32 = 1
export const F_IPV6: u32 = 2
export const F_NAMES: u32 = 4
export const F_DIGESTS: u32 = 8
/** A name whose last label is an A-label, so that a last label of any script may be meant. */
export const F_IDN_LAST: u32 = 16
/** An IPv6 address may be written with eight groups of which the first seven are short. */
export const F_SHORT_GROUPS: u32 = 32

// The header's words; copied into globals by attach().
export let filterAt: usize = 0
export let filterShift: u64 = 0
export let fingersAt: usize = 0
export let fingersMask: u32 = 0
export let index4At: usize = 0
export let ranges4At: usize = 0
export let ranges4: u32 = 0
export let ranges6At: usize = 0
export let ranges6: u32 = 0
export let gramsAt: usize = 0
export let gramsMask: u32 = 0
export let piecesAt: usize = 0
export let gramStep: u32 = 0
export let tinyAt: usize = 0
export let tinies: u32 = 0
export let features: u32 = 0

export function word(at: u32): u32 { return load<u32>(HEADER + (<usize>at << 2)) }
export function setWord(at: u32, value: u32): void { store<u32>(HEADER + (<usize>at << 2), value) }

/** Takes the tables' addresses from the header. */
export function readHeader(): void {
  filterAt = word(0)
  filterShift = word(1)
  fingersAt = word(2)
  fingersMask = word(3)
  index4At = word(4)
  ranges4At = word(5)
  ranges4 = word(6)
  ranges6At = word(7)
  ranges6 = word(8)
  gramsAt = word(9)
  gramsMask = word(10)
  piecesAt = word(11)
  gramStep = word(12)
  tinyAt = word(13)
  tinies = word(14)
  features = word(15)
}

// @ts-ignore: decorator
@inline export function getBit(base: usize, bit: u32): u32 { return (<u32>load<u8>(base + (bit >> 3)) >> (bit & 7)) & 1 }
export function setBit(base: usize, bit: u32): void {
  const at = base + (bit >> 3)
  store<u8>(at, load<u8>(at) | <u8>((<u32>1) << (bit & 7)))
}

/** Bytes of padding before and behind every text; no walk goes further than a newline, and none of them is longer. */
export const PAD: usize = 4096
