// `sillage bulletin` and `sillage feed` as a user meets them: what they print, where, and the exit code.
import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import { initWorkspace } from "../../src/hits/store/workspace.js"

let folder = ""

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "sillage-bulletin-"))
  initWorkspace(join(folder, ".sillage")).close()
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Ran {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

function sillage(parameters: readonly string[], options: { readonly input?: string; readonly cwd?: string } = {}): Ran {
  const { HOME: _home, SILLAGE_WORKSPACE: _workspace, XDG_DATA_HOME: _data, ...env } = process.env
  const cli = join(import.meta.dirname, "../../dist/cli.js")
  const ran = spawnSync(process.execPath, [cli, ...parameters], {
    cwd: options.cwd ?? folder,
    input: options.input ?? "",
    encoding: "utf8",
    env: { ...env, HOME: join(folder, "home") },
  })
  return { code: ran.status, out: ran.stdout, err: ran.stderr }
}

function write(name: string, content: string): void {
  writeFileSync(join(folder, name), content)
}

test("added, unchanged, revised, listed, shown, compared, removed", () => {
  write("list.csv", "ip,valid until\n192.0.2.1,2021-06-30\n192.0.2.2,2021-06-30\n192.0.2.3,2021-06-30\n")
  expect(sillage(["bulletin", "add", "list.csv", "list.csv"])).toEqual({
    code: 0,
    out: "Added list-csv: 3 ipv4-addr.\nUnchanged list-csv: the workspace has this content already.\n",
    err: "",
  })
  write("list.csv", "ip,valid until\n192.0.2.4,2021-06-30\n192.0.2.2,2021-12-31\n192.0.2.1,2021-06-30\n")
  expect(sillage(["bulletin", "diff", "list-csv", "list.csv"]).out).toContain("1 added, 1 changed, 1 withdrawn.")
  expect(sillage(["bulletin", "add", "list.csv"]).out).toBe(
    [
      "Revised list-csv:",
      "  1 added, 1 changed, 1 withdrawn.",
      "  + ipv4-addr 192.0.2.4",
      "  ~ ipv4-addr 192.0.2.2  validUntil: 2021-06-30T00:00:00Z → 2021-12-31T00:00:00Z",
      "  - ipv4-addr 192.0.2.3",
      "  Withdrawn ones raise no alert any more; they are still hunted, and their old hits stay, marked.",
      "",
    ].join("\n"),
  )
  expect(JSON.parse(sillage(["bulletin", "list", "--json"]).out)).toMatchObject({ id: "list-csv", revision: 2, indicators: 4 })
  const shown = JSON.parse(sillage(["bulletin", "show", "--json", "list-csv"]).out)
  expect(shown.indicators.map(({ value }: { value: string }) => value)).toEqual(["192.0.2.4", "192.0.2.2", "192.0.2.1", "192.0.2.3"])
  expect(sillage(["bulletin", "remove", "list-csv"]).out).toBe("Removed list-csv.\n")
})

test("a revision under another name, and a window for a list that states none", () => {
  write("first.txt", "198.51.100.1\n198.51.100.2\n")
  write("second.txt", "198.51.100.1\n198.51.100.3\n")
  expect(sillage(["bulletin", "add", "--since", "2021-01-01", "first.txt"]).code).toBe(0)
  const ran = JSON.parse(sillage(["bulletin", "add", "--json", "--revises", "first-txt", "--since", "2021-01-01", "second.txt"]).out)
  expect(ran).toMatchObject({
    type: "bulletin",
    id: "first-txt",
    status: "revised",
    added: [{ type: "ipv4-addr", value: "198.51.100.3" }],
    changed: [],
    withdrawn: [{ type: "ipv4-addr", value: "198.51.100.2" }],
  })
})

test("text pasted into standard input is shown", () => {
  const { code, out } = sillage(["bulletin", "show", "-"], { input: "TLP:AMBER\nThe relays call evil[.]example and 203.0.113[.]9.\n" })
  expect(code).toBe(0)
  expect(out).toContain("2 indicators will be hunted: 1 domain-name, 1 ipv4-addr.")
  expect(out).toContain("TLP:AMBER")
})

test("what is missing or unreadable is one sentence and exit code 2", () => {
  expect(sillage(["bulletin", "show", "absent.csv"])).toMatchObject({
    code: 2,
    out: "",
    err: "sillage: there is no file absent.csv, and no bulletin of this id in the workspace; see sillage bulletin list\n",
  })
  write("noise.bin", "\u0001\u0002\u0003\u0000".repeat(500))
  expect(sillage(["bulletin", "add", "noise.bin"])).toMatchObject({
    code: 2,
    err: expect.stringContaining("no bulletin format recognises"),
  })
})

test("a file as a feed: noted, pulled; one that is gone is exit code 3, and a password in an address is refused", () => {
  write("feed-a.txt", "203.0.113.1\n203.0.113.2\n")
  expect(sillage(["feed", "add", "--name", "mine", "feed-a.txt"]).out).toBe(
    "Added mine: File or folder of bulletins.\nNothing was fetched yet: sillage feed pull mine\n",
  )
  expect(sillage(["feed", "pull"])).toMatchObject({
    code: 0,
    out: "mine: 1 new, 0 revised, 0 withdrawn, 0 unchanged.\n  New mine-feed-a-txt: 2 indicators.\n",
  })
  rmSync(join(folder, "feed-a.txt"))
  expect(sillage(["feed", "pull", "mine"])).toMatchObject({ code: 3, out: expect.stringContaining("unreadable") })
  expect(sillage(["feed", "add", "https://ana:secret@cert.example/list.csv"])).toMatchObject({
    code: 2,
    err: expect.not.stringContaining("secret"),
  })
})
