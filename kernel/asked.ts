// What a text could be asked for: a set of keys of one block, gathered by the scan's own candidate code. While `asking`, every look-up in the
// tables (hash.ts, ranges.ts) is noted here and answered with no, so that whatever the scan could mark, for any indicators, the set contains.

/** The text is harvested as it is scanned. */
export let harvesting = false
/** Look-ups are noted instead of made. */
export let asking = false
export function setHarvesting(on: bool): void { harvesting = on }
export function setAsking(on: bool): void { asking = on }

/** Slots of the set: 1 MB, which stays in the second-level cache. */
const SLOT_BITS: u32 = 17
const SLOTS: u32 = 1 << SLOT_BITS
const MASK: u32 = SLOTS - 1
/** Beyond it look-ups become slow: the block is then read whatever is asked for. */
const KEYS_MAX: u32 = 115_000
/** So many keys are listed by their slots, so that emptying a small set does not sweep it. */
const LISTED: u32 = 16_384
const MIX: u64 = 0x9e3779b97f4a7c15
const MIX2: u64 = 0xd6e8feb86659fd93

// Kinds of keys, in their lowest two bits. Hashes keep 62 bits here, so that "seen before" is as good as certain, and 40 in the index.
const HASH: u64 = 1
const ADDRESS: u64 = 2
const PREFIX6: u64 = 3

// What a hash stands for, beside the kinds in hash.ts; xored into it.
const AS_NET4: u64 = 0x8888888888888888
const AS_SINGLE6: u64 = 0x9999999999999999
const AS_SITE6: u64 = 0xaaaaaaaaaaaaaaaa
const AS_NET6: u64 = 0xbbbbbbbbbbbbbbbb
const AS_LABEL: u64 = 0xcccccccccccccccc
/** Keys that stand for whatever cannot be keyed: an IPv6 range, a label that UTS 46 may turn into any other. */
const ANY6: u64 = 0x1001001001001001
const ANY_LABEL: u64 = 0x2002002002002002
const IDN_LABEL: u64 = 0x3003003003003003

let setAt: usize = 0
let listAt: usize = 0
let keys: u32 = 0
/** Prefix lengths of the networks noted since the last run was encoded: one bit each, so that a query asks for no others. */
export let lengths4: u32 = 0
export let lengths6High: u64 = 0
export let lengths6Low: u64 = 0
export function forgetLengths(): void {
  lengths4 = 0
  lengths6High = 0
  lengths6Low = 0
}
let full = false

export function askedBytes(): usize { return (<usize>SLOTS << 3) + (<usize>LISTED << 2) }
/** In zeroed memory. */
export function layAsked(at: usize): void {
  setAt = at
  listAt = at + (<usize>SLOTS << 3)
}
export function keyCount(): u32 { return keys }
export function overflowed(): bool { return full }

/** True if the key is new. */
function add(key: u64): bool {
  let slot = <u32>((key * MIX) >> (64 - SLOT_BITS))
  for (;;) {
    const found = load<u64>(setAt + (<usize>slot << 3))
    if (found == key) return false
    if (!found) break
    slot = (slot + 1) & MASK
  }
  if (keys >= KEYS_MAX) {
    full = true
    return false
  }
  store<u64>(setAt + (<usize>slot << 3), key)
  if (keys < LISTED) store<u32>(listAt + (<usize>keys << 2), slot)
  keys++
  return true
}

export function note(hash: u64): bool { return add((hash & ~(<u64>3)) | HASH) }
export function noteAddress(address: u32): void { add((<u64>address << 2) | ADDRESS) }

/** Addresses from `first` to `last` stand here as a network or range: its first one, and the networks that it is made of. */
export function noteRange4(first: u32, last: u32): void {
  noteAddress(first)
  if (last <= first) return
  let at = <u64>first
  while (at <= <u64>last) {
    let bits: u64 = at == 0 ? 32 : ctz(at)
    while (bits > 0 && at + (<u64>1 << bits) - 1 > <u64>last) bits--
    noteAddress(<u32>at)
    if (bits > 0) {
      note(net4Key(<u32>at, 32 - <u32>bits))
      lengths4 |= (<u32>1 << (32 - <u32>bits))
    }
    at += <u64>1 << bits
  }
}

export function noteRange6(firstHigh: u64, firstLow: u64, lastHigh: u64, lastLow: u64): void {
  note(single6Key(firstHigh, firstLow))
  note(site6Key(firstHigh, 64))
  note(site6Key(firstHigh & ~(<u64>0xffff), 48))
  add(((firstHigh >> 32) << 2) | PREFIX6)
  if (firstHigh == lastHigh && firstLow == lastLow) return
  const bits = firstHigh == lastHigh ? 64 + <u32>clz(firstLow ^ lastLow) : <u32>clz(firstHigh ^ lastHigh)
  const isNetwork = bits >= 64
    ? (bits == 64 ? firstLow == 0 && lastLow == ~(<u64>0) : isSpan(firstLow, lastLow, bits - 64))
    : firstLow == 0 && lastLow == ~(<u64>0) && (bits == 0 ? firstHigh == 0 && lastHigh == ~(<u64>0) : isSpan(firstHigh, lastHigh, bits))
  if (!isNetwork) note(ANY6)
  else {
    note(net6Key(firstHigh, firstLow, bits))
    if (bits < 64) lengths6High |= <u64>1 << <u64>bits
    else lengths6Low |= <u64>1 << <u64>(bits - 64)
  }
}

/** Whether all bits behind the first `bits` are 0 in one and 1 in the other. */
function isSpan(first: u64, last: u64, bits: u32): bool {
  const rest = (<u64>1 << (64 - <u64>bits)) - 1
  return (first & rest) == 0 && (last & rest) == rest
}

export function noteLabel(label: u32): void { note(labelKey(label)) }
export function noteAnyLabel(): void { note(ANY_LABEL) }
export function noteIdnLabel(): void { note(IDN_LABEL) }

function mix(value: u64, kind: u64): u64 {
  let hash = (value ^ kind) * MIX2
  hash ^= hash >> 32
  hash *= MIX
  return hash ^ (hash >> 29)
}

export function net4Key(first: u32, bits: u32): u64 { return mix((<u64>first << 8) | <u64>bits, AS_NET4) }
export function single6Key(high: u64, low: u64): u64 { return mix(mix(high, AS_SINGLE6) + low, AS_SINGLE6) }
/** Of the first 48 or 64 bits. */
export function site6Key(high: u64, bits: u32): u64 { return mix(high, AS_SITE6 + <u64>bits) }
export function net6Key(high: u64, low: u64, bits: u32): u64 { return mix(mix(high, AS_NET6) + low, AS_NET6 + <u64>bits) }
export function labelKey(label: u32): u64 { return mix(<u64>label, AS_LABEL) }
/** 0 an IPv6 range, 1 a label that may be any, 2 a last label beyond ASCII. */
export function anyKey(index: u32): u64 { return index == 0 ? ANY6 : index == 1 ? ANY_LABEL : IDN_LABEL }

/** Bits of a key as the index keeps it, and of what stands above it. */
const KEPT: u64 = 40
/** As the index keeps and sorts them: the kind, then 40 bits of hash, an address, or the first 32 bits of one. */
export function keptHash(hash: u64): u64 { return hash >> (64 - KEPT) }

/** Appends the set as pairs of key and block number, and empties it; returns where the pairs end. */
export function drain(pairs: usize, block: u32): usize {
  let out = pairs
  if (keys <= LISTED) {
    for (let index: u32 = 0; index < keys; index++) out = take(setAt + (<usize>load<u32>(listAt + (<usize>index << 2)) << 3), out, block)
  } else {
    for (let slot: usize = setAt; slot < setAt + (<usize>SLOTS << 3); slot += 8) if (load<u64>(slot)) out = take(slot, out, block)
  }
  keys = 0
  full = false
  return out
}

function take(slot: usize, out: usize, block: u32): usize {
  const key = load<u64>(slot)
  const kind = key & 3
  const kept = kind == HASH ? keptHash(key) : key >> 2
  store<u64>(out, (((kind - 1) << KEPT | kept) << 16) | <u64>block)
  store<u64>(slot, 0)
  return out + 8
}
