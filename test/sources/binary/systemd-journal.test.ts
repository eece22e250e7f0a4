// Journal files of systemd: both layouts, and what a hostile or damaged file may hold.
import { expect, test } from "vitest"
import { systemdJournal } from "../../../src/sources/formats/binary/systemd-journal/systemd-journal.js"
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
