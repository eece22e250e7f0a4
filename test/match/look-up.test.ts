// The kernel's look-up in a coded run against a slow one that decodes the whole run, bit by bit.
import { readFileSync } from "node:fs"
import fc from "fast-check"
import { expect, test } from "vitest"
import { openHarvestingScanner } from "../../src/match/harvester.js"
import { compileIndicators, instantiate } from "../../src/match/kernel.js"
import { lookUp } from "../../src/match/look-up.js"
import type { KeyRun } from "../../src/model/key.js"
import { storedRun } from "./sketched.js"

const module = new WebAssembly.Module(readFileSync(new URL("../../dist/match/kernel.wasm", import.meta.url)))
const { scanner, harvester } = openHarvestingScanner(compileIndicators(module, []))

function runOf(blocks: readonly (readonly string[])[]): KeyRun {
  for (const words of blocks) {
    const text = Buffer.from(`${words.join(" ")}\n`)
    scanner.room.set(text)
    scanner.scan(text.length)
    harvester.closeBlock()
  }
  return harvester.takeRun()
}

/** Every key of the run with its blocks, as kernel/harvest.ts says that they are coded. */
function decoded({ bytes, pages, blocks }: KeyRun): ReadonlyMap<number, readonly number[]> {
  const found = new Map<number, readonly number[]>()
  for (const [page, start] of pages.offset.entries()) {
    let bit = start * 8
    const take = (count: number): number => {
      let value = 0
      for (let at = 0; at < count; at++, bit++) value += (((bytes[bit >> 3] as number) >> (bit & 7)) & 1) * 2 ** at
      return value
    }
    const unary = (): number => {
      let zeros = 0
      while (take(1) === 0) zeros++
      return zeros
    }
    const gamma = (): number => {
      const bits = unary()
      return 2 ** bits + take(bits)
    }
    const blockBits = blocks > 1 ? Math.ceil(Math.log2(blocks)) : 0
    const rice = take(6)
    let key = pages.first[page] as number
    for (let index = 0; index < (pages.count[page] as number); index++) {
      if (index > 0) key += unary() * 2 ** rice + take(rice) + 1
      const holders = gamma()
      const isListed = holders * blockBits < blocks
      const own = isListed
        ? Array.from({ length: holders }, () => take(blockBits))
        : Array.from({ length: blocks }, (_, block) => (take(1) === 1 ? block : -1)).filter((block) => block >= 0)
      found.set(key, own)
    }
  }
  return found
}

const word = fc.oneof(
  fc.integer({ min: 0, max: 3000 }).map((n) => `host${n}.site.example`),
  fc.integer({ min: 0, max: 60_000 }).map((n) => `10.${n & 3}.${(n >> 8) & 255}.${n & 255}`),
  fc.integer({ min: 0, max: 400 }).map((n) => `user${n}@mail${n % 7}.example`),
  fc.integer({ min: 0, max: 900 }).map((n) => `2001:db8:${n % 9}::${n}`),
)
const blocksOfWords = fc.array(fc.array(word, { maxLength: 300 }), { minLength: 1, maxLength: 70 })
/** Which of the run's keys are asked for, as shares of their number; keys beside them; and ranges between two of them. */
const question = fc.record({
  there: fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { maxLength: 12 }),
  beside: fc.array(fc.tuple(fc.double({ min: 0, max: 0.999, noNaN: true }), fc.integer({ min: -3, max: 3 })), { maxLength: 12 }),
  ranges: fc.array(fc.tuple(fc.double({ min: 0, max: 0.999, noNaN: true }), fc.integer({ min: 0, max: 5 })), { maxLength: 3 }),
})

test("a look-up finds the blocks of what is asked for, and no others", () => {
  let found = 0
  fc.assert(
    fc.property(blocksOfWords, fc.array(question, { minLength: 1, maxLength: 4 }), (blocks, questions) => {
      const run = runOf(blocks)
      const all = decoded(run)
      expect(all.size).toBe(run.keys)
      const keys = [...all.keys()]
      const keyAt = (share: number): number => keys[Math.floor(share * keys.length)] ?? 0
      for (const { there, beside, ranges } of questions) {
        const singles = new Set([...there.map(keyAt), ...beside.map(([share, by]) => Math.max(0, keyAt(share) + by))])
        const pairs = ranges.map(([share, width]) => {
          const first = Math.floor(share * keys.length)
          return [keys[first] ?? 0, (keys[Math.min(keys.length - 1, first + width)] ?? 0) + 1] as const
        })
        const asked = {
          singles: Float64Array.from(singles).sort(),
          ranges: Float64Array.from([...pairs].sort((a, b) => a[0] - b[0]).flat()),
          around: () => new Float64Array(),
        }
        const expected = new Set<number>()
        for (const [key, own] of all) {
          const isAsked = singles.has(key) || pairs.some(([first, last]) => key >= first && key <= last)
          if (isAsked) for (const block of own) expected.add(block)
        }
        const memory = new WebAssembly.Memory({ initial: 16, maximum: 32_768, shared: true })
        const blocksOf = lookUp(instantiate(module, memory), memory, 65_536, asked)
        expect(blocksOf(storedRun(run))).toEqual(expected)
        found += expected.size
      }
    }),
    { numRuns: 200 },
  )
  expect(found).toBeGreaterThan(100)
})
