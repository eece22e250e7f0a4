import { gzipSync } from "node:zlib"
import { describe, expect, it } from "vitest"
import { codes, main, readContent } from "./reading.js"

const lines = (count: number, seed = 1) => {
  let state = seed
  const next = () => (state = (state * 1103515245 + 12345) & 0x7fffffff)
  return Buffer.from(Array.from({ length: count }, (_, at) => `line ${at} 192.0.2.${next() % 256} ${next().toString(36)}\n`).join(""))
}

const long = lines(20_000)

async function text(content: Uint8Array) {
  const leaves = await readContent(content, "x.log.gz")
  return {
    text: main(leaves)
      .map((leaf) => leaf.text)
      .join(""),
    codes: codes(leaves),
    leaves,
  }
}

describe("gzip", () => {
  it("is read whole, and all of its stored bytes count as searched", async () => {
    const stored = gzipSync(long)
    const read = await text(stored)
    expect(read.text === long.toString()).toBe(true)
    expect(read.codes).toEqual([])
    expect(read.leaves).toHaveLength(1)
    expect(read.leaves[0]).toMatchObject({ searched: stored.length, notSearched: 0, member: undefined })
  })

  it("all members are read, also empty ones and a border at any read", async () => {
    const parts = [long, Buffer.alloc(0), Buffer.from("a\n"), lines(10), long]
    const read = await text(Buffer.concat(parts.map((part) => gzipSync(part))))
    expect(read.text === Buffer.concat(parts).toString()).toBe(true)
    expect(read.codes).toEqual([])
  })

  it("many small members", async () => {
    const parts = Array.from({ length: 300 }, (_, at) => Buffer.from(`member ${at}\n`))
    const read = await text(Buffer.concat(parts.map((part) => gzipSync(part))))
    expect(read.text).toBe(Buffer.concat(parts).toString())
  })

  it("header fields are skipped", async () => {
    const plain = gzipSync("text\n")
    const extra = Buffer.from([3, 0, 1, 2, 3])
    const head = Buffer.concat([
      Buffer.from([0x1f, 0x8b, 8, 4 | 8 | 16 | 2]),
      plain.subarray(4, 10),
      extra,
      Buffer.from("name\0comment\0"),
      Buffer.from([0, 0]),
    ])
    const read = await text(Buffer.concat([head, plain.subarray(10)]))
    expect(read).toMatchObject({ text: "text\n", codes: [] })
  })

  it("text named .gz is text", async () => {
    expect(await text(Buffer.from("plain 192.0.2.1\n"))).toMatchObject({ text: "plain 192.0.2.1\n", codes: [] })
  })

  it("zeros behind the data are padding, anything else is reported and not searched", async () => {
    const stored = gzipSync("text\n")
    expect(await text(Buffer.concat([stored, Buffer.alloc(1000)]))).toMatchObject({ text: "text\n", codes: [] })
    const read = await text(Buffer.concat([stored, Buffer.from("garbage 192.0.2.1\n")]))
    expect(read).toMatchObject({ text: "text\n", codes: ["malformed"] })
    expect(read.leaves[0]).toMatchObject({ searched: stored.length, notSearched: 18 })
    expect(read.leaves[0]?.problems[0]?.where).toMatch(new RegExp(`x\\.log\\.gz:${stored.length}$`))
  })

  it.each([0.1, 0.5, 0.9, 0.999])("cut off at %d of its length, what decodes comes out", async (share) => {
    const stored = gzipSync(long)
    const cut = Math.floor(stored.length * share)
    const read = await text(stored.subarray(0, cut))
    expect(read.codes).toEqual(["truncated"])
    expect(long.toString().startsWith(read.text)).toBe(true)
    expect(read.text.length).toBeGreaterThan(long.length * share * 0.95 - 70_000)
  })

  it.each([1, 5, 9])("cut off in the header at byte %d", async (bytes) => {
    const read = await text(gzipSync("text\n").subarray(0, bytes))
    expect(bytes < 4 ? [] : ["truncated"]).toEqual(read.codes)
  })

  it("cut off in the checksum", async () => {
    const stored = gzipSync("text\n")
    for (let bytes = 1; bytes <= 8; bytes++) {
      expect(await text(stored.subarray(0, stored.length - bytes))).toMatchObject({ text: "text\n", codes: ["truncated"] })
    }
  })

  it("a damaged byte in the middle: what stands before it comes out", async () => {
    const stored = gzipSync(long)
    const at = stored.length >> 1
    stored.fill(0xff, at, at + 40)
    const read = await text(stored)
    expect(read.codes).toHaveLength(1)
    let same = 0
    while (same < read.text.length && read.text.charCodeAt(same) === long[same]) same++
    expect(same).toBeGreaterThan(long.length * 0.4)
  })

  it("a wrong checksum is reported, and the next member is read all the same", async () => {
    const first = gzipSync("one\n")
    first[first.length - 8] = (first[first.length - 8] as number) ^ 1
    const read = await text(Buffer.concat([first, gzipSync("two\n")]))
    expect(read).toMatchObject({ text: "one\ntwo\n", codes: ["malformed"] })
  })

  it("inside itself, five deep and no deeper", async () => {
    let stored = Buffer.from("deep\n")
    for (let depth = 0; depth < 5; depth++) stored = gzipSync(stored)
    expect(await text(stored)).toMatchObject({ text: "deep\n", codes: [] })
    const read = await text(gzipSync(stored))
    expect(read).toMatchObject({ text: "", codes: ["limit"] })
    expect(read.leaves[0]).toMatchObject({ searched: 0 })
  })
})
