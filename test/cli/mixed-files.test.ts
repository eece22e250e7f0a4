// Files that change their format or their columns at rotation, and mixed ones: each line is what it is.
import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, expect, test } from "vitest"

const cli = fileURLToPath(new URL("../../dist/cli.js", import.meta.url))
const folder = mkdtempSync(join(tmpdir(), "sillage-mixed-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const ssh = "Jan  3 02:11:09 web1 sshd[1]: Failed password for bob from 203.0.113.9 port 4711 ssh2"
const clf = '203.0.113.9 - - [03/Jan/2021:02:11:09 +0000] "GET /x HTTP/1.1" 200 5 "-" "-"'
const files: Readonly<Record<string, readonly string[]>> = {
  "text-then-w3c.log": [
    ssh,
    ssh,
    "#Software: Microsoft Internet Information Services 10.0",
    "#Fields: date time s-ip c-ip sc-status",
    "2021-01-03 02:11:10 10.0.0.5 203.0.113.9 200",
  ],
  "columns-move.log": [
    "#Fields: date time c-ip s-ip sc-status",
    "2021-01-03 02:11:09 203.0.113.9 10.0.0.5 200",
    "#Fields: date time s-ip c-ip sc-status",
    "2021-01-03 02:11:10 10.0.0.5 203.0.113.9 200",
  ],
  "w3c-then-zeek.log": [
    "#Fields: date time c-ip s-ip sc-status",
    "2021-01-03 02:11:09 203.0.113.9 10.0.0.5 200",
    "#separator \\x09",
    "#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto",
    "1609639870.5\tC1\t203.0.113.9\t4711\t10.0.0.5\t80\ttcp",
  ],
  "mixture.log": [clf, ssh, '{"src_ip":"203.0.113.9","dest_ip":"10.0.0.5","timestamp":"2021-01-03T02:11:09Z","event_type":"flow"}', clf],
}

test("each line is read as what it is", () => {
  for (const [name, lines] of Object.entries(files)) writeFileSync(join(folder, name), `${lines.join("\n")}\n`)
  const run = spawnSync(process.execPath, [cli, "hunt", "--indicator", "203.0.113.9", "--json", folder], { encoding: "utf8" })
  const found = run.stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Hit)
    .filter(({ type }) => type === "hit")
    .flatMap((hit) =>
      [hit.source, ...hit.also].map(({ path, line }) => `${path.slice(folder.length + 1)}:${line} ${hit.format} ${hit.where}`),
    )
  expect(found.sort()).toEqual([
    "columns-move.log:2 w3c source.ip",
    "columns-move.log:4 w3c source.ip",
    "mixture.log:1 access-log source.ip",
    "mixture.log:2 sshd source.ip",
    "mixture.log:3 suricata-eve source.ip",
    "mixture.log:4 access-log source.ip",
    "text-then-w3c.log:1 sshd source.ip",
    "text-then-w3c.log:2 sshd source.ip",
    "text-then-w3c.log:5 w3c source.ip",
    "w3c-then-zeek.log:2 w3c source.ip",
    "w3c-then-zeek.log:5 zeek-tsv source.ip",
  ])
})

interface Hit {
  readonly type: string
  readonly format: string
  readonly where: string | null
  readonly source: Place
  readonly also: readonly Place[]
}

interface Place {
  readonly path: string
  readonly line: number
}
