// Pieces of text that no token holds: words of file names without a dot, user agents, JA4 fingerprints, hosts of one label. Every piece of
// seven bytes or more is entered under four of its 4-byte grams, one for each alignment, so that looking at every fourth byte finds it.
import { isAlnum, isHigh } from "./bytes"
import { mark } from "./marks"
import { GRAM_BITS, getBit, gramsAt, gramsMask, gramStep, piecesAt, setBit, tinies, tinyAt, TINY_BITS } from "./memory"

const FOLD4: u32 = 0x20202020

// @ts-ignore: decorator
@inline function gramHash(gram: u32): u32 { return (gram * 0x9e3779b1) >> 16 }

/** Looks for pieces that have a gram in [from, to). */
export function passGrams(from: usize, to: usize): void {
  if (gramStep) for (let at = from; at < to; at += gramStep) {
    const gram = load<u32>(at) | FOLD4
    if (getBit(GRAM_BITS, gramHash(gram))) gramAt(at, gram)
  }
  if (tinies) for (let at = from; at < to; at++) if (getBit(TINY_BITS, load<u8>(at) | 32)) tinyPiece(at)
}

/** Entries: gram, offset of the piece, its length and the gram's place in it; open addressing, length 0 is empty. */
function gramAt(at: usize, gram: u32): void {
  for (let slot = gramHash(gram) & gramsMask; ; slot = (slot + 1) & gramsMask) {
    const entry = gramsAt + <usize>slot * 12
    const length = <u32>load<u16>(entry, 8)
    if (!length) return
    if (load<u32>(entry) != gram) continue
    const from = at - <usize>load<u16>(entry, 10)
    if (sameText(from, piecesAt + load<u32>(entry, 4), length)) {
      mark(at)
      return
    }
  }
}

function sameText(a: usize, b: usize, length: u32): bool {
  for (let at: usize = 0; at < length; at++) if ((load<u8>(a + at) | 32) != (load<u8>(b + at) | 32)) return false
  return true
}

export function addGram(piece: u32, length: u32, place: u32): void {
  const gram = load<u32>(piecesAt + piece + place) | FOLD4
  const hash = gramHash(gram)
  setBit(GRAM_BITS, hash)
  let slot = hash & gramsMask
  while (load<u16>(gramsAt + <usize>slot * 12, 8)) slot = (slot + 1) & gramsMask
  const entry = gramsAt + <usize>slot * 12
  store<u32>(entry, gram)
  store<u32>(entry, piece, 4)
  store<u16>(entry, <u16>length, 8)
  store<u16>(entry, <u16>place, 10)
}

/** Pieces of one to three bytes: length and bytes, four to an entry; only as a word of their own. */
function tinyPiece(at: usize): void {
  if (isWord(load<u8>(at - 1))) return
  for (let index: u32 = 0; index < tinies; index++) {
    const entry = tinyAt + (<usize>index << 2)
    const length = <u32>load<u8>(entry)
    if (sameText(at, entry + 1, length) && !isWord(load<u8>(at + length))) {
      mark(at)
      return
    }
  }
}

function isWord(byte: u32): bool { return isAlnum(byte) && !isHigh(byte) }
