// `sillage pivot` on small archives: the contract of the machine output, the planted relays on top, abstention with its reason.
import { spawnSync } from "node:child_process"
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { gzipSync } from "node:zlib"
import { afterAll, beforeAll, describe, expect, test } from "vitest"

const cli = fileURLToPath(new URL("../../dist/cli.js", import.meta.url))
const folder = mkdtempSync(join(tmpdir(), "sillage-pivot-"))
const listed = [11, 12, 13, 14, 15, 16].map((last) => `198.51.100.${last}`)
const hidden = ["203.0.113.201", "203.0.113.202", "203.0.113.203"]
const start = Date.UTC(2021, 2, 1, 6)

beforeAll(() => {
  const lines: { time: number; text: string }[] = []
  const say = (client: string, minutes: number, request: string, status: number, agent: string, referrer = "-") => {
    const time = start + minutes * 60_000
    const stamp = new Date(time).toUTCString().replace(/^\w+, (\d+) (\w+) (\d+) (.*) GMT$/, "$1/$2/$3:$4 +0000")
    lines.push({ time, text: `${client} - - [${stamp}] "${request} HTTP/1.1" ${status} 512 "${referrer}" "${agent}"` })
  }
  for (let visitor = 0; visitor < 150; visitor++) {
    const client = `192.0.2.${visitor + 1}`
    for (let page = 0; page < 3; page++)
      say(client, visitor * 90 + page, `GET /news/${(visitor * 7 + page) % 40}.html`, 200, `Browser/${visitor % 9}`)
    say(client, visitor * 90 + 4, "GET /site.css", 200, `Browser/${visitor % 9}`)
  }
  for (const [at, relay] of [...listed, ...hidden].entries()) {
    say(relay, 600 + at * 1000, "GET /owa/auth/logon.aspx", 200, "Operator/1.0 \u001b[31m")
    say(relay, 602 + at * 1000, "POST /owa/auth.owa", 401, "Operator/1.0 \u001b[31m")
  }
  mkdirSync(join(folder, "logs"))
  writeFileSync(
    join(folder, "logs", "access.log"),
    `${lines
      .sort((a, b) => a.time - b.time)
      .map((one) => one.text)
      .join("\n")}\n`,
  )
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function pivot(...options: string[]) {
  return spawnSync(process.execPath, [cli, "pivot", ...options], { encoding: "utf8", cwd: folder })
}

interface Answer {
  readonly abstained: boolean
  readonly reason: string | null
  readonly seeds: readonly string[]
  readonly selfTest: { readonly refound: number; readonly expectedByChance: number; readonly p: number } | null
  readonly candidates: readonly {
    readonly value: string
    readonly bits: number
    readonly q: number
    readonly level: string
    readonly evidence: readonly {
      readonly family: string
      readonly bits: number
      readonly text: string
      readonly seeds: number
      readonly others: number
    }[]
    readonly counterEvidence: readonly { readonly bits: number }[]
    readonly counterfactual: { readonly without: string; readonly bits: number; readonly level: string }
    readonly firstSeen: string
    readonly lastSeen: string
    readonly records: readonly { readonly path: string; readonly line: number }[]
  }[]
}

describe("sillage pivot", () => {
  test("puts the unlisted relays on top, with evidence that adds up", () => {
    const indicators = listed.flatMap((value) => ["--indicator", value])
    const asked = ["--since", "2021-03-01", "--until", "2021-04-01", "--seeds", "weak", ...indicators]
    const { stdout, status } = pivot(...asked, "--json", "logs")
    expect(status).toBe(0)
    const answer = JSON.parse(stdout) as Answer
    expect(answer).toMatchObject({ abstained: false, reason: null, seeds: listed })
    expect(answer.selfTest?.refound).toBe(1)
    expect(answer.candidates.map((lead) => lead.value).sort()).toEqual(hidden)
    for (const lead of answer.candidates) {
      const sum = [...lead.evidence, ...lead.counterEvidence].reduce((total, line) => total + Math.round(line.bits * 100), 0)
      expect(sum).toBe(Math.round(lead.bits * 100))
      expect(lead.level).toBe("strong")
      expect(lead.counterfactual.without).toBe(lead.evidence[0]?.text)
      expect(lead.counterfactual.bits).toBeLessThan(lead.bits)
      expect(lead.records.map((record) => record.path)).toEqual(["logs/access.log", "logs/access.log"])
    }
    expect(answer.candidates.map((lead) => lead.firstSeen).sort()[0]).toBe("2021-03-05T20:00:00.000Z")
  })

  test("explains each lead in a terminal, and lets no control character of a log through", () => {
    const { stdout } = pivot(...listed.flatMap((value) => ["--seed", value]), "logs")
    expect(stdout).toContain("LEADS: 3 unlisted addresses behave like the confirmed relays, 3 of them strong.")
    expect(stdout).toMatch(/203\.0\.113\.20[123] {2}STRONG/)
    expect(stdout).toMatch(/same user agent as 6 of 6 confirmed relays and 3 of 153 other addresses: Operator\/1\.0/)
    expect(stdout).toContain("Without the first line:")
    expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/)
  })

  test("gives no list where the hits do not resemble each other, and says why", () => {
    const visitors = [3, 31, 62, 93, 124].flatMap((last) => ["--seed", `192.0.2.${last}`])
    const { stdout, status } = pivot(...visitors, "--json", "logs")
    const answer = JSON.parse(stdout) as Answer
    expect(answer.abstained).toBe(true)
    expect(answer.reason).toContain("pivot not supported")
    expect(answer.candidates).toEqual([])
    expect(status).toBe(1)
  })

  test("says so where there is nothing to start from", () => {
    const { stdout, status } = pivot("--indicator", "203.0.113.99", "logs")
    expect(stdout).toContain("NO LEADS GIVEN: there is no confirmed relay to start from.")
    expect(status).toBe(1)
  })

  test("says what its own hunt could not search", () => {
    mkdirSync(join(folder, "long"))
    const message = `\\u0031%252e&#37;2e ${"x".repeat(14 * 1024 * 1024)}`
    writeFileSync(join(folder, "long", "long.json"), JSON.stringify([{ note: "short" }, { note: "203.0.113.98 seen", message }]))
    const { stdout, status } = pivot("--indicator", "203.0.113.98", "--json", "long")
    const { problems, complete } = JSON.parse(stdout) as { problems: { code: string; where: string }[]; complete: boolean }
    expect(problems.map(({ code }) => code)).toEqual(["limit"])
    expect(problems[0]?.where).toContain("long.json")
    expect(complete).toBe(false)
    expect(status).toBe(3)
  }, 60_000)

  test("tells once what neither of its passes could read", () => {
    mkdirSync(join(folder, "cut"))
    const whole = gzipSync(readFileSync(join(folder, "logs", "access.log")))
    writeFileSync(join(folder, "cut", "access.log.gz"), whole.subarray(0, whole.length - 200))
    const { stdout } = pivot("--indicator", "203.0.113.98", "--seed", listed[0] as string, "--json", "cut")
    const { problems, complete } = JSON.parse(stdout) as { problems: { code: string }[]; complete: boolean }
    expect(problems).toHaveLength(1)
    expect(complete).toBe(false)
  })

  test("is refused without hits, without files, and for a seed that is no address", () => {
    expect(pivot("logs")).toMatchObject({ status: 2, stderr: expect.stringContaining("no hits to start from") })
    expect(pivot("--seed", "203.0.113.7", "absent")).toMatchObject({ status: 2 })
    expect(pivot("--seed", "evil.example", "logs")).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("--seed takes one address"),
    })
    expect(pivot("--hunt", "latest", "--workspace", folder, "logs").status).toBe(2)
  })

  test("leaves out what is excluded", () => {
    const { stdout } = pivot(...listed.flatMap((value) => ["--seed", value]), "--exclude", "203.0.113.201/32", "--json", "logs")
    expect((JSON.parse(stdout) as Answer).candidates.map((lead) => lead.value).sort()).toEqual(hidden.slice(1))
  })
})
