// Whether decoded content is no text: a binary format that nothing here reads. It is searched as bytes, but that proves little.

/** Control bytes that no log writes, beyond this share: random bytes have a tenth, text next to none. */
const share = 0.05
/** A short head with a few stray bytes is still text. */
const bytesMin = 64

export function looksBinary(head: Uint8Array): boolean {
  if (head.length < bytesMin) return false
  let controls = 0
  for (const byte of head) if (byte < 32 && byte !== 9 && byte !== 10 && byte !== 12 && byte !== 13 && byte !== 27) controls++
  return controls > head.length * share
}
