// A value is made once, and the making of it is written once.
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { expect, test } from "vitest"
import { once } from "../../src/model/once.js"

test("a value is made when it is first asked for, and not again, even if it is undefined", () => {
  let made = 0
  const value = once(() => void made++)
  expect(made).toBe(0)
  expect([value(), value(), made]).toEqual([undefined, undefined, 1])
})

test("no other file of src writes it again", () => {
  const src = fileURLToPath(new URL("../../src", import.meta.url))
  const files = readdirSync(src, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"))
  const writing = files.filter((name) => /\bfunction once\b|\(\w+ \?\?= \{ \w+:/.test(readFileSync(join(src, name), "utf8")))
  expect(writing.map((name) => name.replaceAll("\\", "/"))).toEqual(["model/once.ts"])
})
