// Write-ahead logs of SQLite: rows of their pages, values over several pages, and what a hostile log may hold.
import { expect, test } from "vitest"
import type { Problem } from "../../../src/model/problem.js"
import { decodeLog, sqliteWal } from "../../../src/sources/formats/binary/sqlite/wal.js"
import { decodeBytes } from "./decode.js"
import { makeSqliteWal } from "./make/sqlite-wal.js"

const long = `http://relay.example/${"a".repeat(1500)}/end?ip=198.51.100.7`
const log = makeSqliteWal([
  { rowid: 7, values: [null, "203.0.113.9", 12] },
  { rowid: 8, values: [long] },
])
const frameBytes = 24 + 512

const read = (bytes: Buffer) => decodeBytes(sqliteWal, bytes)

test("rows come with their values, also where a value goes on in other pages", async () => {
  const { records, problems } = await read(log)
  expect(problems).toEqual([])
  expect(records.map(({ text }) => JSON.parse(text))).toEqual([
    { page: 2, rowid: "7", row: [null, "203.0.113.9", 12] },
    { page: 2, rowid: "8", row: [long] },
  ])
})

test("a page that is written again gives its rows once", async () => {
  const { records } = await read(Buffer.concat([log, log.subarray(32)]))
  expect(records.length).toBe(2)
})

test("a value whose other pages are in the database is searched as far as it is here", async () => {
  const { records, problems } = await read(log.subarray(0, 32 + frameBytes))
  expect(problems).toEqual([])
  expect(JSON.parse(records[1]?.text as string).row[0]).toMatch(/^http:\/\/relay\.example\/a+$/)
})

test("pages that follow each other in a circle are a damage, and their text is searched", async () => {
  const circle = Buffer.from(log)
  circle.writeUInt32BE(10, 32 + 3 * frameBytes + 24)
  circle.writeUInt32BE(10, 32 + 2 * frameBytes + 24)
  const { records, problems } = await read(circle)
  expect(problems.map(({ code }) => code)).toEqual(["malformed"])
  expect(records.map(({ text }) => text).join()).toContain("203.0.113.9")
})

test("a log that is cut off within a page gives the legible text of that page", async () => {
  const { records, problems } = await read(log.subarray(0, 32 + frameBytes - 4))
  expect(problems.map(({ code }) => code)).toEqual(["truncated"])
  expect(records.map(({ text }) => text).join()).toContain("203.0.113.9")
})

test("a value whose pages end before its length says is searched as far as it goes, and told", async () => {
  const short = Buffer.from(log)
  // The second of its pages names no third.
  short.writeUInt32BE(0, 32 + 2 * frameBytes + 24)
  const { records, problems } = await read(short)
  expect(problems.map(({ code, message }) => [code, message.replace(/\d+/, "N")])).toEqual([
    ["malformed", "a value ends N bytes before its length says: what is there is searched"],
  ])
  expect(JSON.parse(records[1]?.text as string).row[0]).toMatch(/^http:\/\/relay\.example\/a+$/)
})

/** One page of 64 KiB whose cell pointers are `pointers`; `text` stands at its end. */
function page(pointers: readonly number[], text: string, fill: (bytes: Buffer) => void = () => {}): Buffer {
  const log = Buffer.alloc(32 + 24 + 65_536)
  for (const [at, word] of [0x377f0682, 3_007_000, 65_536].entries()) log.writeUInt32BE(word, at * 4)
  log.writeUInt32BE(2, 32)
  const bytes = log.subarray(56)
  bytes.writeUInt8(13, 0)
  bytes.writeUInt16BE(pointers.length, 3)
  for (const [index, at] of pointers.entries()) bytes.writeUInt16BE(at, 8 + index * 2)
  fill(bytes)
  bytes.write(text, 65_536 - text.length, "latin1")
  return log
}

test("thousands of pointers to one damaged row cost one look at its page", async () => {
  const pointers = Array.from({ length: 16_000 }, () => 40_000)
  const began = performance.now()
  // A length of 30,000 bytes, which reaches beyond the page.
  const fill = (bytes: Buffer): void => void bytes.set([0x81, 0xea, 0x30], 40_000)
  const { records, problems } = await read(page(pointers, "seen from 203.0.113.9", fill))
  expect(performance.now() - began).toBeLessThan(500)
  expect(problems.map(({ code }) => code)).toEqual(["malformed"])
  expect(records.map(({ text }) => JSON.parse(text).strings)).toEqual([["seen from 203.0.113.9"]])
})

test("rows that overlap are left at the page's own size, told, and searched as text", async () => {
  const pointers = Array.from({ length: 12_000 }, (_, at) => 30_000 + at)
  const began = performance.now()
  // Each of them a row of 16,000 bytes, whose header of 16,000 types ends in no value.
  const fill = (bytes: Buffer): void => {
    for (let at = 30_000; at < 64_000; at += 2) bytes.writeUInt16BE(0xfd00, at)
    bytes.fill(1, 50_000, 64_000)
  }
  const { records, problems } = await read(page(pointers, "seen from 203.0.113.9", fill))
  expect(performance.now() - began).toBeLessThan(1500)
  expect(problems.some(({ message }) => message.includes("overlap"))).toBe(true)
  expect(records.map(({ text }) => text).join()).toContain("seen from 203.0.113.9")
})

test("a log of more pages than are remembered says so, and is searched", async () => {
  const problems: Problem[] = []
  const texts: string[] = []
  const input = { ...inputOf(log), report: (problem: Problem) => problems.push(problem) }
  for await (const batch of decodeLog(input, { framesMax: 2 })) texts.push(...batch.map(({ text }) => text))
  expect(problems.map(({ code }) => code)).toEqual(["limit"])
  expect(texts.join()).toContain("203.0.113.9")
  expect(texts.join()).toContain("end?ip=198.51.100.7")
})

function inputOf(bytes: Buffer) {
  const chunks = (async function* () {
    yield bytes
  })()
  return { chunks, whole: async () => bytes, path: "input", mtimeMs: 0, unsearched: () => {} }
}
