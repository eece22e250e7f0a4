// Sillage's own reports, exports and answers are its echo; a log that only carries their words is not.
import { readdirSync, readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { syslogLine } from "../../src/app/deliver/syslog-line.js"
import { lineOf } from "../../src/app/deliver/terminal-output.js"
import { reportForms } from "../../src/export/reports/index.js"
import type { EchoCount } from "../../src/hits/alerts/alert.js"
import { looksLikeBulletin } from "../../src/hunt/bare-list.js"
import { isOwnOutput } from "../../src/hunt/own-output.js"
import { alertWith, hitWith, nastyAlert } from "../app/deliver/alerts.js"
import { readFile } from "../sources/formats/read-file.js"

const own: Readonly<Record<string, string>> = {
  rules: "# Sillage export of 3 indicators\n# Bulletin: command line\nalert ip any any -> any any\n",
  yara: "// Sillage export of 3 indicators, 1 left out (see the command's answer)\n// Bulletin: command line\n",
  markdown: "**TLP:AMBER\\+STRICT**\n\n# Report on a retrospective hunt\n\nReport of 25 November 2026\\, Sillage 0\\.1\\.0\n",
  html: '<!doctype html>\n<html lang="fr">\n<head>\n<title>TLP:AMBER · Compte rendu · SIL-20261125-E4DE46DE</title>\n',
  csv: '"tlp","id","class","indicator_type","indicator","bulletin"\n',
  json: '{\n  "type": "sillage-report",\n  "format": 1,\n',
  stix: '{"type":"bundle","id":"bundle--1","objects":[\n{"type":"identity","name":"Sillage export"}]}\n',
  misp: '{\n "Event": {\n  "uuid": "1",\n  "info": "SIL-20261125-E4DE46DE: 1 of the 3 indicators"',
  answer: "FOUND: 1 of 3 indicators, in 1 records.\nSearched 77 B of 77 B: 1 files wholly, 0 in part, 0 not.\n",
}

test.each(Object.entries(own))("%s", (_kind, text) => {
  expect(isOwnOutput(Buffer.from(text))).toBe(true)
})

const logs: readonly string[] = [
  '203.0.113.9 - - [03/Jan/2021:02:11:09 +0000] "GET / HTTP/1.1" 200 5 "-" "# Sillage export of 3 indicators"\n# Bulletin: x\n',
  "Jan  3 02:11:09 web1 app: **TLP:AMBER**\n\n# Report\nSillage 0\\.1\\.0\n",
  '{"message":"sillage-report","type":"sillage-report"}\n',
  '<!doctype html>\n<html lang="en">\n<title>Sillage</title>\n',
  "FOUND: 1 of 3\n",
]

test.each(logs)("%j is a log", (text) => {
  expect(isOwnOutput(Buffer.from(text))).toBe(false)
  expect(looksLikeBulletin(Buffer.from(text))).toBe(false)
})

test.each([
  '{"type":"bundle","id":"bundle--1","spec_version":"2.0","objects":[{"type":"indicator"}]}',
  '{"Event":{"info":"x","Orgc":{"name":"CERT"},"Attribute":[]}}',
  '{"response":[{"Event":{"threat_level_id":"1"}}]}',
  '<?xml version="1.0"?>\n<ioc xmlns="http://schemas.mandiant.com/2010/ioc">',
  "#fields\tindicator\tindicator_type\tmeta.source\n",
])("%j is a bulletin", (text) => {
  expect(looksLikeBulletin(Buffer.from(text))).toBe(true)
})

test("a Windows event as JSON is no bulletin", () => {
  expect(looksLikeBulletin(Buffer.from('{"Event":{"System":{"EventID":4624},"EventData":{"IpAddress":"203.0.113.9"}}}'))).toBe(false)
})

describe("a whole report in a folder of logs is own output:", () => {
  const forms = reportForms.filter(({ suffix }) => suffix !== ".pdf").map(({ name }) => name)
  const root = new URL("../fixtures/reports/", import.meta.url)
  const reports = forms.flatMap((form) =>
    readdirSync(new URL(`${form}/`, root)).flatMap((name) =>
      readdirSync(new URL(`${form}/${name}/`, root)).map((file) => `${form}/${name}/${file}`),
    ),
  )
  test.each(reports)("%s", (path) => {
    expect(isOwnOutput(readFileSync(new URL(path, root)))).toBe(true)
  })
})

describe("a line that the watch wrote is own output:", () => {
  const echoOf = async (line: string) => (await readFile(Buffer.from(`${line}\n`), "app.log")).records[0]?.record.echo
  const alerts = {
    plain: alertWith({ id: "0123456789abcdef0123456789abcdef" }),
    "of a login": alertWith({ id: "0123456789abcdef0123456789abcdef", grade: "authenticated", found: "past", count: 1 }),
    "of a lookup": alertWith({ id: "0123456789abcdef0123456789abcdef", grade: "lookup", example: hitWith({ direction: "unknown" }) }),
    hostile: { ...nastyAlert(), id: "0123456789abcdef0123456789abcdef" },
  }
  for (const [name, alert] of Object.entries(alerts)) {
    test(`as CEF, ${name}`, async () => expect(await echoOf(syslogLine(alert, "cef", "0.1.0"))).toBe("own-output"))
    test(`as RFC 5424, ${name}`, async () => expect(await echoOf(syslogLine(alert, "rfc5424", "0.1.0"))).toBe("own-output"))
    test(`on a terminal, ${name}`, async () => expect(await echoOf(lineOf(alert, false))).toBe("own-output"))
    test(`in colour, ${name}`, async () => expect(await echoOf(lineOf({ ...alert, revision: 2 }, true))).toBe("own-output"))
    test(`as NDJSON, ${name}`, async () => expect(await echoOf(JSON.stringify(alert))).toBe("own-output"))
  }

  test("a count of echoes, on a terminal and as NDJSON", async () => {
    const { indicator } = hitWith()
    const since = "2026-03-15T08:00:00Z"
    const echo: EchoCount = { type: "echo", id: "1", echo: "list", indicator, path: "/var/log/list.txt", count: 4, since }
    expect(await echoOf(lineOf(echo, false))).toBe("own-output")
    expect(await echoOf(JSON.stringify(echo))).toBe("own-output")
  })

  test("and one that only quotes it is not", async () => {
    const [line, cef] = [lineOf(alerts.plain, false), syslogLine(alerts.plain, "cef", "0.1.0").replace(/^.*?CEF/, "CEF")]
    for (const quoting of [
      `Mar 15 08:00:00 web1 shop[7]: ${line}`,
      `Mar 15 08:00:00 web1 shop[7]: ${cef}`,
      `203.0.113.9 - - [15/Mar/2026:08:00:00 +0000] "GET / HTTP/1.1" 200 5 "-" "${cef.replaceAll('"', "")}"`,
      `2026-03-15 08:00:00 INFO comment of 203.0.113.9: ${line}`,
      `Mar 15 08:00:00 web1 app[7]: user agent ${cef}`,
    ])
      expect(await echoOf(quoting)).not.toBe("own-output")
  })
})
