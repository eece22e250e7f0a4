// The compact table of values answers as a Map of lists would, however crowded it is.
import fc from "fast-check"
import { expect, test } from "vitest"
import { Owned } from "../../src/match/verify/owned.js"
import { UrlTable } from "../../src/match/verify/url-table.js"
import { textHash } from "../../src/model/text-hash.js"

test("values with one indicator, with several, and with none", () => {
  const value = fc.string({ maxLength: 3, unit: fc.constantFrom("a", "b", ".") })
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 200 }), value, (values, other) => {
      const owned = new Owned(values.length, (at) => values[at] as string)
      for (const at of values.keys()) owned.add(at)
      for (const one of [...values, other]) expect(owned.get(one)).toEqual([...values.keys()].filter((at) => values[at] === one))
    }),
  )
})

test("values made to collide are all found", () => {
  const values: string[] = []
  for (let number = 0; values.length < 300; number++) if ((textHash(`${number}.example`) & 511) === 7) values.push(`${number}.example`)
  const twice = [...values, ...values]
  const owned = new Owned(300, (at) => twice[at] as string)
  for (const at of twice.keys()) owned.add(at)
  for (const [at, value] of values.entries()) expect(owned.get(value)).toEqual([at, at + values.length])
  expect(owned.get("other.example")).toEqual([])
})

test("URLs of one host stand together, by their ports and paths", () => {
  const urls = [
    "http://evil.example/a/",
    "https://evil.example/a/",
    "http://evil.example:8080/a/",
    "ftp://evil.example/a/?x",
    "http://[2001:db8::1]/b",
    "http://evil.example?q",
  ]
  const table = new UrlTable(urls.length, (at) => urls[at] as string)
  for (const at of urls.keys()) table.add(at)
  const found = (scheme: string, port: string, path: string) =>
    table
      .place(scheme, "evil.example", port)
      ?.exact.get(path)
      ?.map(({ indicator }) => indicator)
  expect(found("https", "", "/a/")).toEqual([0, 1])
  expect(found("http", "8080", "/a/")).toEqual([2])
  expect(found("ftp", "", "/a/?x")).toEqual([3])
  expect(found("ftp", "", "/a/")).toBeUndefined()
  expect(found("http", "", "/?q")).toEqual([5])
  expect(table.place("http", "evil.example", "")?.folderLengths).toEqual([3])
  expect(table.hasHost("[2001:db8::1]")).toBe(true)
  expect(table.ofHost("[2001:db8::1]").map(({ indicator }) => indicator)).toEqual([4])
  expect(table.hasHost("example")).toBe(false)
  expect(table.ofHost("evil.example")).toHaveLength(5)
})
