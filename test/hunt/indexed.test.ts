// A hunt by way of the index answers as a hunt without one: over generated archives, over the shared cases, over the planted archive. Runs the
// built code in this process. SILLAGE_FUZZ_RUNS=500 makes the long run.
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { crc32, gzipSync } from "node:zlib"
import fc from "fast-check"
import { afterAll, describe, expect, test } from "vitest"
import type { HuntAnswer } from "../../src/hunt/hunt.js"
import type { Indicator } from "../../src/model/indicator.js"
import { areAbsent, sharedCases, writeContent } from "./shared-cases.js"

const built = (path: string): string => new URL(`../../dist/${path}`, import.meta.url).href
const { hunt } = (await import(built("hunt/hunt.js"))) as typeof import("../../src/hunt/hunt.js")
const { parseIndicator, readBulletin } = (await import(built("intake/intake.js"))) as typeof import("../../src/intake/intake.js")

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const runs = Number(process.env.SILLAGE_FUZZ_RUNS ?? 6)
const scratch = mkdtempSync(join(tmpdir(), "sillage-indexed-"))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

function indicator(value: string): Indicator {
  const read = parseIndicator(value)
  if (!("indicator" in read)) throw new Error(read.problem.message)
  return read.indicator
}

interface Asked {
  readonly tz?: string
  readonly decoys?: readonly Indicator[]
}

function search(
  paths: readonly string[],
  indicators: readonly Indicator[],
  folder: string | undefined,
  more: Asked = {},
): Promise<HuntAnswer> {
  const index = folder === undefined ? {} : { index: { folder, program: "test", build: true } }
  return hunt({ since: null, until: null, own: [], trustedProxies: [], workers: 1, paths, indicators, ...more, ...index })
}

/** The same answer; what was spared is set aside, and given back. */
function expectSame(plain: HuntAnswer, indexed: HuntAnswer): number {
  const settled = (answer: HuntAnswer): unknown => ({
    ...answer,
    coverage: answer.coverage.map(({ bytes, ...entry }) => ({
      ...entry,
      size: bytes.size,
      notSearched: bytes.notSearched,
      read: bytes.searched + bytes.ruledOut,
    })),
  })
  expect(settled(indexed)).toEqual(settled(plain))
  return indexed.coverage.reduce((sum, { bytes }) => sum + bytes.ruledOut, 0)
}

// ---------- generated archives

/** Values with the spellings in which they may stand in a log, and which may be asked for. */
const spellings: Readonly<Record<string, readonly string[]>> = {
  "203.0.113.9": [
    "203.0.113.9",
    "203.0.113.9:443",
    "9.113.0.203.in-addr.arpa",
    "::ffff:203.0.113.9",
    "http://3405803785/x",
    "%32%30%33.0.113.9",
    "203[.]0[.]113[.]9",
    "203.0.113.0/28",
    "203.0.113.1-203.0.113.20",
    "cpe-203-0-113-9.isp.example",
    "203.000.113.009",
    "\\t203.0.113.9",
  ],
  "198.51.100.0/24": ["198.51.100.77", "198.51.0.0/16", "198.51.100.64/26"],
  "192.0.2.0-192.0.2.7": ["192.0.2.5", "192.0.2.8"],
  "2001:db8::9": [
    "2001:db8::9",
    "2001:DB8:0:0:0:0:0:9",
    "[2001:db8::9]:443",
    "2001:db8::/64",
    `9${".0".repeat(23)}.8.b.d.0.1.0.0.2.ip6.arpa`,
  ],
  "2001:db8:7::/48": ["2001:db8:7:1::5", "2001:db8:8::1"],
  "2001:db8:9::/64": ["2001:db8:9::77", "2001:db8:9:1::77"],
  "evil.example": [
    "evil.example",
    "a.b.EVIL.example",
    "notevil.example",
    "(4)evil(7)example(0)",
    "x\\u002eevil\\u002eexample",
    "http:\\/\\/evil.example\\/p",
    "éevil.example",
    "“evil.example”",
    "evil。example",
  ],
  "xn--bcher-kva.example": ["bücher.example", "xn--bcher-kva.example", "www.B%C3%BCcher.example"],
  "http://evil.example/gate/x.php": [
    "http://evil.example/gate/x.php?id=1",
    "hxxp://evil[.]example/gate/x.php",
    "http%3A%2F%2Fevil.example%2Fgate%2Fx.php",
  ],
  "https://github.com/someone/loader/raw.bin": [
    "https://github.com/someone/loader/raw.bin",
    "https://github.com/other/thing",
    "GET https:\\/\\/github.com\\/someone\\/loader\\/raw.bin",
  ],
  "https://pastebin.com/a1": ["https://pastebin.com/a1", "https://pastebin.com/b2"],
  "bob@mail.example": ["bob@mail.example", "<BOB@mail.example>", "eve@mail.example", "to=bob%40mail.example"],
  "0cc175b9c0f1b6a831c399e269772661": ["0cc175b9c0f1b6a831c399e269772661", "0C:C1:75:B9:C0:F1:B6:A8:31:C3:99:E2:69:77:26:61"],
  "86f7e437faa5a7fce15d1ddcb9eaeaea377667b8": ["86f7e437faa5a7fce15d1ddcb9eaeaea377667b8", "sha1=86F7E437FAA5A7FCE15D1DDCB9EAEAEA377667B8"],
  "file:name=update.exe": ["C:\\\\Temp\\\\update.exe", "my_update.exe", "/tmp/update.exe"],
  "user-agent=EvilBot/1.0 (x)": ['"EvilBot/1.0 (x)"', '"GoodBot/1.0"'],
}
const values = Object.keys(spellings)
const spelled = fc.constantFrom(...Object.values(spellings).flat())

/** Enough text that a file has several blocks, with every kind of token that may stand near one. */
const kinds = {
  syslog: (n: number, what: string) =>
    `Mar ${String(1 + (n % 28)).padStart(2)} 0${n % 10}:11:${10 + (n % 50)} host${n % 7} app[${n}]: from 10.${n % 200}.${n % 17}.${n % 251} to www${n % 900}.site.example ${what}\n`,
  json: (n: number, what: string) =>
    `{"timestamp":"2021-03-0${1 + (n % 9)}T0${n % 10}:00:00Z","src_ip":"10.1.${n % 99}.${n % 250}","url":"http:\\/\\/cdn${n % 500}.site.example\\/f${n}.js","note":"${what}"}\n`,
  undated: (n: number, what: string) =>
    n % 40 === 0 ? `2021-04-0${1 + (n % 9)} 10:00:00 started ${n}\n` : `  detail ${n % 3000} of 10.2.3.${n % 255} ${what}\n`,
  w3c: (n: number, what: string) =>
    n % 9000 === 0
      ? `#Fields: date time c-ip cs-method cs-uri-stem ${n % 18_000 === 0 ? "cs(Referer) sc-status" : "sc-status cs(Referer)"}\n`
      : `2021-05-0${1 + (n % 9)} 0${n % 10}:00:01 10.4.${n % 77}.9 GET /p/${n % 4000}.html ${n % 18_000 < 9000 ? `${what.replaceAll(" ", "+") || "-"} 200` : `200 ${what.replaceAll(" ", "+") || "-"}`}\n`,
}
type Kind = keyof typeof kinds

interface Plan {
  readonly kind: Kind
  readonly wrap: "plain" | "gz" | "two members" | "tar.gz" | "utf-16" | "zip"
  readonly megabytes: number
  /** Where, as a share of the file, and what. */
  readonly plants: readonly (readonly [where: number, what: string])[]
}

function textOf({ kind, megabytes, plants }: Plan): string {
  const line = kinds[kind]
  const target = megabytes * 1024 * 1024
  const wanted = [...plants].sort((a, b) => a[0] - b[0])
  const parts: string[] = []
  let next = 0
  for (let n = 0, length = 0; length < target; n++) {
    let what = ""
    const plant = wanted[next]
    if (plant && length >= plant[0] * target) {
      what = plant[1]
      next++
    }
    const text = line(n, what)
    parts.push(text)
    length += text.length
  }
  return parts.join("")
}

function write(folder: string, name: string, plan: Plan): void {
  const text = Buffer.from(textOf(plan))
  const path = join(folder, name)
  if (plan.wrap === "plain") writeFileSync(path, text)
  else if (plan.wrap === "gz") writeFileSync(path, gzipSync(text, { level: 1 }))
  else if (plan.wrap === "two members") {
    const half = text.indexOf(10, text.length >> 1) + 1
    writeFileSync(path, Buffer.concat([gzipSync(text.subarray(0, half), { level: 1 }), gzipSync(text.subarray(half), { level: 1 })]))
  } else if (plan.wrap === "tar.gz")
    writeFileSync(path, gzipSync(tarOf({ "one.log": text, "two.log": text.subarray(0, 5000) }), { level: 1 }))
  else if (plan.wrap === "zip") writeFileSync(path, storedZip("inner.log", text))
  else writeFileSync(path, Buffer.from(text.toString("utf8"), "utf16le"))
  utimesSync(path, new Date("2021-06-01T00:00:00Z"), new Date("2021-06-01T00:00:00Z"))
}

const plan: fc.Arbitrary<Plan> = fc.record({
  kind: fc.constantFrom(...(Object.keys(kinds) as Kind[])),
  wrap: fc.constantFrom("plain", "gz", "gz", "two members", "tar.gz", "utf-16", "zip"),
  megabytes: fc.constantFrom(0.02, 3, 7),
  plants: fc.array(fc.tuple(fc.double({ min: 0, max: 0.99, noNaN: true }), spelled), { maxLength: 4 }),
})
const asked = fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 3 })

test("a hit without a stamp beside the border of two blocks has the time of the whole search", async () => {
  const folder = join(scratch, "undated-at-borders")
  mkdirSync(folder)
  const lines: string[] = []
  const planted: string[] = []
  const filler = "word ".repeat(120)
  for (let n = 0, length = 0; length < 3 * 1024 * 1024; n++) {
    const isPlanted = n % 38 === 19 && planted.length < 100
    const value = `198.18.0.${planted.length}`
    if (isPlanted) planted.push(value)
    const minute = `${Math.floor(n / 1800)}:${String(Math.floor(n / 30) % 60).padStart(2, "0")}`
    const line = `${n % 30 === 0 ? `2021-04-01 1${minute}:00 started` : "  detail"} ${n} ${isPlanted ? value : "-"} ${filler}\n`
    lines.push(line)
    length += line.length
  }
  writeFileSync(join(folder, "app.log"), lines.join(""))
  const index = `${folder}.index`
  await search([folder], [indicator("192.0.2.77")], index)
  let spared = 0
  for (const value of planted) {
    const indicators = [indicator(value)]
    spared += expectSame(await search([folder], indicators, undefined), await search([folder], indicators, index))
  }
  expect(planted.length).toBe(100)
  expect(spared).toBeGreaterThan(0)
}, 120_000)

test("generated archives: with an index, and with one that is partly stale, the answer is the same", async () => {
  let spared = 0
  let archives = 0
  await fc.assert(
    fc.asyncProperty(
      fc.array(plan, { minLength: 1, maxLength: 3 }),
      fc.array(asked, { minLength: 2, maxLength: 3 }),
      async (plans, questions) => {
        const folder = join(scratch, `archive-${archives++}`)
        const index = `${folder}.index`
        mkdirSync(folder)
        for (const [number, one] of plans.entries()) write(folder, `log-${number}`, one)
        for (const [number, question] of questions.entries()) {
          const indicators = question.map(indicator)
          const zone = number === 1 ? { tz: "Europe/Paris" } : {}
          spared += expectSame(await search([folder], indicators, undefined, zone), await search([folder], indicators, index, zone))
          // One file changes between two hunts.
          if (number === 0) write(folder, "log-0", { ...(plans[0] as Plan), plants: [[0.4, "203.0.113.9"]] })
        }
        rmSync(folder, { recursive: true })
        rmSync(index, { recursive: true, force: true })
      },
    ),
    { numRuns: runs, seed: 20210721 },
  )
  // Not for want of anything to spare.
  expect(spared).toBeGreaterThan(runs * 10_000)
}, 3_600_000)

// ---------- shared data

describe.skipIf(areAbsent)("shared cases (skipped where ../shared/cases is absent)", () => {
  const single = sharedCases()
  test(`each of ${single.length} cases is answered alike by way of an index`, async () => {
    const folder = join(scratch, "cases")
    for (const { id, files } of single) for (const file of files) writeContent(join(folder, id, file.name), file)
    const index = `${folder}.index`
    await search([folder], [], index)
    for (const { id, indicator: value, tz } of single) {
      const read = parseIndicator(value)
      if (!("indicator" in read)) continue
      const zone = tz === undefined ? {} : { tz }
      expectSame(
        await search([join(folder, id)], [read.indicator], undefined, zone),
        await search([join(folder, id)], [read.indicator], index, zone),
      )
    }
  }, 600_000)
})

const data = at("../../../shared/data")
describe.skipIf(!existsSync(data))("the planted archive (skipped where ../shared/data is absent)", () => {
  test("is answered alike by way of an index", async () => {
    const folder = join(scratch, "planted")
    cpSync(join(data, "planted"), folder, { recursive: true })
    const bulletins = join(data, "bulletins/certfr-2021-ioc-003")
    const csv = readdirSync(bulletins).find((name) => name.endsWith(".csv")) as string
    const { indicators } = await readBulletin(csv, readFileSync(join(bulletins, csv)))
    const index = `${folder}.index`
    const plain = await search([folder], indicators, undefined)
    expectSame(plain, await search([folder], indicators, index))
    expect(plain.hits.length).toBeGreaterThan(50)
    expectSame(plain, await search([folder], indicators, index))
  }, 600_000)
})

// ---------- containers

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
    const sum = header.reduce((all, byte) => all + byte, 0)
    header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148)
    return [header, content, Buffer.alloc((512 - (content.length % 512)) % 512)]
  })
  return Buffer.concat([...parts, Buffer.alloc(1024)])
}

/** One member, stored. */
function storedZip(name: string, content: Buffer): Buffer {
  const crc = crc32(content)
  const local = Buffer.alloc(30)
  local.writeUInt32LE(0x04034b50, 0)
  local.writeUInt16LE(20, 4)
  local.writeUInt32LE(crc, 14)
  local.writeUInt32LE(content.length, 18)
  local.writeUInt32LE(content.length, 22)
  local.writeUInt16LE(name.length, 26)
  const central = Buffer.alloc(46)
  central.writeUInt32LE(0x02014b50, 0)
  central.writeUInt16LE(20, 4)
  central.writeUInt16LE(20, 6)
  central.writeUInt32LE(crc, 16)
  central.writeUInt32LE(content.length, 20)
  central.writeUInt32LE(content.length, 24)
  central.writeUInt16LE(name.length, 28)
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(1, 8)
  end.writeUInt16LE(1, 10)
  end.writeUInt32LE(46 + name.length, 12)
  end.writeUInt32LE(30 + name.length + content.length, 16)
  return Buffer.concat([local, Buffer.from(name), content, central, Buffer.from(name), end])
}
