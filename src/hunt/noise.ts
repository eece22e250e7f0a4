// Whether decoded content is no text: a binary format that nothing here reads. It is searched as bytes, but that proves little.

/** Control bytes that no log writes, beyond this share: random bytes have a tenth, text next to none. */
const share = 0.05
/** A short head with a few stray bytes is still text. */
const bytesMin = 64

export function looksBinary(head: Uint8Array): boolean {
  if (head.length < bytesMin) return false
  // One that holds long texts has few other bytes.
  if (knownAs(head) && head.subarray(0, bytesMin).includes(0)) return true
  let controls = 0
  for (const byte of head) if (byte < 32 && byte !== 9 && byte !== 10 && byte !== 12 && byte !== 13 && byte !== 27) controls++
  return controls > head.length * share
}

/** What is known by its first bytes and not read here: how its records can be had as text. */
const known: readonly (readonly [magic: string, advice: string])[] = [
  ["regf", "a Windows registry hive: export its keys as text and search the result"],
  ["MDMP", "a memory dump: extract its strings and search the result"],
  ["\x7fELF", "a program, no log"],
  ["MZ", "a program, no log"],
  ["%PDF-", "a PDF document: save its text and search the result"],
]

export function adviceFor(head: Uint8Array): string {
  return knownAs(head) ?? "convert it and search the result"
}

function knownAs(head: Uint8Array): string | undefined {
  const start = Buffer.from(head.subarray(0, 16)).toString("latin1")
  return known.find(([magic]) => start.startsWith(magic))?.[1]
}
