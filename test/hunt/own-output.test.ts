// Sillage's own reports, exports and answers are its echo; a log that only carries their words is not.
import { expect, test } from "vitest"
import { looksLikeBulletin } from "../../src/hunt/bare-list.js"
import { isOwnOutput } from "../../src/hunt/own-output.js"

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
