import { constants, deflateRawSync, inflateRawSync } from "node:zlib"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { ByteReader } from "../../../src/sources/files/byte-reader.js"
import { type InflateEnd, inflate } from "../../../src/sources/files/containers/inflate-stream.js"
import { SeekPoints } from "../../../src/sources/files/seek.js"

fc.configureGlobal({ seed: 20210314 })

function readerOf(bytes: Uint8Array, pieceBytes: number): ByteReader {
  let at = 0
  return new ByteReader({
    async next() {
      if (at >= bytes.length) return undefined
      at += pieceBytes
      return bytes.subarray(at - pieceBytes, at)
    },
  })
}

interface Inflated extends InflateEnd {
  readonly text: Buffer
  /** Input bytes behind the stream. */
  readonly rest: number
}

async function inflated(bytes: Uint8Array, pieceBytes = 1 << 16, options?: Parameters<typeof inflate>[1]): Promise<Inflated> {
  const reader = readerOf(bytes, pieceBytes)
  const parts: Uint8Array[] = []
  const stream = inflate(reader, options)
  for (;;) {
    const { done, value } = await stream.next()
    if (done) return { ...value, text: Buffer.concat(parts), rest: bytes.length - reader.position }
    parts.push(value.slice())
  }
}

/** Text with repeats near and far, over small and large alphabets. */
const content = fc
  .tuple(fc.integer({ min: 1, max: 256 }), fc.constantFrom(1, 8, 40, 30_000), fc.nat(20_000), fc.nat())
  .map(([alphabet, reach, size, seed]) => {
    const bytes = Buffer.alloc(size)
    let state = seed | 1
    const next = (below: number) => (state = (Math.imul(state, 1103515245) + 12345) >>> 0) % below
    for (let at = 0; at < size; at++)
      bytes[at] = at > 40 && next(10) > 2 ? (bytes[at - 1 - next(Math.min(at, reach))] as number) : next(alphabet)
    return bytes
  })
const settings = fc.record({
  level: fc.integer({ min: 0, max: 9 }),
  strategy: fc.constantFrom(
    constants.Z_DEFAULT_STRATEGY,
    constants.Z_FILTERED,
    constants.Z_HUFFMAN_ONLY,
    constants.Z_RLE,
    constants.Z_FIXED,
  ),
  memLevel: fc.integer({ min: 1, max: 9 }),
  windowBits: fc.integer({ min: 9, max: 15 }),
})
const piece = fc.constantFrom(1, 7, 100, 1000, 1 << 16)

describe("the inflater agrees with zlib", () => {
  it("on whole streams, and stops right behind them", async () => {
    await fc.assert(
      fc.asyncProperty(content, settings, piece, fc.nat(900), async (text, options, bytes, trailing) => {
        const read = await inflated(Buffer.concat([deflateRawSync(text, options), Buffer.alloc(trailing, 7)]), bytes)
        expect(read.state).toBe("complete")
        expect(read.text.equals(text)).toBe(true)
        expect(read.rest).toBe(trailing)
      }),
      { numRuns: 300 },
    )
  })

  it("on streams cut off anywhere: nothing that is not there comes out", async () => {
    await fc.assert(
      fc.asyncProperty(content, settings, piece, fc.double({ min: 0, max: 0.999, noNaN: true }), async (text, options, bytes, share) => {
        const stored = deflateRawSync(text, options)
        const read = await inflated(stored.subarray(0, Math.floor(stored.length * share)), bytes)
        expect(read.state).toBe("truncated")
        expect(text.subarray(0, read.text.length).equals(read.text)).toBe(true)
        expect(read.rest).toBe(0)
      }),
      { numRuns: 200 },
    )
  })

  it("on what is damaged and what is not", async () => {
    await fc.assert(
      fc.asyncProperty(content, settings, fc.array(fc.nat(), { minLength: 1, maxLength: 4 }), async (text, options, flips) => {
        const stored = deflateRawSync(text, options)
        for (const flip of flips) stored[(flip >>> 3) % stored.length]! ^= 1 << (flip & 7)
        const read = await inflated(stored)
        const expected = reference(stored)
        expect(read.state === "complete").toBe(expected !== undefined)
        if (expected) expect(read.text.equals(expected)).toBe(true)
      }),
      { numRuns: 400 },
    )
  })

  it("on any bytes at all", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
        const read = await inflated(bytes)
        expect(read.state === "complete").toBe(reference(bytes) !== undefined)
      }),
      { numRuns: 1000 },
    )
  })
})

function reference(bytes: Uint8Array): Buffer | undefined {
  try {
    return inflateRawSync(bytes)
  } catch {
    return undefined // zlib's word for damaged
  }
}

describe("seek points", () => {
  it("the stream can be read on from each of them", async () => {
    const text = Buffer.from(
      Array.from({ length: 60_000 }, (_, n) => `line ${n} 192.0.2.${(n * 7919) % 256} ${(n * 2654435761) % 997}\n`).join(""),
    )
    for (const level of [0, 1, 6, 9]) {
      const stored = deflateRawSync(text, { level, memLevel: 5 })
      const seek = new SeekPoints(200_000)
      expect((await inflated(stored, 10_000, { at: 0, seek })).text.equals(text)).toBe(true)
      expect(seek.points.length).toBeGreaterThan(5)
      for (const point of seek.points) {
        expect(point.window.length).toBe(32768)
        const rest = await inflated(stored.subarray(point.stored), 5000, { at: point.at, from: point })
        expect(rest.state).toBe("complete")
        expect(rest.text.equals(text.subarray(point.at))).toBe(true)
      }
    }
  })
})
