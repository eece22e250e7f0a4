// Running text: what is an indicator in it, what is a reference, and what else it says.
import { existsSync, readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { parseIndicator, readBulletin } from "../../src/intake/intake.js"
import { refangProse } from "../../src/intake/prose.js"

async function check(text: string, indicators: readonly string[], leftOut: readonly string[] = []): Promise<void> {
  const bulletin = await readBulletin("note.md", Buffer.from(`# A report\n\nIt says the following, in full sentences.\n\n${text}\n`))
  expect(bulletin.indicators.map(({ value }) => value)).toEqual(indicators)
  expect(bulletin.leftOut.map(({ value }) => value)).toEqual(leftOut)
}

test("what is defanged is meant, what is left plain beside it is a reference", async () => {
  await check(
    "It calls evil[.]example and hxxp://bad[.]example/x; see https://blog.vendor.example/report.",
    ["evil.example", "http://bad.example/x"],
    ["https://blog.vendor.example/report"],
  )
})

test("plain addresses and digests are imported beside defanged names", async () => {
  await check("It calls evil[.]example at 192.0.2.7 (sha1 da39a3ee5e6b4b0d3255bfef95601890afd80709).", [
    "evil.example",
    "192.0.2.7",
    "da39a3ee5e6b4b0d3255bfef95601890afd80709",
  ])
})

test("plain names count where nothing is defanged or set apart", async () => {
  await check("It calls evil.example on port 443.", ["evil.example"])
})

test("a document that sets its indicators apart means those", async () => {
  await check(
    "Read https://blog.vendor.example/x first.\n\n- `evil.example`\n- `worse.example`",
    ["evil.example", "worse.example"],
    ["https://blog.vendor.example/x"],
  )
})

test("a list that was defanged carelessly is still one list", async () => {
  await check("| evil[.]example |\n| worse.example |\n| 192.0.2.1 |", ["evil.example", "worse.example", "192.0.2.1"])
})

test("links of Markdown and AsciiDoc are references, whatever they show", async () => {
  await check(
    "[evil.example](https://vendor.example/a) and <https://vendor.example/b> and https://vendor.example/c[a post] and link:https://vendor.example/d[x]",
    [],
    ["https://vendor.example/a", "https://vendor.example/b", "https://vendor.example/c", "https://vendor.example/d"],
  )
})

test("what stands under a heading for references is none, however it is set", async () => {
  await check(
    "## Indicators\n- `evil.example`\n\n## References\n- https://vendor.example/report\n- https://other.example/report",
    ["evil.example"],
    ["https://vendor.example/report", "https://other.example/report"],
  )
})

test("publishers' sites and mailboxes are references even when defanged", async () => {
  await check(
    "Write to cert-fr[at]ssi[.]gouv[.]fr or see www[.]cisa[.]gov; it calls evil[.]example.",
    ["evil.example"],
    ["cert-fr[at]ssi[.]gouv[.]fr", "www[.]cisa[.]gov"],
  )
})

test("numbers of sections, versions, builds and objects are no addresses", async () => {
  await check(
    "See section 198.18.2.3, version: 1.2.3.4, build 10.0.19041.1, chapitre 5.6.7.8, § 4.5.6.7, OID 1.3.6.1 and versions 1.2.3.5, 1.2.3.6 and 1.2.3.7, v1.2.3.8, Product/5.4.3.2.",
    [],
    ["198.18.2.3", "1.2.3.4", "10.0.19041.1", "5.6.7.8", "4.5.6.7", "1.3.6.1", "1.2.3.5", "1.2.3.6", "1.2.3.7", "5.4.3.2"],
  )
  await check("The section on hosts names 198.18.2.3, an address.", ["198.18.2.3"])
})

test("netmasks after an address are no addresses", async () => {
  await check("set subnet 5.6.7.8 255.255.255.255", ["5.6.7.8"], ["255.255.255.255"])
})

test("file names, abbreviations and sentences without a blank are no names", async () => {
  await check(
    "It drops svchost.exe, e.g. on disk.Then it stops. Cf. Node.js and i.e. others; evil[.]example.",
    ["evil.example"],
    ["svchost.exe", "Node.js"],
  )
})

test("bare words change nothing", async () => {
  await check("Le point fort, at home, dot com; 192.0.2.1 then.", ["192.0.2.1"])
})

test("French defanging, odd brackets and look-alike full stops", async () => {
  await check(
    "bob[arobase]courrier[.]example, relais[point]example, a(.)b(.)example, x{.}example, 192[.]0[.]2[.]5, evil。example, host [.] example",
    ["bob@courrier.example", "relais.example", "a.b.example", "x.example", "192.0.2.5", "evil.example", "host.example"],
  )
})

test("a name for many hosts is reported, not guessed at", async () => {
  await check("It calls server-{1,30}[.]evil.example daily.", [], ["server-{1,30}[.]evil.example"])
})

test("where a value stands is kept, and how it was spelt", async () => {
  const bulletin = await readBulletin("note.txt", Buffer.from("It was seen at\n\nevil[.]example, they say.\n"))
  expect(bulletin.indicators).toEqual([
    {
      type: "domain-name",
      value: "evil.example",
      bulletin: "It was seen at",
      marks: [],
      provenance: "note.txt:3",
      original: "evil[.]example",
    },
  ])
})

async function window(text: string): Promise<unknown> {
  const bulletin = await readBulletin("note.txt", Buffer.from(`A report of the usual kind\n\n${text}\n`))
  return bulletin.window
}

test("a window in prose, English and French", async () => {
  expect(await window("Searches should start at the beginning of 2021.")).toEqual({ from: "2021-01-01", to: null })
  expect(await window("Please search your logs since the beginning of 2021.")).toEqual({ from: "2021-01-01", to: null })
  expect(await window("Il convient de rechercher ces indicateurs depuis le début de l'année 2021.")).toEqual({
    from: "2021-01-01",
    to: null,
  })
  expect(await window("Rechercher ces marqueurs dans les journaux depuis début 2021.")).toEqual({ from: "2021-01-01", to: null })
  expect(await window("Search logs since 15 March 2021.")).toEqual({ from: "2021-03-15", to: null })
  expect(await window("Rechercher dans les journaux à partir du 1er février 2021.")).toEqual({ from: "2021-02-01", to: null })
  expect(await window("Search for these indicators between 1 January 2021 and June 2021.")).toEqual({
    from: "2021-01-01",
    to: "2021-06-30",
  })
  expect(await window("Published 22 July 2021\n\nSearch since the beginning of the year.")).toEqual({ from: "2021-01-01", to: null })
})

test("an attack dated in prose is no window", async () => {
  expect(await window("Published 22 July 2021\n\nFrance has been attacked since the beginning of the year.")).toEqual({
    from: null,
    to: null,
  })
  expect(await window("The agency was founded in 2009 and has grown since 2015.")).toEqual({ from: null, to: null })
})

test("actors: aliases get their common name, ambiguous and unknown ones none", async () => {
  const bulletin = await readBulletin(
    "note.txt",
    Buffer.from("The groups Judgment Panda, Winnti Group, APT99 and APT 31, also known as APP31, and a chameleon.\n"),
  )
  expect(bulletin.actors.map(({ name, canonical }) => [name, canonical])).toEqual([
    ["Judgment Panda", "APT31"],
    ["Winnti Group", null],
    ["APT99", null],
    ["APT 31", "APT31"],
    ["APP31", "APT31"],
  ])
})

test("TLP in prose is read, and its absence is not clear", async () => {
  expect((await readBulletin("a.txt", Buffer.from("A note, TLP:AMBER+STRICT, on evil[.]example and others\n"))).tlp).toBe("amber+strict")
  expect((await readBulletin("a.txt", Buffer.from("A note, TLP: WHITE, on evil[.]example and others\n"))).tlp).toBe("clear")
  expect((await readBulletin("a.txt", Buffer.from("A note on evil[.]example and others\n"))).tlp).toBeNull()
})

const articles = "../shared/data/articles/"

describe.skipIf(!existsSync(articles))("the founding articles (skipped where the shared data is absent)", () => {
  test("plain text: publisher, date, bodies, actors, no indicator", async () => {
    const bulletin = await readBulletin("article.txt", readFileSync(`${articles}000_b4c9401f2b55288f.txt`))
    expect(bulletin).toMatchObject({
      publisher: "Homeland Security News Wire",
      published: "2021-07-22",
      indicators: [],
      leftOut: [],
      window: { from: null, to: null },
      authorities: ["ANSSI", "CERT-FR"],
    })
    expect(bulletin.actors.map(({ name }) => name)).toEqual(["APT31", "Sandworm"])
  })
  test("Markdown: aliases, a misspelling, the alert, the window, the contact; no link is an indicator", async () => {
    const bulletin = await readBulletin("article.md", readFileSync(`${articles}002_81b82993068d0a2c.txt`))
    expect(bulletin).toMatchObject({
      publisher: "Bleeping Computer",
      published: "2021-07-21",
      indicators: [],
      window: { from: "2021-01-01", to: null },
      contact: "cert-fr.cossi@ssi.gouv.fr",
    })
    expect(bulletin.request).toContain("searches should start at the beginning of 2021")
    expect(bulletin.actors.map(({ name, canonical }) => [name, canonical])).toEqual([
      ["APT31", "APT31"],
      ["APP31", "APT31"],
      ["Zirconium", "APT31"],
      ["Judgment Panda", "APT31"],
      ["APT40", "APT40"],
    ])
    expect(bulletin.actors[1]!.note).toContain("probable misspelling of APT31")
    expect(bulletin.references).toContain("https://www.cert.ssi.gouv.fr/alerte/CERTFR-2020-ALE-019/")
  })
})

const corpus = "../shared/data/oracle/iocextract/"

describe.skipIf(!existsSync(corpus))("the corpus of iocextract (skipped where the shared data is absent)", () => {
  const lines = (name: string): readonly string[] =>
    readFileSync(`${corpus}test_data/${name}`, "utf8")
      .split("\n")
      .filter((line) => line.trim() !== "")
  test("what must appear does, nothing that must not", async () => {
    const bulletin = await readBulletin("input.txt", readFileSync(`${corpus}test_data/input.txt`))
    const found = new Set(bulletin.indicators.map(({ value }) => value))
    for (const line of lines("valid.txt")) {
      if (/^\d{3}-\d{4}$/.test(line)) continue // a telephone number, which is no indicator in logs
      const read = parseIndicator(refangProse(line))
      expect("indicator" in read && found.has(read.indicator.value), line).toBe(true)
    }
    for (const line of lines("invalid.txt")) expect(found.has(line), line).toBe(false)
  })
  test("at least four of five inputs of its test-suite yield something", async () => {
    const { cases } = JSON.parse(readFileSync(`${corpus}cases.json`, "utf8")) as {
      cases: readonly { function: string; input: string; output: readonly string[] | string }[]
    }
    const asked = cases.filter((one) => /^extract_(?:urls|emails|ipv4s|ipv6s|\w+_hashes)$/.test(one.function) && one.output.length > 0)
    let some = 0
    for (const one of asked) {
      const bulletin = await readBulletin("input.txt", Buffer.from(one.input))
      if (bulletin.indicators.length + bulletin.leftOut.length > 0) some++
    }
    expect(some / asked.length).toBeGreaterThan(0.8)
  })
})

const odd = "../shared/data/oracle/ioc-finder/odd_ips.json"

test.skipIf(!existsSync(odd))(
  "odd spellings of addresses are read as decimal with a mark, or refused; never guessed (skipped where the shared data is absent)",
  () => {
    const { cases } = JSON.parse(readFileSync(odd, "utf8")) as { cases: readonly (readonly [string, string])[] }
    for (const [text] of cases) {
      const read = parseIndicator(text)
      if (text.startsWith("http")) continue // a URL's host follows WHATWG, as browsers do
      if ("indicator" in read) expect(read.indicator.marks, text).toContain("leading-zeros")
      else expect(read.problem.code, text).toBe("indicator-unreadable")
    }
  },
)
