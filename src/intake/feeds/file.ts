// A file, or a folder of files, as a feed: what is new or changed by size and time.
import { readdir, readFile, stat } from "node:fs/promises"
import { join } from "node:path"
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
    for (const name of await namesOf(location, problems)) {
      const path = name === "" ? location : join(location, name)
      try {
        const { size, mtimeMs } = await stat(path)
        const state = `${size} ${mtimeMs}`
        next[name] = state
        if (cursor[name] === state) continue
        if (size > bodyBytesMax) problems.push({ code: "limit", where: path, message: `larger than ${bodyBytesMax / 1024 / 1024} MB` })
        else documents.push({ name: name === "" ? (path.split(/[\\/]/).pop() ?? path) : name, bytes: await readFile(path) })
      } catch (error) {
        problems.push({ code: "unreadable", where: path, message: (error as Error).message })
      }
    }
    return { documents, withdrawn: Object.keys(cursor).filter((name) => next[name] === undefined), cursor: next, problems }
  },
}

async function namesOf(location: string, problems: Problem[]): Promise<readonly string[]> {
  try {
    if (!(await stat(location)).isDirectory()) return [""]
    const entries = await readdir(location, { withFileTypes: true })
    const names = entries.flatMap((entry) => (entry.isFile() && !entry.name.startsWith(".") ? [entry.name] : [])).sort()
    if (names.length > filesMax)
      problems.push({ code: "limit", where: location, message: `only the first ${filesMax} of ${names.length} files are read` })
    return names.slice(0, filesMax)
  } catch (error) {
    problems.push({ code: "unreadable", where: location, message: (error as Error).message })
    return []
  }
}
