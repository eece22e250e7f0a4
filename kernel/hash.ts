// Hashes of text with ASCII letters folded, and the two tables they are looked up in: a blocked Bloom filter, then fingerprints.
import { asking, note } from "./asked"
import { filterAt, filterShift, fingersAt, fingersMask } from "./memory"

export const K1: u64 = 0x9e3779b97f4a7c15
const K2: u64 = 0xd6e8feb86659fd93
const K3: u64 = 0xc2b2ae3d27d4eb4f
/** Sets the bit in which upper and lower case differ; what else it folds together only costs a verify. */
export const FOLD: u64 = 0x2020202020202020

// What a fingerprint stands for; xored into the hash.
export const AS_DOMAIN: u64 = 0x1111111111111111 // the name or a name below it
export const AS_WHOLE: u64 = 0x2222222222222222 // the whole token: URL hosts, file names
export const AS_SHARED: u64 = 0x3333333333333333 // a URL's host that says nothing by itself
export const AS_WORD: u64 = 0x4444444444444444 // a word of such a URL's path
export const AS_MAIL_HOST: u64 = 0x5555555555555555
export const AS_MAIL: u64 = 0x6666666666666666
export const AS_DIGEST: u64 = 0x7777777777777777

/** First 8 and last 8 bytes and the length: two multiplications whatever the length, for the filter. Reads 8 bytes around both ends. */
// @ts-ignore: decorator
@inline export function quickHash(from: usize, length: u32): u64 {
  const shift: u64 = 64 - (<u64>min<u32>(length, 8) << 3)
  const tail = (load<u64>(from + length - 8) >> shift) | FOLD
  const head = (load<u64>(from) << shift) | FOLD
  let hash = (tail ^ <u64>length) * K1
  hash = (rotl<u64>(hash, 29) ^ head) * K2
  return hash ^ (hash >> 31)
}

/** A second hash for the same filter. */
// @ts-ignore: decorator
@inline export function again(hash: u64): u64 { return rotl<u64>(hash * K3, 32) }

/** Every byte counts; `fold` is FOLD or 0. */
export function fullHash(from: usize, length: u32, fold: u64): u64 {
  let hash: u64 = K3 ^ length
  let at: u32 = 0
  for (; at + 8 <= length; at += 8) hash = (rotl<u64>(hash, 27) ^ (load<u64>(from + at) | fold)) * K1
  if (at < length) hash = (rotl<u64>(hash, 27) ^ ((load<u64>(from + at) | fold) << (64 - (<u64>(length - at) << 3)))) * K2
  hash ^= hash >> 29
  hash *= K3
  return hash ^ (hash >> 32)
}

/** Of the first sixteen hex digits of a digest. */
// @ts-ignore: decorator
@inline export function digestHash(from: usize, digits: u32): u64 {
  let hash = ((load<u64>(from) | FOLD) ^ <u64>digits) * K1
  hash = (rotl<u64>(hash, 29) ^ (load<u64>(from, 8) | FOLD)) * K2
  return hash ^ (hash >> 31)
}

/** Of the last label, its last 8 bytes: a bit of LAST_LABELS. */
// @ts-ignore: decorator
@inline export function labelHash(end: usize, length: u32): u32 {
  return <u32>((((load<u64>(end - 8) >> (64 - (<u64>min<u32>(length, 8) << 3))) | FOLD) * K1) >> 51)
}

/** Of the first two octets as text, at most seven bytes: a bit of NET_OCTETS and ALL_OCTETS. */
// @ts-ignore: decorator
@inline export function octetsHash(from: usize, length: u32): u32 {
  return <u32>(((load<u64>(from) << (64 - (<u64>length << 3))) * K1) >> 48)
}

// @ts-ignore: decorator
@inline export function mayHave(hash: u64): u32 {
  if (asking) return 1
  const bits: u64 = (<u64>1 << (hash & 63)) | (<u64>1 << ((hash >> 6) & 63))
  return <u32>((load<u64>(filterAt + (<usize>(hash >> filterShift) << 3)) & bits) == bits)
}

export function addToFilter(hash: u64): void {
  const at = filterAt + (<usize>(hash >> filterShift) << 3)
  store<u64>(at, load<u64>(at) | (<u64>1 << (hash & 63)) | (<u64>1 << ((hash >> 6) & 63)))
}

export function has(hash: u64): bool {
  if (asking) {
    note(hash)
    return false
  }
  const finger = <u32>(hash >> 32) | 1
  for (let slot = <u32>hash & fingersMask; ; slot = (slot + 1) & fingersMask) {
    const found = load<u32>(fingersAt + (<usize>slot << 2))
    if (found == finger) return true
    if (!found) return false
  }
  return false
}

export function addFinger(hash: u64): void {
  const finger = <u32>(hash >> 32) | 1
  for (let slot = <u32>hash & fingersMask; ; slot = (slot + 1) & fingersMask) {
    const found = load<u32>(fingersAt + (<usize>slot << 2))
    if (found == finger) return
    if (!found) {
      store<u32>(fingersAt + (<usize>slot << 2), finger)
      return
    }
  }
}
