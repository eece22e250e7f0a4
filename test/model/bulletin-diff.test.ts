// What a revision changed, and what a bulletin looks like on a page.
import { expect, test } from "vitest"
import { bulletinToJson, renderBulletin } from "../../src/app/cli/bulletin-view.js"
import { readBulletin } from "../../src/intake/intake.js"
import { diffBulletins, reviseBulletin } from "../../src/model/bulletin-diff.js"

const read = (text: string) => readBulletin("list.csv", Buffer.from(text))

test("a revision: added, changed, withdrawn; the same bulletin changes nothing", async () => {
  const old = await read("ip,valid until\n192.0.2.1,2021-06-30\n192.0.2.2,2021-06-30\n192.0.2.3,2021-06-30\n")
  const revision = await read("ip,valid until\n192.0.2.4,2021-06-30\n192.0.2.2,2021-12-31\n192.0.2.1,2021-06-30\n")
  const diff = diffBulletins(old, revision)
  expect(diff.added.map(({ value }) => value)).toEqual(["192.0.2.4"])
  expect(diff.changed.map(({ after, fields }) => [after.value, fields])).toEqual([["192.0.2.2", ["validUntil"]]])
  expect(diff.withdrawn.map(({ value, marks }) => [value, marks])).toEqual([["192.0.2.3", ["reserved", "withdrawn"]]])
  expect(diffBulletins(old, old)).toEqual({ added: [], changed: [], withdrawn: [] })
  const kept = reviseBulletin(old, revision)
  expect(kept.indicators.map(({ value }) => value)).toEqual(["192.0.2.4", "192.0.2.2", "192.0.2.1", "192.0.2.3"])
  // Withdrawn once is not withdrawn again.
  expect(diffBulletins(kept, revision).withdrawn).toEqual([])
})

test("a revoked indicator is withdrawn", async () => {
  const bundle = (revoked: boolean): string =>
    JSON.stringify({
      type: "bundle",
      id: "bundle--1",
      objects: [
        { type: "indicator", id: "indicator--1", pattern: "[ipv4-addr:value = '192.0.2.1']", valid_from: "2021-01-01T00:00:00Z", revoked },
      ],
    })
  const diff = diffBulletins(await read(bundle(false)), await read(bundle(true)))
  expect(diff.withdrawn.map(({ value }) => value)).toEqual(["192.0.2.1"])
})

test("a value that stands twice is one indicator, with the kinder verdict and the wider window", async () => {
  const bulletin = await read("ip,valid from,valid until,to_ids\n5.6.7.8,2021-02-01,2021-06-30,0\n5.6.7.8,2021-01-01,2021-05-31,1\n")
  expect(bulletin.indicators).toMatchObject([
    { value: "5.6.7.8", marks: [], toIds: true, validFrom: "2021-01-01T00:00:00Z", validUntil: "2021-06-30T00:00:00Z" },
  ])
})

test("the page: the answer first, then what was left out and why; no control character gets through", async () => {
  const bulletin = await readBulletin(
    "note.md",
    Buffer.from("# Relays \u001b[31mred\u202e\n\nTLP:GREEN. It calls evil[.]example, see https://vendor.example/a and svchost.exe.\n"),
  )
  expect(renderBulletin(bulletin)).toBe(
    `Relays red
1 indicator will be hunted: 1 domain-name.
2 values left out, with reasons below.

  Format    text
  Marking   TLP:GREEN

domain-name (1)
  evil.example

Left out (2)
  left plain in a document that defangs its indicators (1)
    https://vendor.example/a  note.md:3
  a file name in running text; give it as file:name=… to hunt for it (1)
    svchost.exe  note.md:3
`.replace("red", "red "),
  )
})

test("a document without indicators says so, and names what it points to", async () => {
  const page = renderBulletin(
    await readBulletin("note.txt", Buffer.from("An article on the alert CERTFR-2021-IOC-003, which lists relays\n")),
  )
  expect(page).toContain("No indicators found: recognised as text.\nHunt with the bulletins that it points to:\n  CERTFR-2021-IOC-003\n")
})

test("the JSON form has every field of the contract", async () => {
  const json = bulletinToJson(await read("ip\n192.0.2.1\n"))
  expect(Object.keys(json).sort()).toEqual([
    "actors",
    "authorities",
    "campaigns",
    "contact",
    "format",
    "indicators",
    "leftOut",
    "pap",
    "problems",
    "published",
    "publisher",
    "references",
    "request",
    "title",
    "tlp",
    "window",
  ])
  expect(json.indicators).toEqual([
    {
      type: "ipv4-addr",
      value: "192.0.2.1",
      validFrom: null,
      validUntil: null,
      confidence: null,
      toIds: null,
      tlp: null,
      marks: ["reserved"],
      provenance: "list.csv:2",
    },
  ])
})
