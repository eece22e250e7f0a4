// Entries found again by type and value, whatever their number and however they collide.
import { expect, test } from "vitest"
import { EntryTable } from "../../src/intake/entry-table.js"
import type { Observable } from "../../src/model/observable.js"
import { textHash } from "../../src/model/text-hash.js"

function filled(values: readonly string[]): EntryTable<Observable> {
  const table = new EntryTable<Observable>()
  for (const value of values) table.add({ type: "domain-name", value })
  return table
}

test("every entry is found again, under its own type only", () => {
  const values = Array.from({ length: 10_000 }, (_, at) => `relay${at}.example`)
  const table = filled(values)
  for (const value of values) expect(table.find("domain-name", value)?.value).toBe(value)
  expect(table.find("url", values[0]!)).toBeUndefined()
  expect(table.find("domain-name", "relay10000.example")).toBeUndefined()
  expect(table.entries.map(({ value }) => value)).toEqual(values)
})

test("values that collide by design are found all the same, also after growing", () => {
  const crowd = Array.from({ length: 400_000 }, (_, at) => `relay${at}.example`).filter(
    (value) => (textHash(value, "domain-name".length) & 4095) === 7,
  )
  expect(crowd.length).toBeGreaterThan(64)
  const table = filled(crowd.slice(1))
  for (const value of crowd.slice(1)) expect(table.find("domain-name", value)?.value).toBe(value)
  expect(table.find("domain-name", crowd[0]!)).toBeUndefined()
  for (let at = 0; at < 2000; at++) table.add({ type: "ipv4-addr", value: `192.0.2.${at}` })
  for (const value of crowd.slice(1)) expect(table.find("domain-name", value)?.value).toBe(value)
})
