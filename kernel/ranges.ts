// Addresses as numbers against the set's addresses, networks and ranges: sorted, merged, so that no two of them touch.
import { asking, noteRange4, noteRange6 } from "./asked"
import { index4At, ranges4, ranges4At, ranges6, ranges6At } from "./memory"

/** Whether the set has any address from `first` to `last`. */
export function meets4(first: u32, last: u32): bool {
  if (asking) {
    noteRange4(first, last)
    return false
  }
  if (!ranges4) return false
  // index4[n] ranges end before n.0.0; the first that ends at or behind `first` lies before index4[n + 1], or is the one there.
  let low = load<u32>(index4At + (<usize>(first >> 16) << 2))
  let high = load<u32>(index4At + (<usize>(first >> 16) << 2), 4)
  while (low < high) {
    const middle = (low + high) >> 1
    if (load<u32>(ranges4At + (<usize>middle << 3), 4) < first) low = middle + 1
    else high = middle
  }
  return low < ranges4 && load<u32>(ranges4At + (<usize>low << 3)) <= last
}

/** The same for 128 bits, as two halves each. */
export function meets6(firstHigh: u64, firstLow: u64, lastHigh: u64, lastLow: u64): bool {
  if (asking) {
    noteRange6(firstHigh, firstLow, lastHigh, lastLow)
    return false
  }
  let low: u32 = 0
  let high = ranges6
  while (low < high) {
    const middle = (low + high) >> 1
    const at = ranges6At + (<usize>middle << 5)
    const endHigh = load<u64>(at, 16)
    if (endHigh < firstHigh || (endHigh == firstHigh && load<u64>(at, 24) < firstLow)) low = middle + 1
    else high = middle
  }
  if (low >= ranges6) return false
  const at = ranges6At + (<usize>low << 5)
  const startHigh = load<u64>(at)
  return startHigh < lastHigh || (startHigh == lastHigh && load<u64>(at, 8) <= lastLow)
}
