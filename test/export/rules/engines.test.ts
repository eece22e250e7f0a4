// The exported rules in the real engines, where these are installed: what an exporter claims to hit is hit, and its neighbours are not.
import { type ChildProcess, execFileSync, spawn } from "node:child_process"
import { createSocket } from "node:dgram"
import { Resolver } from "node:dns/promises"
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, describe, expect, test } from "vitest"
import { checkRules } from "../../../src/app/cli/rule-check.js"
import { type Composed, composeRules } from "../../../src/export/rules/compose.js"
import type { RuleAction } from "../../../src/export/rules/exporter.js"
import { findRuleExporter, ruleExporters } from "../../../src/export/rules/index.js"
import type { Indicator } from "../../../src/model/indicator.js"
import type { ObservableType } from "../../../src/model/observable.js"
import { hostileBulletin, hostileIndicators } from "./hostile.js"

const program = (name: string): string | undefined =>
  [...(process.env.PATH ?? "").split(":"), "/usr/sbin", "/sbin"].map((folder) => join(folder, name)).find((path) => existsSync(path))

const dirs: string[] = []
const running: ChildProcess[] = []
afterEach(() => {
  for (const child of running.splice(0)) child.kill("SIGKILL")
  for (const dir of dirs.splice(0)) rmSync(dir, { recursive: true, force: true })
})

function written(
  to: string,
  indicators: readonly Indicator[],
  action?: RuleAction,
): { readonly dir: string; readonly names: readonly string[] } {
  const exporter = findRuleExporter(to)
  if (!exporter) throw new Error(to)
  const bulletins = [{ ...hostileBulletin, indicators }]
  const composed = composeRules({ exporter, bulletins, others: [], action: action ?? exporter.actions[0] ?? "alert", allowActive: true })
  const dir = mkdtempSync(join(tmpdir(), "sillage-rules-"))
  dirs.push(dir)
  const { files } = composed as Composed
  for (const { name, content } of files) writeFileSync(join(dir, name), [...content].join(""))
  return { dir, names: files.map(({ name }) => name) }
}

const indicator = (type: ObservableType, value: string): Indicator => ({ type, value, bulletin: "B", marks: [], provenance: "b:1" })
const names = ["evil.example", "xn--bcher-kva.example", "under_score.example"].map((name) => indicator("domain-name", name))

describe("the target's own checker accepts hostile values:", () => {
  for (const exporter of ruleExporters) {
    const installed = exporter.checkers.find((checker) => program(checker.program) !== undefined)
    for (const action of installed ? exporter.actions : [])
      test(`${exporter.name} (${action}), by ${installed?.program}`, async (context) => {
        const { dir, names } = written(exporter.name, hostileIndicators, action)
        const result = await checkRules(exporter, dir, names)
        // nft asks the kernel, which a machine may not let it do: then it has read the file and says so.
        if (/Operation not permitted|cache initialization failed/.test(result.output)) return context.skip(result.output)
        expect(result).toMatchObject({ program: installed?.program, passed: true })
      })
  }

  test("and a broken file is refused where named-checkzone is installed", async (context) => {
    if (!program("named-checkzone")) return context.skip("named-checkzone is not installed")
    const { dir, names: files } = written("rpz", names)
    writeFileSync(join(dir, "sillage.rpz"), "this is no zone\n")
    expect(await checkRules(findRuleExporter("rpz") as never, dir, files)).toMatchObject({ passed: false })
  })
})

/** A free UDP port of the loopback. */
async function freePort(): Promise<number> {
  const socket = createSocket("udp4")
  await new Promise<void>((bound) => socket.bind(0, "127.0.0.1", bound))
  const { port } = socket.address()
  await new Promise<void>((closed) => socket.close(closed))
  return port
}

type Asked = "refused" | "answered"

/** What a local resolver says to a name: our rule's NXDOMAIN, or the address that the test gave to all others. */
async function ask(port: number, name: string): Promise<Asked> {
  const resolver = new Resolver({ timeout: 500, tries: 10 })
  resolver.setServers([`127.0.0.1:${port}`])
  try {
    const [address] = await resolver.resolve4(name)
    expect(address).toBe("192.0.2.77")
    return "answered"
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOTFOUND") throw error
    return "refused"
  }
}

async function startResolver(command: string, args: readonly string[], port: number): Promise<void> {
  const child = spawn(command, args, { stdio: "ignore" })
  running.push(child)
  for (let tries = 0; ; tries++) {
    try {
      expect(await ask(port, "control.example")).toBe("answered")
      return
    } catch (error) {
      if (tries > 20 || child.exitCode !== null) throw error
      await new Promise((later) => setTimeout(later, 100))
    }
  }
}

async function expectNames(port: number): Promise<void> {
  for (const name of [
    "evil.example",
    "www.evil.example",
    "a.b.evil.example",
    "EVIL.example",
    "xn--bcher-kva.example",
    "x.under_score.example",
  ])
    expect([name, await ask(port, name)]).toEqual([name, "refused"])
  for (const name of ["notevil.example", "evil.example.test", "example", "evil-example.test"])
    expect([name, await ask(port, name)]).toEqual([name, "answered"])
}

describe("a resolver with the exported names", () => {
  /** Configuration of an Unbound that answers the names that are not listed by itself, with what is `tried` at its end. */
  function unboundConfiguration(dir: string, port: number, modules: string, tried: readonly string[]): string {
    const others = ["control.example", "notevil.example", "evil.example.test", "example", "evil-example.test"]
    const lines = [
      "server:",
      `  directory: "${dir}"`,
      '  chroot: ""',
      '  username: ""',
      `  port: ${port}`,
      "  interface: 127.0.0.1",
      "  do-daemonize: no",
      '  pidfile: ""',
      "  use-syslog: no",
      `  module-config: "${modules}"`,
      ...others.map((name) => `  local-data: "${name}. A 192.0.2.77"`),
      ...tried,
      "remote-control:",
      "  control-enable: no",
    ]
    return `${lines.join("\n")}\n`
  }

  test.for([
    ["with its own local zones", "unbound", "iterator", (dir: string) => [`include: "${dir}/sillage-unbound.conf"`]],
    [
      "with the response policy zone",
      "rpz",
      "respip iterator",
      (dir: string) => ["rpz:", '  name: "sillage.rpz.invalid"', `  zonefile: "${dir}/sillage.rpz"`],
    ],
  ] as const)("Unbound %s refuses the listed names and those below them, no others", async ([, to, modules, tried], context) => {
    const unbound = program("unbound")
    if (!unbound) return context.skip("unbound is not installed")
    const { dir } = written(to, names, "block")
    const port = await freePort()
    writeFileSync(join(dir, "unbound.conf"), unboundConfiguration(dir, port, modules, tried(dir)))
    await startResolver(unbound, ["-d", "-c", join(dir, "unbound.conf")], port)
    await expectNames(port)
  })

  test("dnsmasq refuses the same", async (context) => {
    const dnsmasq = program("dnsmasq")
    if (!dnsmasq) return context.skip("dnsmasq is not installed")
    const { dir } = written("dnsmasq", names, "block")
    const port = await freePort()
    const args = [
      "--no-daemon",
      `--port=${port}`,
      "--listen-address=127.0.0.1",
      "--bind-interfaces",
      "--no-resolv",
      "--no-hosts",
      "--user=root",
    ]
    await startResolver(dnsmasq, [...args, "--address=/#/192.0.2.77", `--conf-file=${dir}/sillage-dnsmasq.conf`], port)
    await expectNames(port)
  })
})

describe("YARA with the exported rules", () => {
  const set = [
    indicator("ipv4-addr", "203.0.113.9"),
    indicator("domain-name", "evil.example"),
    indicator("url", "http://evil.example/a?b=c"),
    indicator("email-addr", "attacker@evil.test"),
    indicator("file:hashes.SHA-256", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"),
  ]
  const cases: readonly (readonly [text: string, hit: boolean, why: string])[] = [
    ["from 203.0.113.9 port 22", true, "an address"],
    ["203.0.113.9.", true, "an address before a full stop"],
    ["1203.0.113.9", false, "a longer first octet"],
    ["203.0.113.98", false, "a longer last octet"],
    ["7.203.0.113.9", false, "part of a longer dotted number"],
    ["203.0.113.9.shop.test", false, "the left part of a name"],
    ["host www.EVIL.example", true, "a name below the listed one, in capitals"],
    ["notevil.example", false, "the end of another label"],
    ["evil.example.test", false, "the left part of another name"],
    ["get http://evil.example/a?b=c done", true, "the URL"],
    ["x-evil.example", false, "a label with a hyphen before it"],
    ["<attacker@evil.test>", true, "a mail address"],
    ["bad.attacker@evil.test", false, "another mailbox"],
    ["test", true, "a file with the listed hash"],
  ]
  test.for(cases)("%j: %s (%s)", ([text, hit], context) => {
    const yara = program("yara")
    if (!yara) return context.skip("yara is not installed")
    const { dir } = written("yara", set)
    const file = join(dir, "sample")
    writeFileSync(file, text)
    const output = execFileSync(yara, [join(dir, "sillage.yar"), file], { encoding: "utf8" })
    expect(output.trim() !== "").toBe(hit)
  })
})

describe("osquery's SQL, run by SQLite,", () => {
  test("finds the listed sockets, processes and names, and no others", () => {
    const { Database } = createRequire(import.meta.url)("node-sqlite3-wasm") as typeof import("node-sqlite3-wasm")
    const exporter = findRuleExporter("osquery")
    if (!exporter) throw new Error("osquery")
    const composed = composeRules({ exporter, bulletins: [hostileBulletin], others: [], action: "alert", allowActive: false }) as Composed
    const pack = JSON.parse([...(composed.files[0]?.content ?? [])].join("")) as { queries: Record<string, { query: string }> }
    const db = new Database()
    try {
      db.exec("CREATE TABLE processes (pid, name, path, cmdline); CREATE TABLE hash (path, md5, sha1, sha256)")
      db.exec("CREATE TABLE process_open_sockets (pid, local_port, remote_address, remote_port)")
      const hostile = "x'); DROP TABLE logs;--.exe"
      for (const [pid, name] of [
        [1, hostile],
        [2, "sh"],
        [3, `${hostile}x`],
      ] as const)
        db.run("INSERT INTO processes VALUES (?, ?, ?, '')", [pid, name, `/bin/${pid}`])
      db.run("INSERT INTO hash VALUES ('/bin/2', 'd41d8cd98f00b204e9800998ecf8427e', '', '')")
      for (const [pid, address] of [
        [1, "192.0.2.12"],
        [2, "192.0.2.13"],
        [3, "2001:db8::1"],
      ] as const)
        db.run("INSERT INTO process_open_sockets VALUES (?, 1, ?, 443)", [pid, address])
      const pids = Object.values(pack.queries).flatMap(({ query }) =>
        db.all(query).map((row) => `${query.split(" FROM ")[1]?.split(" ")[0]}:${row.pid}`),
      )
      expect(pids.sort()).toEqual(["process_open_sockets:1", "process_open_sockets:3", "processes:1", "processes:2"])
    } finally {
      db.close()
    }
  })
})
