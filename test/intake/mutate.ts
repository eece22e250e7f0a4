// Documents made wrong: seeds cut, spliced, doubled and sown with the values that attackers write. The same number gives the same document.

/** What breaks parsers and what breaks readers of their output. */
const hostile: readonly string[] = [
  '"; alert tcp any any -> any any (msg:"x"; sid:1;)',
  "</script><script>alert(1)</script>",
  "=cmd|'/c calc'!A1",
  "\u001b[2J\u001b]0;title\u0007",
  "\u202e\u2066\ufeff",
  "\u0000\u0001",
  "[.](dot)[[.]]\\.",
  "hxxp[:]//evil[.]example/%2e%2e/?a=b#c",
  "203.0.113.009",
  "0.0.0.0/0",
  "::ffff:203.0.113.9",
  "fe80::1%eth0",
  "xn--80ak6aa92e.example",
  "\ud800",
  "[".repeat(400),
  '{"a":'.repeat(300),
  "<a>".repeat(300),
  "&a;&#x0;&#1114112;",
  '<!DOCTYPE a [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
  "\r\n\r\n",
  '""""',
  "a".repeat(9000),
  "1e309",
  "__proto__",
  "constructor",
  "toString",
  "9".repeat(40),
  "\\u0000",
  "--------------------------------",
  "]]>",
  "(((((((((a|a)*)*)*)*",
]

/** A stream of numbers from one number (mulberry32). */
export function chance(seed: number): (below: number) => number {
  let state = seed >>> 0
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

/** One to eight changes to a seed, other seeds of the format at hand for splicing. At most a quarter of a megabyte. */
export function mutated(seeds: readonly Uint8Array[], random: (below: number) => number): Uint8Array {
  let bytes: Uint8Array = seeds[random(seeds.length)]!
  for (let count = 1 + random(8); count > 0; count--) bytes = changed(bytes, seeds, random)
  return bytes.subarray(0, 256 * 1024)
}

function changed(bytes: Uint8Array, seeds: readonly Uint8Array[], random: (below: number) => number): Uint8Array {
  const at = random(bytes.length + 1)
  const to = at + random(Math.min(200, bytes.length - at + 1))
  switch (random(8)) {
    case 0:
      return spliced(bytes, at, to, Buffer.from(hostile[random(hostile.length)]!))
    case 1:
      return spliced(bytes, at, to, new Uint8Array())
    case 2:
      return spliced(bytes, at, at, bytes.subarray(at, to))
    case 3: {
      const other = seeds[random(seeds.length)]!
      const from = random(other.length + 1)
      return spliced(bytes, at, to, other.subarray(from, from + random(500)))
    }
    case 4:
      return bytes.subarray(0, at)
    case 5: {
      const flipped = Uint8Array.from(bytes)
      for (let count = 1 + random(10); count > 0 && flipped.length > 0; count--) flipped[random(flipped.length)] = random(256)
      return flipped
    }
    case 6:
      return spliced(bytes, at, at, Buffer.concat(Array.from({ length: 1 + random(200) }, () => bytes.subarray(at, Math.min(to, at + 40)))))
    default:
      return spliced(bytes, at, at + 1, Uint8Array.of(marks[random(marks.length)]!.charCodeAt(0)))
  }
}

const marks = ",;\t|\"'\n\r{}[]()<>&#:/\\@.=%-_ \u0000\u00ff"

function spliced(bytes: Uint8Array, at: number, to: number, piece: Uint8Array): Uint8Array {
  return Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(Math.min(to, bytes.length))])
}
