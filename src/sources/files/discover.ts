// Lists what there is to read: paths as given, directories walked in byte order of names. It never opens a file, and never writes.
import { isUtf8 } from "node:buffer"
import { type BigIntStats, lstatSync, readdirSync, statSync } from "node:fs"
import { resolve, sep } from "node:path"
import type { WorkUnit } from "../../model/work-unit.js"

/** Directories deeper than this are reported and not entered. */
const depthMax = 256
/** Asking the file system in this thread takes a tenth of the time that it takes by another; after so many files, others have their turn. */
const listedAtOnce = 256

/**
 * One unit per file, in stable order. A link given as a path is followed. Links met while walking come after the rest of the walk: one to a
 * file or folder that was listed by another way is no more than a second name, one to another regular file is followed, one to another folder
 * is reported. What cannot be read or listed, and what is no regular file, comes as a unit with a `problem`. `-` is standard input, of size 0.
 */
export async function* discover(paths: readonly string[]): AsyncGenerator<WorkUnit> {
  let listed = 0
  for (const unit of everything(paths)) {
    if (++listed % listedAtOnce === 0) await new Promise((resume) => setImmediate(resume))
    yield unit
  }
}

function* everything(paths: readonly string[]): Generator<WorkUnit> {
  const walk: Walk = { names: new Set(), inodes: new Set(), links: [] }
  for (const path of paths) {
    if (path === "-") yield unit(path, "-", undefined)
    else yield* given(path, walk)
  }
  for (const link of walk.links) yield* followed(link, walk)
}

interface Walk {
  /** Absolute names of the files listed. */
  readonly names: Set<string>
  /** Device and inode of the files and folders listed. */
  readonly inodes: Set<string>
  readonly links: Entry[]
}

interface Entry {
  /** As `WorkUnit.file`. */
  readonly file: string
  /** What people read. */
  readonly shown: string
  /** The absolute path, in the form of `file`. */
  readonly name: string
}

function* given(path: string, walk: Walk): Generator<WorkUnit> {
  const entry = { file: path, shown: path, name: resolve(path) }
  const stat = statOf(entry.file, statSync)
  if (!(stat instanceof Error) && stat.isDirectory()) yield* folder(entry, stat, walk, 0)
  else yield* file(entry, stat, walk)
}

function* folder(entry: Entry, stat: BigIntStats, walk: Walk, depth: number): Generator<WorkUnit> {
  if (walk.inodes.has(identity(stat))) return
  walk.inodes.add(identity(stat))
  if (depth > depthMax) {
    yield broken(entry.shown, `more than ${depthMax} folders deep: not entered; name it on the command line`, "limit")
    return
  }
  const names = namesOf(entry.file)
  if (names instanceof Error) {
    yield broken(entry.shown, `folder cannot be listed: ${names.message}`)
    return
  }
  for (const name of names) {
    const met = {
      file: below(entry.file, "/", name),
      shown: below(entry.shown, "/", isBytes(name) ? bytesOf(name).toString("utf8") : name),
      name: below(entry.name, sep, name),
    }
    const stat = statOf(met.file, lstatSync)
    if (stat instanceof Error) yield* file(met, stat, walk)
    else if (stat.isDirectory()) yield* folder(met, stat, walk, depth + 1)
    else if (stat.isSymbolicLink()) walk.links.push(met)
    else yield* file(met, stat, walk)
  }
}

function* followed(link: Entry, walk: Walk): Generator<WorkUnit> {
  const stat = statOf(link.file, statSync)
  if (stat instanceof Error) yield broken(link.shown, `link leads nowhere: ${stat.message}`)
  else if (walk.inodes.has(identity(stat))) return
  else if (stat.isDirectory()) yield broken(link.shown, "link to a folder outside: not followed; name the folder itself", "unsupported")
  else yield* file(link, stat, walk)
}

/** None for one that was listed already. */
function file(entry: Entry, stat: BigIntStats | Error, walk: Walk): readonly WorkUnit[] {
  if (stat instanceof Error) return [broken(entry.shown, `cannot be read: ${stat.message}`)]
  if (!stat.isFile()) return [broken(entry.shown, `${kindOf(stat)}, not a file: not read`, "unsupported")]
  // The same path given twice is read once; a hard link is a file of its own, as a copy is.
  if (walk.names.has(entry.name)) return []
  walk.names.add(entry.name)
  walk.inodes.add(identity(stat))
  return [unit(entry.shown, entry.file, stat)]
}

function unit(shown: string, file: string, stat: BigIntStats | undefined): WorkUnit {
  const size = Number(stat?.size ?? 0n)
  const mtimeMs = Number((stat?.mtimeNs ?? 0n) / 1000n) / 1000
  if (!stat) return { path: shown, file, size, mtimeMs }
  const changed = { mtimeNs: String(stat.mtimeNs), ctimeNs: String(stat.ctimeNs) }
  return { path: shown, file, size, mtimeMs, inode: identity(stat), changed }
}

function broken(shown: string, message: string, code: "unreadable" | "unsupported" | "limit" = "unreadable"): WorkUnit {
  return { path: shown, file: shown, size: 0, mtimeMs: 0, problem: { code, message } }
}

/** A unit is a plain value, so its file is text: names that are not UTF-8 are carried as latin1 behind a mark that no path holds. */
const bytesMark = "\0bytes:"

function isBytes(path: string): boolean {
  return path.startsWith(bytesMark)
}

function bytesOf(path: string): Buffer {
  return isBytes(path) ? Buffer.from(path.slice(bytesMark.length), "latin1") : Buffer.from(path)
}

/** What `fs` opens for a unit's `file`. */
export function pathOf(file: string): string | Buffer {
  return isBytes(file) ? bytesOf(file) : file
}

function below(folder: string, separator: string, name: string): string {
  const between = folder.endsWith(separator) ? "" : separator
  if (!isBytes(folder) && !isBytes(name)) return folder + between + name
  return bytesMark + [folder, between, name].map((part) => bytesOf(part).toString("latin1")).join("")
}

/** Sorted by their bytes. */
function namesOf(folder: string): string[] | Error {
  try {
    const names = readdirSync(pathOf(folder))
    // As text they sort as their bytes do, unless one is beyond the basic plane or stands beside such; U+FFFD may stand for what is no UTF-8.
    if (!names.some((name) => /[\ud800-\uffff]/.test(name))) return names.sort()
    const bytes = readdirSync(pathOf(folder), { encoding: "buffer" }).sort(Buffer.compare)
    return bytes.map((name) => (isUtf8(name) ? name.toString("utf8") : bytesMark + name.toString("latin1")))
  } catch (error) {
    return error as Error // becomes the unit's problem
  }
}

function statOf(file: string, stat: typeof statSync | typeof lstatSync): BigIntStats | Error {
  try {
    return stat(pathOf(file), { bigint: true }) as BigIntStats
  } catch (error) {
    return error as Error // becomes the unit's problem
  }
}

function identity(stat: BigIntStats): string {
  return `${stat.dev}:${stat.ino}`
}

function kindOf(stat: BigIntStats): string {
  if (stat.isFIFO()) return "named pipe"
  if (stat.isSocket()) return "socket"
  return "device"
}
