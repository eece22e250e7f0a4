// What users install: the named dependencies and no others, no script that runs on their machine, and a package that holds its parts.
import { execFileSync } from "node:child_process"
import { readFileSync, statSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { describe, expect, test } from "vitest"

interface Manifest {
  readonly name: string
  readonly type: string
  readonly license: string
  readonly engines: Readonly<Record<string, string>>
  readonly bin: Readonly<Record<string, string>>
  readonly files: readonly string[]
  readonly scripts: Readonly<Record<string, string>>
  readonly dependencies: Readonly<Record<string, string>>
  readonly devDependencies: Readonly<Record<string, string>>
}

interface Locked {
  readonly dev?: boolean
  readonly hasInstallScript?: boolean
  readonly resolved?: string
}

const root = fileURLToPath(new URL("../", import.meta.url))
const read = (path: string): string => readFileSync(root + path, "utf8")
const manifest = JSON.parse(read("package.json")) as Manifest
const page = read("docs/dependencies.md")

describe("the dependencies", () => {
  test("at run time are those that the page names, each with its reason", () => {
    const rows = section("At run time").map((cells) => ({ name: cells[0], reason: cells[3] }))
    expect(rows.map(({ name }) => name)).toEqual(Object.keys(manifest.dependencies).sort())
    expect(rows.filter(({ reason }) => (reason ?? "").length < 20)).toEqual([])
  })

  test("while developing are those that the page names", () => {
    expect(section("While developing").map(([name]) => name)).toEqual(Object.keys(manifest.devDependencies).sort())
  })

  test("are pinned exactly", () => {
    const loose = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies }).filter(
      ([, version]) => !/^\d+\.\d+\.\d+$/.test(version),
    )
    expect(loose).toEqual([])
  })

  test("run nothing while they are installed", () => {
    const lock = JSON.parse(read("package-lock.json")) as { readonly packages: Readonly<Record<string, Locked>> }
    const scripted = Object.entries(lock.packages).filter(([path, locked]) => path !== "" && !locked.dev && locked.hasInstallScript)
    expect(scripted.map(([path]) => path)).toEqual([])
  })
})

describe("the package", () => {
  test("runs nothing while it is installed", () => {
    expect(Object.keys(manifest.scripts).filter((name) => /^(?:pre|post)?install$/.test(name))).toEqual([])
  })

  test("states what it is and what it needs", () => {
    expect(manifest).toMatchObject({
      name: "sillage",
      type: "module",
      license: "Apache-2.0",
      engines: { node: "^20.19 || >=22.3" },
      bin: { sillage: "dist/cli.js" },
    })
  })

  test("ships what it was built to, and nothing of the workshop", () => {
    expect(manifest.files).toEqual(expect.arrayContaining(["dist", "README.md", "LICENSE"]))
    expect(manifest.files.filter((path) => /^(?:src|test|demo|bench|fuzz|docs|kernel)\b/.test(path))).toEqual([])
  })
})

// `npm test` builds first; a run of this file alone needs `npm run build`.
describe("the built package", () => {
  test("has its launcher, with a shebang, executable", () => {
    const path = root + manifest.bin.sillage
    expect(readFileSync(path, "utf8").split("\n")[0]).toBe("#!/usr/bin/env node")
    if (process.platform !== "win32") expect(statSync(path).mode & 0o111).not.toBe(0)
  })

  test("packs the compiled kernel, the launcher and the licence", () => {
    const output = execFileSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], {
      cwd: root,
      encoding: "utf8",
      shell: process.platform === "win32",
    })
    const [packed] = JSON.parse(output) as [{ readonly files: readonly { readonly path: string }[] }]
    const paths = packed.files.map(({ path }) => path)
    expect(paths).toEqual(
      expect.arrayContaining(["dist/match/kernel.wasm", "dist/cli.js", "dist/cli.d.ts", "LICENSE", "README.md", "package.json"]),
    )
    expect(paths.filter((path) => !/^(?:dist\/|packaging\/|README\.md|GUIDE\.md|CHANGELOG\.md|LICENSE|package\.json)/.test(path))).toEqual(
      [],
    )
  })
})

/** The rows of the table under a heading, cells without their code marks. */
function section(title: string): string[][] {
  const text = page.split(/^## /m).find((part) => part.startsWith(title)) ?? ""
  return text
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .map((line) =>
      line
        .slice(1, -1)
        .split("|")
        .map((cell) => cell.trim().replaceAll("`", "")),
    )
}
