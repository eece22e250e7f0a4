// What `sillage hunt` says about the weight of its hits: the contract of the machine output, the chance sentence, the context of a login.
import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { initWorkspace } from "../../src/hits/store/workspace.js"
import { decoysFor } from "../../src/hits/triage/decoys.js"

const cli = fileURLToPath(new URL("../../dist/cli.js", import.meta.url))
const folder = mkdtempSync(join(tmpdir(), "sillage-triage-"))
const [scanner, intruder] = ["198.51.100.7", "198.51.100.40"]
const decoy = decoysFor([scanner, intruder], []).get(scanner)?.[0] as string

beforeAll(() => {
  const dropped = Array.from(
    { length: 60 },
    (_, at) =>
      `Mar  4 05:06:${String(at).padStart(2, "0")} fw kernel: [UFW BLOCK] IN=eth0 OUT= SRC=${scanner} DST=192.0.2.1 PROTO=TCP SPT=4000 DPT=${at}`,
  )
  const neighbour = `Mar  4 06:00:00 fw kernel: [UFW BLOCK] IN=eth0 OUT= SRC=${decoy} DST=192.0.2.1 PROTO=TCP SPT=4000 DPT=22`
  writeFileSync(join(folder, "fw-2021.log"), `${[...dropped, neighbour].join("\n")}\n`)
  writeFileSync(
    join(folder, "bastion-2021.log"),
    [
      `Mar  4 05:00:00 bastion sshd[7]: Failed password for a.martin from ${intruder} port 5011 ssh2`,
      `Mar  4 05:06:07 bastion sshd[7]: Accepted password for a.martin from ${intruder} port 5012 ssh2`,
      "",
    ].join("\n"),
  )
  writeFileSync(
    join(folder, "audit.jsonl"),
    `${JSON.stringify({ eventVersion: "1.08", userIdentity: { type: "IAMUser", userName: "a.martin" }, eventTime: "2021-03-05T10:00:00Z", eventSource: "iam.amazonaws.com", eventName: "CreateAccessKey", sourceIPAddress: "192.0.2.77", eventID: "5f1c2c1e-0d3b-4a2b-8c0d-111122224444" })}\n`,
  )
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function hunt(...options: string[]) {
  const indicators = [scanner, intruder].flatMap((value) => ["--indicator", value])
  const asked = [
    "hunt",
    ...indicators,
    "--since",
    "2021-03-01",
    "--until",
    "2021-04-01",
    "--tz",
    "UTC",
    "--own",
    "192.0.2.0/24",
    ...options,
    folder,
  ]
  return spawnSync(process.execPath, [cli, ...asked], { encoding: "utf8" })
}

interface Line {
  readonly type: string
  readonly indicator: { readonly value: string }
  readonly triage: {
    readonly class: string
    readonly points: number
    readonly confidence: number
    readonly consequence: number
    readonly factors: readonly { readonly id: string; readonly points: number; readonly text: string; readonly known: boolean }[]
  }
}

describe("the weight of hits", () => {
  test("stands in the machine output, factor by factor", () => {
    const hits = hunt("--json")
      .stdout.split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Line)
      .filter((line) => line.type === "hit")
    expect(hits).toHaveLength(62)
    for (const { triage } of hits) {
      expect(triage.factors.map((factor) => factor.id)).toEqual(["F1", "F2", "F3", "F4", "F5", "F6", "F7", "F8", "F9", "F10"])
      expect(triage.points).toBe(triage.factors.reduce((sum, factor) => sum + factor.points, 0))
      expect(triage.points).toBe(triage.confidence + triage.consequence)
    }
    const login = hits.filter((hit) => hit.indicator.value === intruder).map((hit) => hit.triage)
    expect(login.map((one) => one.class)).toEqual(["priority", "priority"])
    // The account was followed to a record in which no listed address stands.
    expect(login[1]?.factors[1]).toMatchObject({ points: 55, text: expect.stringContaining("CreateAccessKey") })
    expect(hits.filter((hit) => hit.indicator.value === scanner).every((hit) => hit.triage.class === "background")).toBe(true)
  })

  test("is shown by class, the login first, with what chance gives", () => {
    const { stdout } = hunt()
    expect(stdout.indexOf("PRIORITY: 1 listed value")).toBeGreaterThan(0)
    expect(stdout.indexOf("PRIORITY")).toBeLessThan(stdout.indexOf("BACKGROUND: 1 listed value"))
    expect(stdout).toContain("62 hits on 2 listed addresses; by chance <0.1 (200 unlisted addresses of the same networks")
    expect(stdout).toContain("Followed for 72 hours around each successful login: a.martin.")
    expect(stdout).not.toMatch(/\bcompromised\b(?!\))/)
    expect(stdout).not.toContain(decoy)
  })

  test("says so where the accounts were not followed", () => {
    const { stdout } = hunt("--no-follow")
    expect(stdout).toContain("What 1 accounts did after a successful login was NOT searched.")
    expect(stdout).not.toContain("CreateAccessKey")
  })

  test("says so where no decoys were searched", () => {
    const { stdout } = hunt("--no-decoys")
    expect(stdout).toContain("no decoy addresses were searched")
    expect(stdout).toContain("unknown:")
  })

  test("is the same when the workspace lists the hunt again: with decoys, and with what the account did", () => {
    const workspace = join(mkdtempSync(join(tmpdir(), "sillage-kept-")), ".sillage")
    initWorkspace(workspace).close()
    const hits = hunt("--json", "--workspace", workspace)
      .stdout.split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Line)
      .filter((line) => line.type === "hit" && line.indicator.value === intruder)
    const { stdout } = spawnSync(process.execPath, [cli, "triage", "list", "--json", "--workspace", workspace], { encoding: "utf8" })
    const { groups } = JSON.parse(stdout) as { groups: readonly Line[] }
    const gravest = hits.map((hit) => hit.triage).sort((a, b) => b.points - a.points)[0]
    expect(groups.find((group) => group.indicator.value === intruder)?.triage).toEqual(gravest)
    expect(gravest?.factors.find((factor) => factor.id === "F10")?.known).toBe(true)
    rmSync(dirname(workspace), { recursive: true })
  })
})
