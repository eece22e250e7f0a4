// Sets of keys of every size come out whole, and one that is too large says so.
import { readFileSync } from "node:fs"
import { expect, test } from "vitest"
import { openHarvestingScanner } from "../../src/match/harvester.js"
import { compileIndicators } from "../../src/match/kernel.js"
import { indicator } from "./judge.js"
import { queryOf, storedRun } from "./sketched.js"

const module = new WebAssembly.Module(readFileSync(new URL("../../dist/match/kernel.wasm", import.meta.url)))
const { scanner, harvester } = openHarvestingScanner(compileIndicators(module, []))

function block(names: number, mark: string): { readonly block: number; readonly told: boolean } {
  // A room holds so many.
  for (let from = 0; from < names; from += 50_000) {
    const here = Array.from({ length: Math.min(50_000, names - from) }, (_, n) => `${(from + n).toString(36)}${mark}.x`)
    const text = Buffer.from(`${here.join(" ")}\n`)
    scanner.room.set(text)
    scanner.scan(text.length)
  }
  return harvester.closeBlock()
}

test("a thousand, thirty thousand, and too many names in a block", () => {
  expect(block(1000, "a")).toEqual({ block: 0, told: true })
  expect(block(30_000, "b")).toEqual({ block: 1, told: true })
  expect(block(140_000, "c")).toEqual({ block: 2, told: false })
  expect(block(10, "d")).toEqual({ block: 3, told: true })
  const run = storedRun(harvester.takeRun())
  const holders = (value: string): readonly number[] => [...queryOf([indicator(value)]).blocksOf(run)]
  expect(holders(`${(0).toString(36)}a.x`)).toEqual([0])
  expect(holders(`${(999).toString(36)}a.x`)).toEqual([0])
  expect(holders(`${(1000).toString(36)}a.x`)).toEqual([])
  for (const n of [0, 9999, 16_383, 16_384, 29_999]) expect(holders(`${n.toString(36)}b.x`)).toEqual([1])
  expect(holders(`${(30_000).toString(36)}b.x`)).toEqual([])
  expect(holders("5d.x")).toEqual([3])
  // Another run begins with nothing.
  expect(block(10, "e")).toEqual({ block: 0, told: true })
  expect([...queryOf([indicator("5d.x")]).blocksOf(storedRun(harvester.takeRun()))]).toEqual([])
})

test("networks of a log are asked for where they reach around an address", () => {
  const text = Buffer.from("a 198.51.100.0/22 b\n")
  scanner.room.set(text)
  scanner.scan(text.length)
  harvester.closeBlock()
  const run = storedRun(harvester.takeRun())
  const isAsked = (value: string): boolean => queryOf([indicator(value)]).blocksOf(run).size > 0
  expect(["198.51.100.7", "198.51.103.255", "198.51.102.0/24", "198.51.0.0/16"].map(isAsked)).toEqual([true, true, true, true])
  expect(["198.51.104.0", "198.51.99.255", "198.51.96.0/22"].map(isAsked)).toEqual([false, false, false])
})
