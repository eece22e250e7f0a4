// The files of Suricata's and Zeek's own tests as a measure: our grammar reads theirs, and ours have the form of theirs.
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { describe, expect, test } from "vitest"
import { type Composed, composeRules } from "../../../src/export/rules/compose.js"
import { findRuleExporter } from "../../../src/export/rules/index.js"
import { hostileBulletin } from "./hostile.js"
import { ruleOptions } from "./read-back.js"

const oracle = fileURLToPath(new URL("../../../../shared/data/oracle/", import.meta.url))
const absent = !existsSync(oracle)
if (absent) process.stderr.write("skipped: the rules of other engines, for ../shared/data is absent\n")

function below(folder: string, ending: string): readonly string[] {
  return readdirSync(join(oracle, folder), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(ending))
    .map((path) => readFileSync(join(oracle, folder, path), "utf8"))
}

function exported(name: string, file: string): readonly string[] {
  const exporter = findRuleExporter(name)
  if (!exporter) throw new Error(name)
  const composed = composeRules({ exporter, bulletins: [hostileBulletin], others: [], action: "alert", allowActive: false }) as Composed
  const content = [...(composed.files.find((one) => one.name === file)?.content ?? [])].join("")
  return content.split("\n").filter((line) => line !== "" && !/^#(?!fields)/.test(line))
}

describe.skipIf(absent)("Suricata", () => {
  const rules = absent ? [] : below("suricata-verify", ".rules").flatMap((text) => text.replace(/\\\r?\n\s*/g, " ").split("\n"))
  const plain = rules.filter((line) => /^alert (?:ip|tcp|udp|http|dns|tls) any any -> any any \(/.test(line))

  test("rules of its own tests are read by the grammar that reads ours", () => {
    expect(plain.length).toBeGreaterThan(40)
    const unread = plain.filter((line) => {
      try {
        return ruleOptions(line.trim()).length === 0
      } catch {
        return true // what the grammar refuses is what the test counts
      }
    })
    expect(unread).toEqual([])
  })

  test("its tests use the buffers and keywords that ask our datasets and reputation", () => {
    const words = (line: string): readonly string[] => ruleOptions(line).map(([key]) => key)
    const theirs = new Set(plain.flatMap((line) => words(line.trim())))
    const asked = exported("suricata-lists", "sillage-lists.rules").flatMap(words)
    for (const keyword of ["iprep", "dataset", "dns.query", "http.host", "http.user_agent"]) {
      expect(asked).toContain(keyword)
      expect(theirs).toContain(keyword)
    }
  })

  test("reputation and datasets have the form of its own lists", () => {
    const lists = below("suricata-verify", "iprep.list").flatMap((text) => text.split("\n").filter((line) => /^[^#]/.test(line)))
    const form = /^[0-9a-f.:]+(?:\/\d+)?,\d+,\d+$/
    for (const line of [...lists, ...exported("suricata-lists", "sillage-reputation.list")]) expect(line).toMatch(form)
    const strings = below("suricata-verify/datasets-02-load", ".csv").flatMap((text) => text.split("\n").filter((line) => line !== ""))
    for (const line of [...strings, ...exported("suricata-lists", "sillage-domains.lst")]) {
      const value = (line.split(",")[0] as string).trim()
      expect(Buffer.from(value, "base64").toString("base64").replace(/=+$/, "")).toBe(value.replace(/=+$/, ""))
    }
  })
})

describe.skipIf(absent)("Zeek", () => {
  const files = absent ? [] : below("zeek-intel/input", ".dat")

  test("our file begins with the header line of its own tests", () => {
    const headers = files.map((text) => text.split("\n")[0])
    expect(headers).toContain(exported("zeek", "sillage-intel.dat")[0])
  })

  test("our types are spelt as its own tests and expected logs spell them", () => {
    const theirs = new Set([...files, ...below("zeek-intel/expected", ".log")].flatMap((text) => text.match(/Intel::[A-Z_]+/g) ?? []))
    const ours = new Set(exported("zeek", "sillage-intel.dat").flatMap((line) => /Intel::[A-Z_]+/.exec(line)?.[0] ?? []))
    for (const type of ["Intel::ADDR", "Intel::SUBNET", "Intel::DOMAIN", "Intel::EMAIL", "Intel::FILE_NAME", "Intel::SOFTWARE"])
      if (theirs.has(type)) expect(ours).toContain(type)
    expect([...ours].filter((type) => theirs.has(type)).length).toBeGreaterThanOrEqual(4)
  })
})
