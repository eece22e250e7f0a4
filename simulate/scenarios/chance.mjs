// Seeded chance for the scenarios (mulberry32 over an FNV hash); their own, so that they share nothing with the detector.

export function chance(seed) {
  let state = 2166136261
  for (const letter of String(seed)) state = Math.imul(state ^ letter.charCodeAt(0), 16777619)
  const next = () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
  const whole = (low, high) => low + Math.floor(next() * (high - low + 1))
  const pick = (list) => list[Math.floor(next() * list.length)]
  const sample = (list, count) => {
    const copy = [...list]
    for (let at = 0; at < Math.min(count, copy.length); at++) {
      const other = at + Math.floor(next() * (copy.length - at))
      ;[copy[at], copy[other]] = [copy[other], copy[at]]
    }
    return copy.slice(0, count)
  }
  return { next, whole, pick, sample }
}
