// Every reading of the lines that hide something (semantics 3.3): three mixed layers of decoding, and each of them refanged. The readings are
// gathered in a side text, which is then searched like the room; what is found there marks the line it was read from.
import { harvesting } from "./asked"
import { changed, decodePercent, decodeTransport, dropInvisible, refang } from "./decode"
import { addReading, beginReadings, isMarked, lineEnd, nextSlow, readingCount, READINGS_MAX, roomAt, setReading } from "./marks"
import { PAD } from "./memory"
import { DEFANGED, hidden, INVISIBLE, PERCENT, TRANSPORT } from "./rare"
import { searchText } from "./search"

const LAYERS: u32 = 3
let layersAt: usize = 0
let layerBytes: usize = 0
let sideAt: usize = 0
let sideTo: usize = 0
let line: usize = 0

/** Three layers, two texts for refanging, and the side text: each as long as the room, with padding around it. */
export function readingsBytes(roomBytes: usize): usize { return (roomBytes + PAD * 2) * (LAYERS + 3) }

export function layReadings(at: usize, roomBytes: usize): void {
  layerBytes = roomBytes + PAD * 2
  layersAt = at + PAD
  sideAt = layersAt + layerBytes * (LAYERS + 2)
  memory.fill(sideAt - PAD, 10, PAD)
}

/** Decodes and searches every line that was set aside, except those that are marked anyway. */
export function searchReadings(): void {
  sideTo = sideAt
  beginReadings(sideAt)
  for (let at = nextSlow(roomAt); at; at = nextSlow(at)) {
    if (isMarked(at) && !harvesting) continue
    line = at
    expand(at, lineEnd(at), 0)
  }
  flush()
}

function expand(from: usize, to: usize, depth: u32): void {
  const needs = hidden(from, to)
  if (needs & (INVISIBLE | DEFANGED)) addRefanged(from, to, needs)
  if (depth == LAYERS) return
  const out = layersAt + layerBytes * depth
  if (needs & TRANSPORT) expandInto(out, decodeTransport(from, to, out), depth)
  if (needs & PERCENT) expandInto(out, decodePercent(from, to, out), depth)
}

function expandInto(from: usize, to: usize, depth: u32): void {
  if (!changed) return
  memory.fill(to, 10, 64)
  add(from, to)
  expand(from, to, depth + 1)
}

/** Refanged text is not decoded further. */
function addRefanged(from: usize, to: usize, needs: u32): void {
  const visible = layersAt + layerBytes * LAYERS
  const out = visible + layerBytes
  let start = from
  let end = to
  if (needs & INVISIBLE) {
    end = dropInvisible(from, to, visible)
    memory.fill(end, 10, 64)
    start = visible
  }
  const last = refang(start, end, out)
  if (changed) add(out, last)
  else if (needs & INVISIBLE) add(start, end)
}

function add(from: usize, to: usize): void {
  const length = to - from
  if (sideTo + length + 1 > sideAt + layerBytes - PAD * 2 + 1 || readingCount() >= READINGS_MAX) flush()
  memory.copy(sideTo, from, length)
  sideTo += length
  store<u8>(sideTo++, 10)
  addReading(sideTo, line)
}

function flush(): void {
  if (sideTo == sideAt) return
  setReading(true)
  searchText(sideAt, <u32>(sideTo - sideAt))
  setReading(false)
  sideTo = sideAt
  beginReadings(sideAt)
}
