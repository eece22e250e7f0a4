// Journal files of systemd: both layouts, and what a hostile or damaged file may hold.
import { describe, expect, test } from "vitest"
import type { Problem } from "../../../src/model/problem.js"
import { decodeJournal, systemdJournal } from "../../../src/sources/formats/binary/systemd-journal/systemd-journal.js"
import type { DecodedRecord } from "../../../src/sources/log-format.js"
import { decodeBytes } from "./decode.js"
import { lz4Field, type MadeEntry, makeSystemdJournal, plain, zstdField } from "./make/systemd-journal.js"

const entries: readonly MadeEntry[] = Array.from({ length: 20 }, (_, at) => ({
  realtime: 1_609_636_269_000_000n + BigInt(at),
  fields: [plain("_HOSTNAME=web1"), (at % 2 === 0 ? zstdField : lz4Field)(`MESSAGE=from 192.0.2.${at} ${"and more ".repeat(40)}`)],
}))

const texts = async (bytes: Buffer): Promise<readonly string[]> =>
  (await decodeBytes(systemdJournal, bytes)).records.map(({ text }) => text)

test("the compact layout holds the same entries", async () => {
  const found = await texts(makeSystemdJournal(entries))
  expect(found.length).toBe(20)
  expect(JSON.parse(found[7] as string)).toMatchObject({ __REALTIME_TIMESTAMP: "1609636269000007", _HOSTNAME: "web1" })
  expect(await texts(makeSystemdJournal(entries, { compact: true }))).toEqual(found)
})

test("a journal that is cut off anywhere gives what is whole, and says that it is cut off", async () => {
  const whole = makeSystemdJournal(entries)
  for (let bytes = 300; bytes < whole.length - 4096; bytes += 1337) {
    const { records, problems } = await decodeBytes(systemdJournal, whole.subarray(0, bytes))
    expect(problems.map(({ code }) => code)).toContain("truncated")
    const before = entries.filter((_, at) => whole.indexOf(`192.0.2.${at} `) + 500 < bytes).length
    expect(records.filter(({ detached }) => !detached).length).toBeGreaterThanOrEqual(before - 1)
  }
})

test("a length that lies is a damage, and unfolds to nothing", async () => {
  const lying = lz4Field(`MESSAGE=from 192.0.2.1 ${"and more ".repeat(40)}`)
  lying.compressed?.bytes.writeBigUInt64LE(1n << 40n, 0)
  const { records, problems } = await decodeBytes(systemdJournal, makeSystemdJournal([{ realtime: 1n, fields: [plain("A=b"), lying] }]))
  expect(records.map(({ text }) => JSON.parse(text).A)).toEqual(["b"])
  // Once for the entry, once for the data that no entry could name.
  expect(problems.map(({ code }) => code)).toEqual(["malformed", "malformed"])
})

test("an entry that points at itself, at nothing, or beyond the file is read without those fields", async () => {
  const journal = makeSystemdJournal([
    { realtime: 1_609_636_269_000_000n, fields: [plain("A=b"), plain("B=c"), plain("C=d"), plain("D=e")] },
  ])
  const entry = journal.readUInt32LE(136)
  for (const [at, offset] of [entry, 0, 0x7fff_fff8].entries()) journal.writeUInt32LE(offset, entry + 64 + at * 16)
  const { records, problems } = await decodeBytes(systemdJournal, journal)
  expect(JSON.parse(records[0]?.text as string).D).toBe("e")
  expect(problems.length).toBe(3)
  // What lost its entry is searched by itself.
  expect(records.slice(1).map(({ text }) => text)).toEqual(['{"A":"b"}', '{"B":"c"}', '{"C":"d"}'])
})

describe("an object that nothing is read of, with a wrong size,", () => {
  const headerBytes = 272
  const whole = makeSystemdJournal(entries, { loose: [plain("_HOSTNAME=never written")] })
  const tail = whole.readUInt32LE(136)
  const read = async (type: number, size: number) => {
    const journal = Buffer.from(whole)
    journal.writeUInt8(type, headerBytes)
    journal.writeBigUInt64LE(BigInt(size), headerBytes + 8)
    const { records, problems } = await decodeBytes(systemdJournal, journal)
    return { entries: records.filter(({ detached }) => !detached).length, codes: problems.map(({ code }) => code) }
  }

  for (const type of [2, 4, 5, 6, 7]) {
    test(`hides no entry: type ${type}, up to the room behind the last object or to the end of the file`, async () => {
      expect(await read(type, tail + 2000 - headerBytes)).toEqual({ entries: 20, codes: ["malformed"] })
      expect(await read(type, whole.length - headerBytes)).toEqual({ entries: 20, codes: ["malformed"] })
    })
  }
  test("that ends within another hides none either", async () => {
    expect(await read(2, whole.indexOf("192.0.2.9 ") - headerBytes)).toEqual({ entries: 20, codes: ["malformed"] })
  })
  test("that ends where a later one begins hides what the header counts, and is told", async () => {
    expect(await read(2, tail - headerBytes)).toEqual({ entries: 1, codes: ["malformed"] })
  })
})

describe("a field of a megabyte", () => {
  const long = plain(`MESSAGE=from 203.0.113.9 ${"a".repeat(1_000_000)}`)
  const sum = (records: readonly DecodedRecord[]): number => records.reduce((chars, { text }) => chars + text.length, 0)

  test("that an entry names a thousand times is read once", async () => {
    const { records, problems } = await decodeBytes(
      systemdJournal,
      makeSystemdJournal([{ realtime: 1n, fields: Array.from({ length: 1024 }, () => long) }]),
    )
    expect(problems).toEqual([])
    expect(records.length).toBe(1)
    expect(sum(records)).toBeLessThan(1_100_000)
  })

  test("and dozens like it make parts of an entry, each of them bounded", async () => {
    const fields = Array.from({ length: 60 }, (_, at) => plain(`MESSAGE=from 203.0.113.9 ${at} ${"a".repeat(1_000_000)}`))
    const batches = await batchesOf(makeSystemdJournal([{ realtime: 1n, fields }]))
    expect(Math.max(...batches.flat().map(({ text }) => text.length))).toBeLessThan(17 * 1024 * 1024)
    expect(Math.max(...batches.map(sum))).toBeLessThan(34 * 1024 * 1024)
    expect(new Set(batches.flat().flatMap(({ text }) => text.match(/from 203\.0\.113\.9 \d+ /g))).size).toBe(60)
  })

  test("that every entry names is not written without end: what is left out is told, and short fields are not", async () => {
    const many = Array.from({ length: 2000 }, (_, at) => ({ realtime: BigInt(at), fields: [plain(`A=${at}`), long] }))
    const journal = makeSystemdJournal([...many, { realtime: 5n, fields: [plain(`LATE=from 198.51.100.7 ${"b".repeat(1000)}`)] }])
    const { records, problems } = await decodeBytes(systemdJournal, journal)
    expect(sum(records)).toBeLessThan(64 * 1024 * 1024 + 66 * journal.length)
    expect(new Set(problems.map(({ code }) => code))).toEqual(new Set(["limit"]))
    expect(new Set(records.flatMap(({ text }) => /"A":"(\d+)"/.exec(text)?.[1] ?? [])).size).toBe(2000)
    // Without its entry, hence without a time.
    expect(records.filter(({ text }) => text.includes("198.51.100.7")).map(({ detached }) => detached)).toEqual([true])
  })
})

test("fields that no entry names are searched as far as they are remembered, and told where they are not", async () => {
  const loose = Array.from({ length: 8 }, (_, at) => plain(`LOOSE=203.0.113.${at}`))
  const journal = makeSystemdJournal([{ realtime: 1n, fields: [plain("A=b"), plain("C=d")] }], { loose })
  const read = async (offsetsMax: number) => {
    const problems: Problem[] = []
    const records = (await batchesOf(journal, problems, offsetsMax)).flat()
    return { loose: records.filter(({ detached }) => detached).length, codes: problems.map(({ code }) => code) }
  }
  expect(await read(100)).toEqual({ loose: 8, codes: [] })
  expect(await read(5)).toEqual({ loose: 5, codes: ["limit"] })
  expect(await read(1)).toEqual({ loose: 0, codes: ["limit"] })
})

async function batchesOf(bytes: Buffer, problems: Problem[] = [], offsetsMax = 4_000_000): Promise<readonly (readonly DecodedRecord[])[]> {
  const chunks = (async function* () {
    yield bytes
  })()
  const report = (problem: Problem): void => void problems.push(problem)
  const input = { chunks, whole: async () => bytes, path: "input", mtimeMs: 0, report, unsearched: () => {} }
  const batches: (readonly DecodedRecord[])[] = []
  for await (const batch of decodeJournal(input, { offsetsMax })) batches.push(batch)
  return batches
}
