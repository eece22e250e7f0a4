// A hash of short texts for tables in memory: quick, not secret. Who uses it bounds what colliding texts can cost.

/** FNV-1a, mixed once more since tables use its low bits; as a signed 32-bit number. */
export function textHash(text: string, seed = 0): number {
  let hash = 0x811c9dc5 ^ seed
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return hash ^ (hash >>> 15)
}
