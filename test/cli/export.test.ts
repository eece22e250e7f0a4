// `sillage export` as a person calls it: files, exit codes, refusals, back-test.
import { execFile } from "node:child_process"
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, describe, expect, test } from "vitest"

const cli = fileURLToPath(new URL("../../dist/cli.js", import.meta.url))
const folder = mkdtempSync(join(tmpdir(), "sillage-export-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

function sillage(...args: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(process.execPath, [cli, ...args], { cwd: folder, env: { ...process.env, XDG_DATA_HOME: folder } }, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr })
    })
  })
}

describe("sillage export", () => {
  test("writes the files and says what it left out", async () => {
    const { code, stdout } = await sillage(
      "export",
      "--to",
      "rpz",
      "--indicator",
      "evil.example",
      "--indicator",
      "a".repeat(32),
      "--out",
      "zone",
    )
    expect(code).toBe(0)
    expect(stdout).toContain("1 indicators written, 1 left out")
    expect(stdout).toContain("rpz has no form for this type")
    expect(readdirSync(join(folder, "zone"))).toEqual(["sillage.rpz"])
    expect(readFileSync(join(folder, "zone/sillage.rpz"), "utf8")).toContain("*.evil.example CNAME rpz-passthru.")
  })

  test("--json names every indicator left out, the marking and the digest of each file", async () => {
    const { stdout } = await sillage("export", "--to", "list", "--indicator", "203.0.113.9", "--json")
    expect(JSON.parse(stdout)).toMatchObject({
      to: "list",
      action: "alert",
      indicators: { exported: 1, leftOut: 0 },
      tlp: null,
      files: [{ name: "sillage-indicators.txt", sha256: expect.stringMatching(/^[0-9a-f]{64}$/) }],
      problems: [],
    })
  })

  test("refuses to act on traffic without a marking or a person's word", async () => {
    const refused = await sillage("export", "--to", "hosts", "--indicator", "evil.example")
    expect(refused.code).toBe(2)
    expect(refused.stderr).toContain("--allow-active")
    expect((await sillage("export", "--to", "hosts", "--allow-active", "--indicator", "evil.example")).code).toBe(0)
  })

  test("ends with 3 where nothing could be expressed", async () => {
    expect((await sillage("export", "--to", "hosts", "--allow-active", "--indicator", "203.0.113.9")).code).toBe(3)
  })

  test.each([
    [["export"], "give --to"],
    [["export", "--to", "nothing", "--indicator", "evil.example"], "is no target"],
    [["export", "--to", "hosts", "--action", "alert", "--indicator", "evil.example"], "cannot alert"],
    [["export", "--to", "list"], "nothing to export"],
    [["export", "--to", "list", "--indicator", "evil.example", "--back-test"], "no past to test on"],
  ])("%j is a wrong invocation", async (args, reason) => {
    const { code, stderr } = await sillage(...args)
    expect([code, stderr]).toEqual([2, expect.stringContaining(reason)])
  })

  test("--back-test counts what the rules would have raised, and marks the noisy ones", async () => {
    const lines = Array.from(
      { length: 60 },
      (_, second) => `2021-05-01T10:00:${String(second).padStart(2, "0")}Z fw DROP SRC=203.0.113.9 DST=192.0.2.1 PROTO=TCP`,
    )
    writeFileSync(join(folder, "fw.log"), `${lines.join("\n")}\n2021-05-03T10:00:00Z dns query: sub.evil.example\n`)
    const hunted = await sillage("hunt", "--json", "--indicator", "203.0.113.9", "--indicator", "evil.example", "fw.log")
    writeFileSync(join(folder, "hunt.ndjson"), hunted.stdout)
    const args = ["export", "--indicator", "203.0.113.9", "--indicator", "evil.example", "--back-test", "--input", "hunt.ndjson", "--json"]
    const { stdout } = await sillage(...args, "--to", "suricata")
    expect(JSON.parse(stdout).backTest).toMatchObject({
      days: 2,
      events: 61,
      outOfReach: 0,
      rows: [
        { value: "203.0.113.9", events: 60, perDay: 30, noisy: true },
        { value: "evil.example", events: 1, perDay: 0.5, noisy: false },
      ],
    })
    // Zeek knows exact names only: the hit below the listed name would not have been raised.
    expect(JSON.parse((await sillage(...args, "--to", "zeek")).stdout).backTest).toMatchObject({ events: 60, outOfReach: 1 })
  })

  test("--targets lists every target with what it can express", async () => {
    const { code, stdout } = await sillage("export", "--targets")
    expect(code).toBe(0)
    expect(stdout).toContain("suricata: Suricata rules")
    expect(stdout).toMatch(/domain-name {9}exact, subdomain/)
  })
})
