// Documents in UTF-16, as Windows tools export them, are searched like those in UTF-8.
import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, expect, test } from "vitest"

const cli = fileURLToPath(new URL("../../dist/cli.js", import.meta.url))
const folder = mkdtempSync(join(tmpdir(), "sillage-utf16-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const event = (second: number) =>
  `<Event><System><EventID>4625</EventID><TimeCreated SystemTime="2021-01-03T02:11:0${second}Z"/><Computer>pc1</Computer></System><EventData><Data Name="IpAddress">203.0.113.9</Data></EventData></Event>`
const object = (second: number) =>
  JSON.stringify({ EventID: 4625, Computer: "pc1", IpAddress: "203.0.113.9", TimeCreated: `2021-01-03T02:11:0${second}Z` })

test.each([
  ["windows-event-xml", `<?xml version="1.0" encoding="utf-16"?>\r\n<Events>\r\n${event(1)}\r\n${event(2)}\r\n</Events>`],
  ["json-document", `[\r\n${object(1)},\r\n${object(2)}\r\n]`],
])("%s", (format, text) => {
  const path = join(folder, `${format}.log`)
  writeFileSync(path, Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, "utf16le")]))
  const run = spawnSync(process.execPath, [cli, "hunt", "--indicator", "203.0.113.9", "--json", path], { encoding: "utf8" })
  const lines = run.stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>)
  expect(run.status).toBe(0)
  expect(lines.filter(({ type, where }) => type === "hit" && where === "source.ip").length).toBe(2)
  expect(lines.find(({ type }) => type === "coverage")).toMatchObject({ format, records: 2, state: "searched" })
})
