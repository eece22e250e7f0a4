// The registry of feeds, and the one way to pull from them.
import type { Bulletin } from "../../model/bulletin.js"
import type { Problem } from "../../model/problem.js"
import { readBulletin } from "../intake.js"
import type { Feed, FeedCursor, FeedPull, FeedSource } from "./feed.js"
import { fileFeed } from "./file.js"
import { httpFeed } from "./http.js"
import { mispFeed } from "./misp.js"
import { taxiiFeed } from "./taxii.js"

export const feeds: readonly Feed[] = [taxiiFeed, mispFeed, httpFeed, fileFeed]

/** The feed that a location belongs to, or the one of that name; undefined if there is none. */
export async function feedFor(location: string, name?: string): Promise<Feed | undefined> {
  if (name !== undefined) return feeds.find((feed) => feed.name === name)
  let best: Feed | undefined
  let bestScore = 0
  for (const feed of feeds) {
    const score = await feed.recognize(location)
    if (score > bestScore) {
      best = feed
      bestScore = score
    }
  }
  return best
}

/** Fetches what is new. The caller stores the cursor once it has stored the documents. */
export async function pullFeed(source: FeedSource, name?: string): Promise<FeedPull> {
  const feed = await feedFor(source.location, name)
  if (feed) return await feed.pull(source)
  return {
    documents: [],
    withdrawn: [],
    cursor: source.cursor ?? {},
    problems: [
      {
        code: "unsupported",
        where: source.location,
        message: name === undefined ? "no feed recognises this location" : `there is no feed ${name}`,
      },
    ],
  }
}

export interface FeedBulletins {
  readonly bulletins: readonly Bulletin[]
  /** Names of documents, each the `name` under which it was read, that the feed no longer lists. */
  readonly withdrawn: readonly string[]
  readonly cursor: FeedCursor
  readonly problems: readonly Problem[]
}

/** Fetches what is new and reads it, to the end. */
export async function readFeed(source: FeedSource, name?: string): Promise<FeedBulletins> {
  const bulletins: Bulletin[] = []
  const withdrawn = new Set<string>()
  const problems: Problem[] = []
  let { cursor } = source
  for (;;) {
    const pulled = await pullFeed({ ...source, cursor }, name)
    for (const { name: document, bytes } of pulled.documents) bulletins.push(await readBulletin(document, bytes))
    for (const one of pulled.withdrawn) withdrawn.add(one)
    problems.push(...pulled.problems)
    cursor = pulled.cursor
    if (!pulled.more) return { bulletins, withdrawn: [...withdrawn], cursor, problems }
  }
}

/** Reads a folder: a MISP feed with its manifest, or any files. */
export async function readBulletinFolder(path: string): Promise<FeedBulletins> {
  return await readFeed({ location: path })
}
