// One suite for every rule exporter: golden files over hostile indicators, nothing dropped, nothing widened, everything read back.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { describe, expect, test } from "vitest"
import { addressBlocks } from "../../src/export/rules/address-blocks.js"
import { type Composed, composeRules } from "../../src/export/rules/compose.js"
import type { RuleExporter } from "../../src/export/rules/exporter.js"
import { ruleExporters } from "../../src/export/rules/index.js"
import { readBulletin } from "../../src/intake/intake.js"
import { hostileBulletin, hostileIndicators } from "../export/rules/hostile.js"
import { csvCells, literals, ruleOptions, unquoteSigma } from "../export/rules/read-back.js"

const fixtures = fileURLToPath(new URL("../fixtures/rules/", import.meta.url))
const update = process.env.UPDATE === "1" && !process.env.CI

function filesOf(exporter: RuleExporter): ReadonlyMap<string, string> {
  const composed = composedOf(exporter)
  return new Map(composed.files.map(({ name, content }) => [name, [...content].join("")]))
}

function composedOf(exporter: RuleExporter): Composed {
  const action = exporter.actions[0] ?? "alert"
  return composeRules({ exporter, bulletins: [hostileBulletin], others: [], action, allowActive: false }) as Composed
}

describe("the rule exporters and their fixtures", () => {
  test("are the same set", () => {
    if (update) return
    expect(readdirSync(fixtures).sort()).toEqual(ruleExporters.map(({ name }) => name).sort())
  })
})

describe.each(ruleExporters.map((exporter) => [exporter.name, exporter] as const))("%s", (name, exporter) => {
  const files = filesOf(exporter)

  test("writes its golden files", () => {
    const folder = join(fixtures, name, "hostile")
    if (update) {
      rmSync(folder, { recursive: true, force: true })
      mkdirSync(folder, { recursive: true })
      for (const [file, content] of files) writeFileSync(join(folder, `expected.${file}`), content)
    }
    const golden = existsSync(folder) ? readdirSync(folder).sort() : []
    expect([...files.keys()].map((file) => `expected.${file}`).sort()).toEqual(golden)
    for (const [file, content] of files) expect(content).toBe(readFileSync(join(folder, `expected.${file}`), "utf8"))
  })

  test("accounts for every indicator: exported, or named with its reason", () => {
    const { header, problems } = composedOf(exporter)
    expect(header.indicators + problems.length).toBe(hostileIndicators.length)
    expect(header.leftOut).toBe(problems.length)
    for (const { message } of problems) expect(message.length).toBeGreaterThan(10)
  })

  test("lets no control character, line separator or direction override of a bulletin through", () => {
    for (const content of files.values()) expect(content).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e]/)
  })
})

/** Values that an exporter can express, addresses as the networks that they are written as. */
function expressed(exporter: RuleExporter, ...types: readonly string[]): readonly string[] {
  const left = new Set(composedOf(exporter).problems.map(({ value }) => value))
  return hostileIndicators
    .filter(({ type, value }) => !left.has(value) && types.includes(type))
    .flatMap(({ type, value }) =>
      type.endsWith("-addr") && type !== "email-addr" ? addressBlocks(value).map(({ text }) => text) : [value],
    )
    .sort()
}

const exporterOf = (name: string): RuleExporter => ruleExporters.find((one) => one.name === name) as RuleExporter
const fileOf = (exporter: string, file: string): string => filesOf(exporterOf(exporter)).get(file) as string
const rows = (content: string, comment: RegExp): readonly string[] =>
  content.split(/\r?\n/).filter((line) => line.trim() !== "" && !comment.test(line))

describe("read back by Sillage's own intake,", () => {
  test.each([
    ["stix", "sillage-indicators.stix.json"],
    ["misp", "sillage-event.misp.json"],
    ["csv", "sillage-indicators.csv"],
    ["zeek", "sillage-intel.dat"],
  ])("%s gives the same values of the same types", async (name, file) => {
    const exporter = exporterOf(name)
    const bulletin = await readBulletin(file, Buffer.from(fileOf(name, file)))
    const read = (types: readonly string[]): readonly string[] =>
      [...new Set(bulletin.indicators.filter(({ type }) => types.includes(type)).map(({ value }) => value))].sort()
    const networks = ["ipv4-addr", "ipv6-addr"]
    const exact = ["domain-name", "email-addr", "file:hashes.MD5", "file:hashes.SHA-1", "file:hashes.SHA-256", "file:hashes.SHA-512"]
    const addresses = name === "csv" ? hostileIndicators.filter(({ type }) => networks.includes(type)).map(({ value }) => value) : undefined
    expect(read(networks)).toEqual([...(addresses ?? expressed(exporter, ...networks))].sort())
    for (const type of exact) expect(read([type])).toEqual(expressed(exporter, type))
    const urls = expressed(exporter, "url").map((url) => (name === "zeek" ? url.slice("http://".length) : url))
    expect(read(["url"]).map((url) => (name === "zeek" ? url.replace(/^http:\/\//, "") : url))).toEqual(urls)
  })
})

describe("read back by the grammar of the target,", () => {
  test.each([
    ["suricata", "sillage.rules"],
    ["snort", "sillage-snort3.rules"],
  ])("every %s rule is one line of known keywords with a number of its own", (name, file) => {
    const lines = rows(fileOf(name, file), /^#/)
    const sids = lines.map((line) => ruleOptions(line).find(([key]) => key === "sid")?.[1])
    expect(new Set(sids).size).toBe(lines.length)
    for (const sid of sids) expect(Number(sid)).toBeGreaterThanOrEqual(1_000_000)
    const keywords = new Set(lines.flatMap((line) => ruleOptions(line).map(([key]) => key)))
    const known =
      "msg sid rev classtype gid threshold flow content nocase endswith bsize dotprefix dns.query http.host tls.sni http.uri.raw http.user_agent ja3.hash filemd5 filesha1 filesha256 detection_filter http_header http_raw_uri bufferlen"
    for (const keyword of keywords) expect(known.split(" ")).toContain(keyword)
    // What a title tried to bring in is inside a message, nowhere else.
    for (const line of lines) expect(line.replace(/msg:"[^"]*"/, "")).not.toMatch(/jndi|DROP TABLE|calc/)
  })

  test("Suricata contents are the values, byte for byte", () => {
    const contents = rows(fileOf("suricata", "sillage.rules"), /^#/).flatMap((line) =>
      ruleOptions(line)
        .filter(([key]) => key === "content")
        .map(([, value]) => value),
    )
    expect(contents).toEqual(expect.arrayContaining([".evil.example", "/a'?b=c;d=(e)&f=(g)|h$i`j", 'Mozilla/5.0"; sid:1; content:"\\x']))
  })

  test("Sigma values are single-quoted scalars that give the values back", () => {
    const content = fileOf("sigma", "sillage-process-name.yml")
    const names = [...content.matchAll(/^ {6}- ('(?:[^']|'')*')$/gm)].map(([, quoted]) => unquoteSigma(quoted as string))
    expect(names.sort()).toEqual(
      expressed(exporterOf("sigma"), "file:name")
        .map((value) => `\\${value}`)
        .sort(),
    )
    for (const file of filesOf(exporterOf("sigma")).values())
      for (const line of rows(file, /^#/))
        expect(line).toMatch(/^ *(?:- )?(?:[a-z_0-9|-]+:(?: (?:'(?:[^']|'')*'|[a-z0-9. _*-]+))?|'(?:[^']|'')*'|[a-z0-9.+-]+)$/i)
  })

  test.each([
    ["elasticsearch", "sillage.esql", "double"],
    ["sentinel", "sillage.kql", "double"],
    ["clickhouse", "sillage-clickhouse.sql", "backslash"],
  ] as const)("%s queries hold the values in literals and nothing of them outside", (name, file, style) => {
    const content = fileOf(name, file).replace(/^(?:\/\/|--).*$/gm, "")
    const { values, rest } = literals(content, style)
    expect(rest).toMatch(/^[\w\s.,()|=~<>*:;{}@-]*$/)
    expect(values).toEqual(expect.arrayContaining([...expressed(exporterOf(name), "file:name")]))
    expect(values).toEqual(expect.arrayContaining([...expressed(exporterOf(name), "url"), ".evil.example", "evil.example"]))
  })

  test.each([
    ["splunk", "sillage_names.csv"],
    ["splunk", "sillage_files.csv"],
    ["sentinel", "sillage-watchlist.csv"],
    ["csv", "sillage-indicators.csv"],
  ])("%s %s has as many cells in every row as in its head", (name, file) => {
    const table = csvCells(fileOf(name, file))
    for (const cells of table) expect(cells.length).toBe(table[0]?.length)
  })

  test.each(["elasticsearch", "opensearch"])("%s bulk lines are pairs of action and document", (name) => {
    const lines = rows(fileOf(name, "sillage-indicators.ndjson"), /^$/).map((line) => JSON.parse(line))
    expect(lines.length).toBe(2 * composedOf(exporterOf(name)).header.indicators)
    for (const [at, line] of lines.entries())
      expect(Object.keys(line)).toEqual(at % 2 === 0 ? ["index"] : expect.arrayContaining(["event.kind"]))
  })

  test.each([
    [
      "rpz",
      "sillage.rpz",
      /^(?:\$TTL|@|(?:\*\.)?[a-z0-9_.-]+ CNAME rpz-passthru\.$|\d+(?:\.(?:\d+|[0-9a-f]+|zz))+\.rpz-ip CNAME rpz-passthru\.$)/,
      /^;/,
    ],
    ["hosts", "sillage.hosts", /^(?:0\.0\.0\.0|::) [a-z0-9_.-]+$/, /^#/],
    ["dnsmasq", "sillage-dnsmasq.conf", /^local=\/[a-z0-9_.-]+\/$/, /^#/],
    ["unbound", "sillage-unbound.conf", /^(?:server:| {2}local-zone: "[a-z0-9_.-]+\." inform)$/, /^#/],
    ["pf", "sillage.table", /^[0-9a-f.:]+(?:\/\d+)?$/, /^#/],
    ["ipset", "sillage.ipset", /^(?:create|flush|add) sillage[46](?: [\w.:/-]+)*$/, /^#/],
    ["paloalto", "sillage-paloalto-domain.txt", /^(?:\*\.)?[a-z0-9_.-]+$/, /^#/],
    ["fortigate", "sillage-fortigate-ip.txt", /^[0-9a-f.:]+(?:\/\d+)?$/, /^#/],
    ["squid", "sillage-squid-urls.txt", /^\^http:(?:[^.[\]{}()*+?^$|\\\s]|\\[.[\]{}()*+?^$|\\])*\$$/, /^#/],
    ["wazuh", "sillage-address", /^(?:[\d.]+|"[0-9a-f:]+"):[\w ._+,-]*$/, /^$/],
  ])("%s %s holds lines of its form only", (name, file, form, comment) => {
    const lines = rows(fileOf(name, file), comment)
    expect(lines.length).toBeGreaterThan(0)
    for (const line of lines) expect(line).toMatch(form)
  })
})

describe("an exporter does not widen:", () => {
  test("Squid's expressions hit the listed URL and no neighbour", () => {
    const expressions = rows(fileOf("squid", "sillage-squid-urls.txt"), /^#/).map((line) => new RegExp(line))
    const hit = (url: string): boolean => expressions.some((one) => one.test(url))
    expect(hit("http://evil.example/lower/path")).toBe(true)
    expect(hit("http://evil.example/lower/path2")).toBe(false)
    expect(hit("http://evilxexample/lower/path")).toBe(false)
  })

  test("an address range becomes the networks that cover exactly it", () => {
    expect(addressBlocks("192.0.2.3-192.0.2.12").map(({ text }) => text)).toEqual([
      "192.0.2.3",
      "192.0.2.4/30",
      "192.0.2.8/30",
      "192.0.2.12",
    ])
  })
})
