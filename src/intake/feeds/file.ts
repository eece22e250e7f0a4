// A file, or a folder of files, as a feed: what is new or changed by size and time.
import { readdir, readFile, stat } from "node:fs/promises"
import { basename, join } from "node:path"
import type { Problem } from "../../model/problem.js"
import type { Feed, FeedDocument } from "./feed.js"
import { bodyBytesMax } from "./http-get.js"

export const filesMax = 10_000

export const fileFeed: Feed = {
  name: "file",
  title: "File or folder of bulletins",
  async recognize(location) {
    return /^[a-z][a-z0-9+.-]+:\/\//i.test(location) ? 0 : 0.3
  },
  async pull({ location, cursor = {} }) {
    const documents: FeedDocument[] = []
    const problems: Problem[] = []
    const next: Record<string, string> = {}
    const files = await filesOf(location, problems)
    // A folder that cannot be listed is not an empty one: nothing in it is gone.
    if (files === undefined) return { documents, withdrawn: [], cursor, problems }
    for (const { name, path } of files) {
      try {
        const { size, mtimeMs } = await stat(path)
        const state = `${size} ${mtimeMs}`
        next[name] = state
        if (cursor[name] === state) continue
        if (size > bodyBytesMax) problems.push({ code: "limit", where: path, message: `larger than ${bodyBytesMax / 1024 / 1024} MB` })
        else documents.push({ name, bytes: await readFile(path) })
      } catch (error) {
        // Asked for again by the next pull, and not gone meanwhile.
        next[name] = cursor[name] ?? ""
        problems.push({ code: "unreadable", where: path, message: (error as Error).message })
      }
    }
    const withdrawn = files.length >= filesMax ? [] : Object.keys(cursor).filter((name) => next[name] === undefined)
    return { documents, withdrawn, cursor: next, problems }
  },
}

interface FoundFile {
  readonly name: string
  readonly path: string
}

async function filesOf(location: string, problems: Problem[]): Promise<readonly FoundFile[] | undefined> {
  try {
    if (!(await stat(location)).isDirectory()) return [{ name: basename(location), path: location }]
    const entries = await readdir(location, { withFileTypes: true })
    const names = entries.flatMap((entry) => (entry.isFile() && !entry.name.startsWith(".") ? [entry.name] : [])).sort()
    if (names.length > filesMax)
      problems.push({ code: "limit", where: location, message: `only the first ${filesMax} of ${names.length} files are read` })
    return names.slice(0, filesMax).map((name) => ({ name, path: join(location, name) }))
  } catch (error) {
    problems.push({ code: "unreadable", where: location, message: (error as Error).message })
    return undefined
  }
}
