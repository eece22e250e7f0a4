// `sillage triage` over a workspace: list, filter, decide, reopen, share.
import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { initWorkspace } from "../../src/hits/store/workspace.js"
import { hitOf } from "../hits/triage/hit.js"

const cli = fileURLToPath(new URL("../../dist/cli.js", import.meta.url))
const folder = mkdtempSync(join(tmpdir(), "sillage-verdicts-"))
const asked = { paths: ["logs"], since: "2021-01-01T00:00:00Z", until: "2021-09-01T00:00:00Z", tz: null, own: [], trustedProxies: [] }
const [failed, scanned] = ["203.0.113.7", "198.51.100.9"]
const attempt = { outcome: "failure", fields: { "user.name": "a.martin", "source.ip": failed, "event.action": "login" } } as const

function keep(hits: readonly ReturnType<typeof hitOf>[], at: string) {
  const workspace = initWorkspace(join(folder, ".sillage"))
  const id = workspace.hunts.begin(asked, { indicators: [], bulletins: [] }, at)
  workspace.hunts.finish(id, "done", { hits, coverage: [], problems: [] }, {}, at)
  workspace.close()
}

beforeAll(() => {
  keep(
    [
      hitOf({ id: "a", ...attempt }),
      hitOf({ id: "b", indicator: { value: scanned }, action: "blocked", outcome: "failure", record: "\u001b[31mDROP" }),
    ],
    "2021-09-01T10:00:00Z",
  )
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function triage(...options: string[]) {
  return spawnSync(process.execPath, [cli, "triage", ...options], { encoding: "utf8", cwd: folder })
}

interface Listed {
  readonly groups: readonly {
    readonly indicator: { readonly value: string }
    readonly triage: { readonly class: string; readonly points: number }
    readonly standing: string
    readonly why?: string
    readonly verdicts: readonly { readonly author: string; readonly at: string; readonly reason?: string }[]
  }[]
}
const listed = (...options: string[]) => (JSON.parse(triage("list", "--json", ...options).stdout) as Listed).groups

describe("sillage triage", () => {
  test("lists the hits of the latest hunt, gravest first, by class and state", () => {
    expect(listed().map((group) => [group.indicator.value, group.triage.class, group.standing])).toEqual(
      [
        [failed, "probable", "open"],
        [scanned, "background", "open"],
      ].map((row) => [...row]),
    )
    expect(listed("--class", "probable").map((group) => group.indicator.value)).toEqual([failed])
    const { stdout } = triage()
    expect(stdout).toContain("2 of 2 listed values")
    expect(stdout).not.toContain("\u001b")
  })

  test("keeps a dismissal with author, time and reason, and shares it", () => {
    expect(triage("dismiss", failed)).toMatchObject({ status: 2, stderr: expect.stringContaining("a dismissal needs a reason") })
    expect(triage("dismiss", "203.0.113[.]7", "--reason", "our teleworker", "--expires", "90d", "--author", "c.petit").stdout).toContain(
      "dismissed (it was probable",
    )
    const [first] = listed("--state", "dismissed")
    expect(first).toMatchObject({ indicator: { value: failed }, verdicts: [{ author: "c.petit", reason: "our teleworker" }] })
    expect(JSON.parse(triage("warninglist").stdout)).toMatchObject({ type: "cidr", list: [failed] })
    expect(triage("dismiss", failed, "--reason", "x", "--expires", "soon").status).toBe(2)
  })

  test("opens a dismissed value again when a stronger hit comes", () => {
    keep([hitOf({ id: "a", ...attempt }), hitOf({ id: "c", ...attempt, outcome: "success" })], "2021-09-02T10:00:00Z")
    expect(listed()[0]).toMatchObject({
      indicator: { value: failed },
      triage: { class: "priority" },
      standing: "reopened",
      why: "stronger",
    })
    expect(triage().stdout).toContain("REOPENED: a later hit weighs more than what was dismissed")
    expect(triage("confirm", failed, "--note", "session seen").status).toBe(0)
    expect(listed()[0]?.standing).toBe("confirmed")
    expect(JSON.parse(triage("warninglist").stdout)).toMatchObject({ list: [] })
  })

  test("shows what was decided about one asset alone, and leaves the value open on the others", () => {
    const on = (id: string, host: string) => hitOf({ id, ...attempt, fields: { ...attempt.fields, "host.name": host } })
    const folderOfOwn = mkdtempSync(join(tmpdir(), "sillage-asset-"))
    const here = initWorkspace(join(folderOfOwn, ".sillage"))
    const id = here.hunts.begin(asked, { indicators: [], bulletins: [] }, "2021-09-03T10:00:00Z")
    here.hunts.finish(
      id,
      "done",
      { hits: [on("a", "vpn.example"), on("b", "www.example")], coverage: [], problems: [] },
      {},
      "2021-09-03T10:00:00Z",
    )
    here.close()
    const run = (...options: string[]) => spawnSync(process.execPath, [cli, "triage", ...options], { encoding: "utf8", cwd: folderOfOwn })
    expect(run("dismiss", failed, "--reason", "a partner's monitor", "--asset", "www.example").status).toBe(0)
    const { groups } = JSON.parse(run("list", "--json").stdout)
    expect(groups[0]).toMatchObject({ standing: "open" })
    expect(groups[0].assets.map((one: { value: string; standing?: string }) => [one.value, one.standing])).toEqual([
      ["vpn.example", undefined],
      ["www.example", "dismissed"],
    ])
    const { stdout } = run("list")
    expect(stdout).toContain("on www.example (×1): dismissed")
    expect(stdout).toContain("dismissed for www.example alone by")
    rmSync(folderOfOwn, { recursive: true })
  })

  test("keeps notes, and refuses what it cannot know", () => {
    expect(triage("note", scanned).status).toBe(2)
    expect(triage("note", scanned, "--note", "asked the branch").stdout).toContain("no hit in this hunt")
    expect(triage("confirm", "not a value").status).toBe(2)
    expect(triage("list", "--hunt", "77")).toMatchObject({ status: 2, stderr: expect.stringContaining("no hunt 77") })
    expect(triage("list", "--workspace", join(folder, "nowhere")).status).toBe(2)
  })
})
