// Header lines that stand far above the lines they speak of, in parts of the file where nothing was found: who reads what, the answer is that of one reader.
import { spawnSync } from "node:child_process"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { gzipSync } from "node:zlib"
import { afterAll, expect, test } from "vitest"

const cli = fileURLToPath(new URL("../../dist/cli.js", import.meta.url))
const folder = mkdtempSync(join(tmpdir(), "sillage-far-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const mega = 1024 * 1024
const segment = 16 * mega

/** Lines of `ordinary` up to so many bytes. */
function filled(ordinary: string, bytes: number): string {
  return ordinary.repeat(Math.max(0, Math.floor(bytes / ordinary.length)))
}

function roles(name: string, ...options: readonly string[]): readonly string[] {
  const run = spawnSync(process.execPath, [cli, "hunt", "--indicator", "203.0.113.9", ...options, "--json", join(folder, name)], {
    encoding: "utf8",
  })
  return run.stdout
    .split("\n")
    .filter(Boolean)
    .map((one) => JSON.parse(one))
    .filter(({ type }) => type === "hit")
    .map(({ format, where, time }) => `${format} ${where} ${time.earliest}`)
}

const syslog = "2021-02-03T04:05:06Z web1 app[1]: nothing of interest happened here\n"
const w3c = {
  header: "#Software: Microsoft Internet Information Services 10.0\n#Fields: date time s-ip cs-method cs-uri-stem c-ip sc-status\n",
  line: (client: string) => `2021-02-03 04:05:06 10.0.0.5 GET /index.html ${client} 200\n`,
}
const zeek = {
  header: "#separator \\x09\n#path\tdns\n#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tquery\tanswers\n",
  line: (answer: string) => `1612325106.5\tC1\t10.0.0.7\t4711\t10.0.0.53\t53\tudp\texample.org\t${answer}\n`,
}

/** Text, then a header, then lines of its format, with hits only at the end. */
function late({ header, line }: typeof w3c, bytes: number): string {
  const head = filled(syslog, 2.2 * mega) + header
  return head + filled(line("192.0.2.1"), bytes - head.length) + line("203.0.113.9").repeat(2)
}

test("a header within the first segment of a large file holds in the segments behind it", () => {
  writeFileSync(join(folder, "w3c.log"), late(w3c, 2.2 * segment))
  const wanted = ["w3c source.ip 2021-02-03T04:05:06Z", "w3c source.ip 2021-02-03T04:05:06Z"]
  expect(roles("w3c.log", "--workers", "1")).toEqual(wanted)
  expect(roles("w3c.log", "--workers", "2")).toEqual(wanted)
  writeFileSync(join(folder, "zeek.log"), late(zeek, 2.2 * segment))
  const answers = ["zeek-tsv dns.answers.data 2021-02-03T04:05:06.500Z", "zeek-tsv dns.answers.data 2021-02-03T04:05:06.500Z"]
  expect(roles("zeek.log", "--workers", "2")).toEqual(answers)
})

test("blocks without a hit between header and hits are looked through, plain, compressed and with an index", () => {
  writeFileSync(join(folder, "small.log"), late(w3c, 5 * mega))
  writeFileSync(join(folder, "small.log.gz"), gzipSync(late(w3c, 5 * mega), { level: 1 }))
  const wanted = ["w3c source.ip 2021-02-03T04:05:06Z", "w3c source.ip 2021-02-03T04:05:06Z"]
  expect(roles("small.log")).toEqual(wanted)
  expect(roles("small.log.gz")).toEqual(wanted)
  const workspace = join(folder, "workspace")
  mkdirSync(workspace)
  expect(spawnSync(process.execPath, [cli, "init", workspace]).status).toBe(0)
  const indexed = ["--index", "--workspace", workspace, "--fresh"]
  for (const name of ["small.log", "small.log.gz"]) for (let run = 0; run < 2; run++) expect(roles(name, ...indexed)).toEqual(wanted)
})

test("a table that goes on with other columns is read by the heading above each line", () => {
  const first = "eventtime,src_ip,dst_ip,verdict\n"
  const second = "eventtime,dst_ip,src_ip,verdict\n"
  const wider = "eventtime,verdict,dst_ip,dst_port,src_ip\n"
  const row = "2021-02-03T04:05:06Z,203.0.113.9,192.168.1.1,allow\n"
  const ordinary = "2021-02-03T04:05:06Z,192.0.2.1,192.168.1.1,allow\n"
  const table = [
    first,
    row,
    filled(ordinary, 1.4 * mega),
    second,
    filled(ordinary, 1.4 * mega),
    row,
    wider,
    "2021-02-03T04:05:06Z,allow,203.0.113.9,443,192.168.1.1\n",
    // Not a heading: two of its words are names of columns, but no line below has as many cells.
    "user,source\n",
    first,
    row,
  ].join("")
  writeFileSync(join(folder, "table.csv"), table)
  writeFileSync(join(folder, "table.csv.gz"), gzipSync(table, { level: 1 }))
  const wanted = ["source.ip", "destination.ip", "destination.ip", "source.ip"].map((where) => `csv ${where} 2021-02-03T04:05:06Z`)
  expect(roles("table.csv")).toEqual(wanted)
  expect(roles("table.csv.gz")).toEqual(wanted)
})
