// The import table of the architecture, read out: who may import whom, who stays pure, who may use the network.
import { readdirSync, readFileSync } from "node:fs"
import { builtinModules } from "node:module"
import { posix } from "node:path"
import { fileURLToPath } from "node:url"
import { describe, expect, test } from "vitest"
import { type Reach, reaches } from "./import-reader.js"

// Each room, and the rooms it may import. This table is the architecture; the test only reads it out.
const mayImport: Readonly<Record<string, readonly string[]>> = {
  model: [],
  intake: ["model"],
  match: ["model"],
  sources: ["model"],
  hits: ["model"],
  hunt: ["model", "match", "sources", "hits"],
  export: ["model", "hits"],
  app: ["model", "intake", "match", "sources", "hits", "hunt", "export"],
}
const pure = ["model", "match"] // no node: module, no I/O; model imports no package either
const network = ["intake/feeds", "sources/remote", "sources/live", "hunt/cluster", "app/server", "app/deliver"]
/** The launcher behind `bin`, outside of the rooms. */
const launcher = "cli.ts"

const networkModules = new Set(["http", "https", "http2", "net", "tls", "dgram", "dns", "dns/promises"])
const networkGlobals = new Set(["fetch", "globalThis", "WebSocket", "EventSource", "XMLHttpRequest"])

type Files = ReadonlyMap<string, string>

describe("the rooms of src", () => {
  const files = sourceFiles()

  test("keep to the import table, stay pure, and use the network only where it belongs", () => {
    expect(violations(files)).toEqual([])
  })

  test("hold no circle of files", () => {
    expect(circles(files)).toEqual([])
  })

  test("are read whole: no import at the start of a line escapes the reader", () => {
    const escaped = [...files].flatMap(([path, source]) => {
      const seen = new Set(reaches(source).map((reach) => ("to" in reach ? reach.to : "")))
      const stated = [...source.matchAll(/^(?:import|export)\b[^"'`;]*?\bfrom "([^"]+)"/gm)].map((match) => match[1] as string)
      return stated.filter((to) => !seen.has(to)).map((to) => `${path}: ${to}`)
    })
    expect(escaped).toEqual([])
  })

  test("are the eight of the table", () => {
    const rooms = new Set([...files.keys()].filter((path) => path.includes("/")).map(roomOf))
    expect([...rooms].filter((room) => !(room in mayImport))).toEqual([])
  })
})

describe("a planted violation is seen:", () => {
  const check = (path: string, source: string, expected: string, others: Record<string, string> = {}) => {
    const files = new Map(Object.entries({ "hunt/hunt.ts": "", "hits/store.ts": "", "model/tlp.ts": "", ...others, [path]: source }))
    expect(violations(files)).toEqual(expected === "" ? [] : [`${path}:1 ${expected}`])
  }

  test("a static import up the house", () =>
    check("hits/a.ts", 'import { hunt } from "../hunt/hunt.js"', "hits may not import hunt (hunt/hunt.ts)"))
  test("an import for its effect", () => check("hits/a.ts", 'import "../hunt/hunt.js"', "hits may not import hunt (hunt/hunt.ts)"))
  test("a type-only import", () =>
    check("model/a.ts", 'import type { Store } from "../hits/store.js"', "model may not import hits (hits/store.ts)"))
  test("an import of a type by expression", () =>
    check("model/a.ts", 'type S = import("../hits/store.js").Store', "model may not import hits (hits/store.ts)"))
  test("a dynamic import", () =>
    check("hits/a.ts", 'const it = await import("../hunt/hunt.js")', "hits may not import hunt (hunt/hunt.ts)"))
  test("a dynamic import inside a template", () =>
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is source text for the reader
    check("hits/a.ts", 'const it = `${(await import("../hunt/hunt.js")).x}`', "hits may not import hunt (hunt/hunt.ts)"))
  test("a re-export", () => check("hits/a.ts", 'export * from "../hunt/hunt.js"', "hits may not import hunt (hunt/hunt.ts)"))
  test("a named re-export", () =>
    check("hits/a.ts", 'export { type A, b as c } from "../hunt/hunt.js"', "hits may not import hunt (hunt/hunt.ts)"))
  test("a worker by its URL", () =>
    check("hits/a.ts", 'new Worker(new URL("../hunt/hunt.js", import.meta.url))', "hits may not import hunt (hunt/hunt.ts)"))
  test("an import that is computed", () => check("hits/a.ts", "await import(name)", "an import is computed at run time"))
  test("a require", () => check("model/a.ts", 'const fs = require("node:fs")', "model is pure and may not import node:fs"))
  test("a Node module in a pure room", () =>
    check("match/a.ts", 'import { readFileSync } from "node:fs"', "match is pure and may not import node:fs"))
  test("a Node module without its scheme", () => check("match/a.ts", 'import fs from "fs"', "match is pure and may not import fs"))
  test("a package in the model", () => check("model/a.ts", 'import { z } from "zod"', "model may not import a package (zod)"))
  test("a host global in a pure room", () => check("match/a.ts", "const cpus = process.env.CPUS", "match is pure and may not use process"))
  test("a network module elsewhere", () =>
    check("intake/a.ts", 'import { request } from "node:https"', "intake/a.ts may not use the network (node:https)"))
  test("the global fetch elsewhere", () =>
    check("sources/files/a.ts", "const it = await fetch(url)", "sources/files/a.ts may not use the network (fetch)"))
  test("the global fetch, handed on", () => check("sources/a.ts", "open(url, fetch)", "sources/a.ts may not use the network (fetch)"))
  test("a web socket elsewhere", () => check("hunt/a.ts", "new WebSocket(url)", "hunt/a.ts may not use the network (WebSocket)"))
  test("a file that is not there", () => check("hits/a.ts", 'import "./gone.js"', "hits/gone.js does not exist"))
  test("an import that leaves src", () => check("hits/a.ts", 'import "../../test/oracle.js"', "../test/oracle.js lies outside of src"))
  test("printing outside of app", () => check("hunt/a.ts", "console.log(1)", "only app prints (console)"))
  test("a launcher that reaches past app", () =>
    check("cli.ts", 'import "./hunt/hunt.js"', "the launcher may import only app (hunt/hunt.ts)"))
})

describe("what is allowed stays allowed:", () => {
  const check = (path: string, source: string) =>
    expect(violations(new Map(Object.entries({ "model/tlp.ts": "", "app/cli/main.ts": "", [path]: source })))).toEqual([])

  test("an import down the house", () => check("hits/a.ts", 'import type { Tlp } from "../model/tlp.js"'))
  test("words in comments, strings and regular expressions", () =>
    check(
      "model/a.ts",
      '// import "node:fs"\n/* fetch(url) */ const a = "import \'zod\'"; const b = /import "node:fs"/; const c = `import "zod"`',
    ))
  test("a division before a quote", () => check("model/a.ts", "const half = (a) / 2; const s = 'import \"zod\"'; const t = b[1] / 3"))
  test("a method named fetch", () =>
    check("intake/a.ts", "export interface Feed { fetch(location: string): Promise<Uint8Array> }\nfeed.fetch(place)"))
  test("the network in its folders", () => check("intake/feeds/http.ts", 'import "node:https"\nawait fetch(url)'))
  test("a data file beside the code", () => check("intake/a.ts", 'new URL("./data/list.json", import.meta.url)'))
  test("the launcher importing app", () => check("cli.ts", 'import { main } from "./app/cli/main.js"'))
})

describe("a circle of files is seen", () => {
  test("even if only types make it", () => {
    const files = new Map([
      ["model/a.ts", 'import type { B } from "./b.js"'],
      ["model/b.ts", 'export { C } from "./c.js"'],
      ["model/c.ts", 'import { a } from "./a.js"'],
      ["model/d.ts", 'import { a } from "./a.js"'],
    ])
    expect(circles(files)).toEqual(["model/a.ts model/b.ts model/c.ts"])
  })
})

function violations(files: Files): string[] {
  return [...files].flatMap(([path, source]) =>
    reaches(source).flatMap((reach) => {
      const fault = faultOf(path, reach, files)
      return fault === undefined ? [] : [`${path}:${reach.line} ${fault}`]
    }),
  )
}

function faultOf(path: string, reach: Reach, files: Files): string | undefined {
  if (reach.kind === "computed") return "an import is computed at run time"
  if (reach.kind === "global") return globalFault(path, reach.name)
  if (!reach.to.startsWith(".")) return reach.kind === "url" ? undefined : packageFault(path, reach.to)
  const target = resolve(path, reach.to)
  // Data files and the compiled kernel lie beside the code that names them; only code is an arrow.
  if (reach.kind === "url" && !/\.[cm]?[jt]s$/.test(reach.to)) return undefined
  if (target.startsWith("..")) return `${posix.normalize(target)} lies outside of src`
  const file = target.replace(/\.js$/, ".ts")
  if (!files.has(file)) return `${target} does not exist`
  const [from, to] = [roomOf(path), roomOf(file)]
  if (path === launcher) return to === "app" ? undefined : `the launcher may import only app (${file})`
  return from === to || mayImport[from]?.includes(to) ? undefined : `${from} may not import ${to} (${file})`
}

function packageFault(path: string, name: string): string | undefined {
  const room = roomOf(path)
  const bare = name.replace(/^node:/, "")
  const ofNode = name.startsWith("node:") || builtinModules.includes(name)
  if (ofNode && pure.includes(room)) return `${room} is pure and may not import ${name}`
  if (ofNode && networkModules.has(bare) && !mayUseNetwork(path)) return `${path} may not use the network (${name})`
  if (!ofNode && room === "model") return `model may not import a package (${name})`
  return undefined
}

function globalFault(path: string, name: string): string | undefined {
  const room = roomOf(path)
  if (networkGlobals.has(name)) return mayUseNetwork(path) ? undefined : `${path} may not use the network (${name})`
  if (name === "console") return room === "app" || path === launcher ? undefined : "only app prints (console)"
  return pure.includes(room) ? `${room} is pure and may not use ${name}` : undefined
}

const mayUseNetwork = (path: string): boolean => network.some((folder) => path.startsWith(`${folder}/`))

const roomOf = (path: string): string => path.split("/")[0] as string

const resolve = (from: string, to: string): string => posix.normalize(posix.join(posix.dirname(from), to))

/** Files that reach themselves, one line for each knot of them. */
function circles(files: Files): string[] {
  const edges = new Map([...files].map(([path, source]) => [path, targets(path, source, files)]))
  const reachable = (from: string): ReadonlySet<string> => {
    const seen = new Set<string>()
    const open = [...(edges.get(from) ?? [])]
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (seen.has(next)) continue
      seen.add(next)
      open.push(...(edges.get(next) ?? []))
    }
    return seen
  }
  const reached = new Map([...files.keys()].map((path) => [path, reachable(path)]))
  const knots = [...files.keys()]
    .filter((path) => reached.get(path)?.has(path))
    .map((path) => [...files.keys()].filter((other) => reached.get(path)?.has(other) && reached.get(other)?.has(path)).join(" "))
  return [...new Set(knots)]
}

function targets(path: string, source: string, files: Files): string[] {
  return reaches(source).flatMap((reach) => {
    if (reach.kind !== "import" || !reach.to.startsWith(".")) return []
    const file = resolve(path, reach.to).replace(/\.js$/, ".ts")
    return files.has(file) ? [file] : []
  })
}

function sourceFiles(): Files {
  const root = fileURLToPath(new URL("../src/", import.meta.url))
  const paths = readdirSync(root, { recursive: true, encoding: "utf8" })
  return new Map(
    paths
      .map((path) => path.replaceAll("\\", "/"))
      .filter((path) => path.endsWith(".ts"))
      .sort()
      .map((path) => [path, readFileSync(root + path, "utf8")]),
  )
}
