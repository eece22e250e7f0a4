import { readFileSync } from "node:fs"
import { gzipSync } from "node:zlib"
import { describe, expect, it } from "vitest"
import { codes, main, type ReadLeaf, readContent } from "./reading.js"

const two = (value: number) => String(value).padStart(2, "0")
const text = Array.from(
  { length: 4000 },
  (_, n) =>
    `Mar 12 ${two(10 + Math.floor(n / 3600))}:${two(Math.floor(n / 60) % 60)}:${two(n % 60)} gw kernel: DROP SRC=192.0.2.${(n * 7) % 256} DST=198.51.100.${(n * 13) % 256} LEN=${40 + ((n * 31) % 1400)}\n`,
).join("")

const fixture = (name: string) => readFileSync(new URL(`../../fixtures/containers/${name}`, import.meta.url))
const read = async (content: Uint8Array) => summary(await readContent(content, "x.bin"))

function summary(leaves: readonly ReadLeaf[]) {
  const found = main(leaves)
  return {
    text: found.map((leaf) => leaf.text).join(""),
    codes: codes(leaves),
    members: Object.fromEntries(found.map((leaf) => [leaf.member ?? "", leaf.text])),
    lost: leaves.reduce((sum, leaf) => sum + leaf.notSearched, 0),
    where: leaves.flatMap((leaf) => leaf.problems.map((problem) => problem.where.replace(/^.*x\.bin/, "x.bin"))),
    messages: leaves.flatMap((leaf) => leaf.problems.map((problem) => problem.message)),
  }
}

const compressed = [
  "none.xz",
  "crc32.xz",
  "crc64.xz",
  "two.xz",
  "three-blocks.bz2",
  "two.bz2",
  "one.zst",
  "two.zst",
  "linked.lz4",
  "two.lz4",
  "legacy.lz4",
]

describe.each(compressed)("%s", (name) => {
  const stored = fixture(name)

  it("is read whole", async () => {
    const found = await read(stored)
    expect(found.text === text).toBe(true)
    expect(found).toMatchObject({ codes: [], lost: 0 })
  })

  it("twice in one file, is read twice", async () => {
    const found = await read(Buffer.concat([stored, stored]))
    expect(found.text === text + text).toBe(true)
    expect(found.codes).toEqual([])
  })

  it("often enough to need many reads, is read as often", async () => {
    const times = Math.ceil(600_000 / stored.length)
    const found = await read(Buffer.concat(Array<Buffer>(times).fill(stored)))
    expect(found.text === text.repeat(times)).toBe(true)
    expect(found).toMatchObject({ codes: [], lost: 0 })
  })

  it("inside gzip", async () => {
    expect((await read(gzipSync(stored))).text === text).toBe(true)
  })

  it("with garbage behind it, is read whole, and the garbage is reported", async () => {
    const found = await read(Buffer.concat([stored, Buffer.from("garbage, and more of it")]))
    expect(found.text === text).toBe(true)
    expect(found.codes).toEqual([expect.stringMatching(/malformed|truncated/)])
    expect(found.lost).toBeGreaterThan(0)
  })

  it.each([0.3, 0.6, 0.95, 0.999])("cut off at %d of its length: what decodes comes out, the rest is reported", async (share) => {
    const found = await read(stored.subarray(0, Math.floor(stored.length * share)))
    expect(text.startsWith(found.text)).toBe(true)
    expect(found.codes).toEqual(["truncated"])
    // A block, or what the decoder holds back, may be lost with the cut; the blocks of bzip2 have 100 or 900 KB here.
    if (!name.endsWith("bz2")) expect(found.text.length).toBeGreaterThan(text.length * share - 150_000)
  })

  it("with a damage at any place, ends, and reports it", async () => {
    for (let share = 0.1; share < 1; share += 0.2) {
      const bad = Buffer.from(stored)
      const at = Math.floor(bad.length * share)
      for (let index = at; index < at + 8; index++) bad[index] = (bad[index] as number) ^ 0x5a
      const found = await read(bad)
      // Frames without a checksum can only show a damage that makes no sense.
      if (found.text === text) expect(["two.zst", "two.xz", "none.xz"]).toContain(name)
      else if (!/^(none\.xz|two\.zst|two\.lz4|legacy\.lz4)$/.test(name)) expect(found.codes.length).toBeGreaterThan(0)
    }
  })
})

describe("bzip2", () => {
  it("a damaged block costs itself only", async () => {
    const bad = fixture("three-blocks.bz2")
    bad[9000] = (bad[9000] as number) ^ 0x10
    const found = await read(bad)
    expect(found.codes).toEqual(["malformed"])
    expect(found.text.length).toBeGreaterThan(text.length - 110_000)
    expect(text.startsWith(found.text.slice(0, 90_000))).toBe(true)
    expect(text.endsWith(found.text.slice(-90_000))).toBe(true)
    expect(found.lost).toBeGreaterThan(5000)
    expect(found.lost).toBeLessThan(9000)
  })

  it("text that begins with BZh9 is text", async () => {
    expect(await read(Buffer.from("BZh9 192.0.2.1\n"))).toMatchObject({ text: "BZh9 192.0.2.1\n", codes: [] })
  })
})

describe("xz", () => {
  it("a check that is not supported is reported, and nothing counts as searched", async () => {
    const found = await read(fixture("sha256.xz"))
    expect(found.codes).toEqual(["unsupported"])
    expect(found.messages[0]).toMatch(/xz/)
  })
})

const members = { "a.log": "a 192.0.2.1\n", "folder/b.log": "b 192.0.2.2\n", "folder/c.log.gz": "b 192.0.2.2\n", "folder/empty.log": "" }
const longName = `folder/${"long-".repeat(40)}.log`

describe.each(["v7.tar", "ustar.tar", "gnu.tar", "pax.tar"])("%s", (name) => {
  const stored = fixture(name)
  const expected = /gnu|pax/.test(name) ? { ...members, [longName]: "long 192.0.2.3\n" } : members

  it("all files are read under their names; folders and links hold nothing", async () => {
    expect(await read(stored)).toMatchObject({ members: expected, codes: [], lost: 0 })
  })

  it("inside gzip, and that inside tar", async () => {
    expect(await read(gzipSync(stored))).toMatchObject({ members: expected, codes: [] })
    const outer = tarOf({ "inner.tar.gz": gzipSync(stored), "z.log": Buffer.from("z\n") })
    const found = await read(outer)
    expect(found.members["inner.tar.gz!/folder/c.log.gz"]).toBe("b 192.0.2.2\n")
    expect(found.members["z.log"]).toBe("z\n")
    expect(found.codes).toEqual([])
  })

  it("a damaged header costs its member only", async () => {
    const bad = Buffer.from(stored)
    bad[name === "v7.tar" || name === "pax.tar" ? 1024 : 5] = 0x7a
    const found = await read(bad)
    expect(found.codes).toEqual(["malformed"])
    expect(found.where).toEqual([bad[5] === 0x7a ? "x.bin:0" : "x.bin:1024"])
    expect(found.members["folder/b.log"]).toBe("b 192.0.2.2\n")
  })
})

describe("tar", () => {
  const stored = tarOf({ "a.log": Buffer.from("a\n"), "b.log": Buffer.from(text), "c.log": Buffer.from("c\n") })

  it("cut off within a member, that member is reported and its text searched", async () => {
    const found = await read(stored.subarray(0, 200_000))
    expect(found.codes).toEqual(["truncated"])
    expect(found.where[0]).toMatch(/^x\.bin!\/b\.log:/)
    expect(text.startsWith(found.members["b.log"] as string)).toBe(true)
  })

  it("cut off in compressed form, the cut is reported once", async () => {
    const packed = gzipSync(stored)
    const found = await read(packed.subarray(0, packed.length >> 1))
    expect(found.codes).toEqual(["truncated"])
    // The tail may hold what the decoder made of the cut.
    expect(found.members["b.log"]?.length).toBeGreaterThan(50_000)
    expect(found.members["a.log"]).toBe("a\n")
  })

  it("of many reads: headers and contents across their borders", async () => {
    const files = Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`${n}.log`, Buffer.from(text.slice(n, n + 50_001 + 37 * n))]))
    const found = await read(tarOf(files))
    expect(found.codes).toEqual([])
    for (const [name, content] of Object.entries(files)) expect(found.members[name] === content.toString()).toBe(true)
    const packed = await read(
      tarOf(Object.fromEntries(Object.entries(files).map(([name, content]) => [name, gzipSync(content, { level: 1 })]))),
    )
    for (const [name, content] of Object.entries(files)) expect(packed.members[name] === content.toString()).toBe(true)
  })

  it("several one after another", async () => {
    expect(await read(Buffer.concat([stored, tarOf({ "d.log": Buffer.from("d\n") })]))).toMatchObject({
      members: { "a.log": "a\n", "c.log": "c\n", "d.log": "d\n" },
      codes: [],
    })
  })

  it("a member that is damaged itself does not hide the next", async () => {
    const bad = gzipSync(text)
    bad.fill(0xff, 2000, 2100)
    const found = await read(tarOf({ "bad.gz": bad, "c.log": Buffer.from("c\n") }))
    expect(found.members["c.log"]).toBe("c\n")
    expect(found.codes).toEqual([expect.stringMatching(/malformed/)])
    expect(found.where[0]).toMatch(/^x\.bin!\/bad\.gz:/)
    expect(found.lost).toBeGreaterThan(1000)
    expect(found.lost).toBeLessThan(bad.length)
  })

  it("without an end mark it may be cut: reported", async () => {
    expect((await read(stored.subarray(0, stored.length - 1024))).codes).toEqual(["truncated"])
  })
})

describe("zip", () => {
  it.each(["stored.zip", "streamed.zip", "streamed-stored.zip", "streamed64.zip", "zip64.zip"])("%s is read", async (name) => {
    const found = await read(fixture(name))
    expect(Object.values(found.members)).toEqual(["a 192.0.2.1\n"])
    expect(found).toMatchObject({ codes: [], lost: 0 })
  })

  it("deflated and bzip2 members", async () => {
    expect(await read(fixture("deflated.zip"))).toMatchObject({ members: { "text.log": text, "a.log": "a 192.0.2.1\n" }, codes: [] })
    expect(await read(fixture("bzip2.zip"))).toMatchObject({ members: { "text.log": text, [longName]: "long 192.0.2.3\n" }, codes: [] })
  })

  it("folders, links and nested compression", async () => {
    const found = await read(fixture("plain.zip"))
    expect(found.members).toMatchObject(members)
    expect(found.codes).toEqual([])
  })

  it("encrypted members are reported one by one", async () => {
    const found = await read(fixture("encrypted.zip"))
    expect(found.codes).toEqual(["encrypted", "encrypted"])
    expect(found.where).toEqual(["x.bin!/a.log", "x.bin!/folder/b.log"])
    expect(found.lost).toBeGreaterThan(40)
  })

  it("a method that is not supported is reported, and the next member read", async () => {
    const found = await read(fixture("lzma.zip"))
    expect(found.codes).toEqual(["unsupported"])
    expect(found.members).toMatchObject({ "folder/b.log": "b 192.0.2.2\n" })
  })

  it.each([40, 5000, 34_300, 34_540])("cut off at byte %d, what stands before is read", async (bytes) => {
    const found = await read(fixture("deflated.zip").subarray(0, bytes))
    expect(found.codes.length).toBeGreaterThan(0)
    expect(found.codes.every((code) => code === "truncated")).toBe(true)
    expect(text.startsWith(found.members["text.log"] ?? "")).toBe(true)
    if (bytes > 34_000) expect(found.members["text.log"] === text).toBe(true)
  })

  it("a damaged member does not hide the next", async () => {
    const bad = fixture("deflated.zip")
    bad.fill(0xff, 3000, 3100)
    const found = await read(bad)
    expect(found.members["a.log"]).toBe("a 192.0.2.1\n")
    expect(found.codes).toEqual(["malformed"])
  })

  it("a damaged header costs its member, and the directory tells that it is missing", async () => {
    const bad = fixture("deflated.zip")
    bad[bad.indexOf("PK\x03\x04", 4, "latin1")] = 0
    const found = await read(bad)
    expect(found.members["text.log"] === text).toBe(true)
    expect(found.codes).toEqual(["malformed", "malformed"])
    expect(found.messages[1]).toMatch(/lists 2 members, 1/)
  })

  it("nested", async () => {
    const found = await read(tarOf({ "x.zip": fixture("plain.zip") }))
    expect(found.members["x.zip!/folder/c.log.gz"]).toBe("b 192.0.2.2\n")
  })
})

describe("others", () => {
  it.each([
    ["7z", [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c, 0, 4]],
    ["RAR", [0x52, 0x61, 0x72, 0x21, 0x1a, 0x07, 1, 0]],
    [".Z", [0x1f, 0x9d, 0x90]],
  ])("%s is named and not searched", async (_, magic) => {
    const content = Buffer.concat([Buffer.from(magic), Buffer.alloc(100, "x")])
    const found = await read(content)
    expect(found).toMatchObject({ text: "", codes: ["unsupported"], lost: content.length })
  })

  it("an empty file is searched", async () => {
    expect(await readContent(new Uint8Array(0))).toMatchObject([{ text: "", problems: [], searched: 0, notSearched: 0 }])
  })
})

describe("bombs", () => {
  it("a content beyond the bounds is cut off and reported", async () => {
    const bomb = gzipSync(gzipSync(Buffer.alloc(40_000_000, "a")))
    const leaves = await readContent(bomb, "x.gz", 1 << 16, { ratioMax: 100, ratioFreeBytes: 1_000_000 })
    expect(codes(leaves)).toEqual(["limit"])
    expect(leaves[0]?.bytes.length).toBeLessThan(4_000_000)
    expect(codes(await readContent(bomb, "x.gz", 1 << 16, { decodedBytesMax: 2_000_000 }))).toEqual(["limit"])
  })

  it("too many members are reported", async () => {
    const stored = tarOf(Object.fromEntries(Array.from({ length: 20 }, (_, n) => [`${n}.log`, Buffer.from(`${n}\n`)])))
    const leaves = await readContent(stored, "x.tar", 1 << 16, { entriesMax: 10 })
    expect(main(leaves)).toHaveLength(10)
    expect(codes(leaves)).toEqual(["limit"])
  })

  it("problems are bounded", async () => {
    const encrypted = Array.from({ length: 30 }, () => fixture("encrypted.zip"))
    const leaves = await readContent(Buffer.concat(encrypted), "x.zip", 1 << 16, { problemsMax: 10 })
    expect(codes(leaves)).toHaveLength(10)
    expect(codes(leaves).at(-1)).toBe("limit")
  })
})

/** ustar, as small as it goes. */
function tarOf(files: Readonly<Record<string, Uint8Array>>): Buffer {
  const parts = Object.entries(files).flatMap(([name, content]) => {
    const header = Buffer.alloc(512)
    header.write(name, 0)
    header.write("0000644\0", 100)
    header.write(`${content.length.toString(8).padStart(11, "0")}\0`, 124)
    header.write("00000000000\0", 136)
    header.write("        ", 148)
    header.write("0ustar\x0000", 156)
    header.write(
      `${header
        .reduce((sum, byte) => sum + byte, 0)
        .toString(8)
        .padStart(6, "0")}\0 `,
      148,
    )
    return [header, content, Buffer.alloc((512 - (content.length % 512)) % 512)]
  })
  return Buffer.concat([...parts, Buffer.alloc(1024)])
}
