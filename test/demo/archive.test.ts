// The demo's archive holds what its truth says, on the lines that it names, and the same for every number of threads.
import { execFileSync } from "node:child_process"
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { gunzipSync } from "node:zlib"
import { afterAll, beforeAll, describe, expect, test } from "vitest"

interface Plant {
  readonly file: string
  readonly member?: string
  readonly line: number
  readonly value: string
  readonly kind: string
  readonly expect: "hit" | "outside" | "echo" | "lead" | "none"
}

interface Truth {
  readonly plants: readonly Plant[]
  readonly nearMisses: readonly Plant[]
  readonly relays: readonly string[]
}

const generator = fileURLToPath(new URL("../../demo/make-archive.mjs", import.meta.url))
let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "sillage-demo-"))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function make(name: string, ...options: string[]): { readonly root: string; readonly truth: Truth } {
  const root = join(folder, name)
  execFileSync(process.execPath, [generator, root, "--megabytes", "1", ...options], { stdio: "ignore" })
  return { root, truth: JSON.parse(readFileSync(join(root, "plants.json"), "utf8")) as Truth }
}

/** A line of a plain or gzipped file; the other containers have readers of their own, elsewhere. */
function lineAt(root: string, { file, line }: Plant): string {
  const bytes = readFileSync(join(root, "logs", file))
  const text = (file.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8")
  return text.split("\n")[line - 1] ?? ""
}

const direct = ({ file }: Plant): boolean => !/\.(?:zip|zst|tar\.gz)$/.test(file)
/** Spellings in which the value does not stand as it is. */
const disguised = new Set(["ipv4-mapped-hex", "reverse-lookup", "embedded-name", "defanged"])

describe("the demo's archive", () => {
  test("has every planted value on the line that the truth names, and every near miss", () => {
    const { root, truth } = make("one")
    const absent = [...truth.plants, ...truth.nearMisses.filter(({ kind }) => kind.endsWith("octet"))].filter(
      (plant) => direct(plant) && !disguised.has(plant.kind) && !lineAt(root, plant).replaceAll("\\u002e", ".").includes(plant.value),
    )
    expect(absent).toEqual([])
    expect(truth.plants.filter(({ expect }) => expect === "hit").length).toBeGreaterThan(90)
    expect(new Set(truth.plants.filter(({ expect }) => expect === "lead").map(({ value }) => value))).toEqual(new Set(truth.relays))
  })

  test("is the same for one thread and for three", () => {
    const [one, three] = [make("single", "--threads", "1"), make("triple", "--threads", "3")]
    expect(three.truth).toEqual(one.truth)
    const files = readdirSync(join(one.root, "logs"), { recursive: true, encoding: "utf8" }).filter((path) =>
      statSync(join(one.root, "logs", path)).isFile(),
    )
    const differing = files.filter(
      (path) => !readFileSync(join(one.root, "logs", path)).equals(readFileSync(join(three.root, "logs", path))),
    )
    expect(differing).toEqual([])
  })

  test("holds no trace as a control, but the near misses", () => {
    const { truth } = make("control", "--control")
    expect(truth.plants).toEqual([])
    expect(truth.nearMisses.length).toBeGreaterThan(10)
  })
})
