// Write-ahead logs of SQLite: rows of their pages, values over several pages, and what a hostile log may hold.
import { expect, test } from "vitest"
import { sqliteWal } from "../../../src/sources/formats/binary/sqlite/wal.js"
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
