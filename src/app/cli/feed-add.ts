// `sillage feed add`: notes a feed and how to get in; fetches nothing.
import { existsSync } from "node:fs"
import { resolve } from "node:path"
import { buildCommand } from "@stricli/core"
import { feedFor, feeds } from "../../intake/feeds/index.js"
import { UsageError } from "../../model/problem.js"
import { type FeedSecrets, listFeeds, setFeed } from "../pull-feeds.js"
import { type CliContext, guarded, write } from "./context.js"
import { inWorkspace, type WorkspaceFlags, workspaceFlag } from "./in-workspace.js"

interface AddFlags extends WorkspaceFlags {
  readonly name?: string
  readonly type?: string
  readonly user?: string
  readonly passwordFile?: string
  readonly tokenFile?: string
  readonly cert?: string
  readonly key?: string
  readonly ca?: string
}

const given = (brief: string, placeholder: string) =>
  ({ kind: "parsed", parse: (input: string): string => input, optional: true, brief, placeholder }) as const

export const feedAddCommand = buildCommand<AddFlags, [string], CliContext>({
  docs: {
    brief: "Note a feed: TAXII 2.1, MISP, a document at an address, or a folder",
    fullDescription: [
      "Notes where a feed is and how to get in. Nothing is fetched: that is sillage feed pull. Secrets stay in their files; the workspace",
      "keeps only the paths. A certificate that is not trusted is an error; --ca names an authority of your own.",
      "",
      "Examples:",
      "  sillage feed add https://cert.example/iocs/latest.csv",
      "  sillage feed add --user ana --password-file ~/.taxii-password https://cti.example/taxii2/",
      "  sillage feed add --name partners --token-file token --ca authority.pem https://misp.example/feed/manifest.json",
      "  sillage feed add /srv/bulletins",
    ].join("\n"),
  },
  parameters: {
    flags: {
      name: given("Id of the feed [default: made of its address]", "ID"),
      type: given(`Kind of feed where the address does not show it: ${feeds.map(({ name }) => name).join(", ")}`, "KIND"),
      user: given("User for basic authentication", "USER"),
      passwordFile: given("File that holds the password", "FILE"),
      tokenFile: given("File that holds a bearer token", "FILE"),
      cert: given("Certificate of the client, PEM", "FILE"),
      key: given("Its key, PEM", "FILE"),
      ca: given("Authority to trust, PEM", "FILE"),
      workspace: workspaceFlag,
    },
    positional: { kind: "tuple", parameters: [{ parse: String, brief: "Address, folder or file", placeholder: "URL|DIR" }] },
  },
  func(this: CliContext, flags: AddFlags, place: string): Promise<void> {
    return guarded(this, async () => {
      const location = locationOf(place)
      const feed = await feedFor(location, flags.type)
      if (!feed)
        throw new UsageError(
          flags.type === undefined ? `${place} is no feed of a kind that is known` : `there is no kind of feed ${flags.type}`,
        )
      const id = flags.name ?? idOf(location)
      if (!/^[a-z0-9][a-z0-9.-]{0,59}$/i.test(id)) throw new UsageError("--name takes letters, digits, hyphens and full stops, at most 60")
      await inWorkspace(flags, (workspace) => {
        const known = listFeeds(workspace).find((entry) => entry.id === id)
        if (known && known.location !== location)
          throw new UsageError(`there is a feed ${id} already, at ${known.location}; give this one another --name`)
        const fresh = { addedAt: new Date().toISOString(), pulledAt: null, cursor: {}, documents: {} }
        setFeed(workspace, id, { ...fresh, ...known, location, kind: feed.name, secrets: secretsOf(flags) })
      })
      await write(`Added ${id}: ${feed.title}.\nNothing was fetched yet: sillage feed pull ${id}\n`)
      return 0
    })
  },
})

function locationOf(place: string): string {
  if (!/^[a-z][a-z0-9+.-]+:\/\//i.test(place)) {
    const path = resolve(place)
    if (!existsSync(path)) throw new UsageError(`there is no file or folder ${place}`)
    return path
  }
  if (!URL.canParse(place)) throw new UsageError(`${place} is no address`)
  const { username, password } = new URL(place)
  if (username !== "" || password !== "")
    throw new UsageError("the address holds a user or password, which would end in logs: give --user and --password-file")
  return place
}

function secretsOf({ user, passwordFile, tokenFile, cert, key, ca }: AddFlags): FeedSecrets {
  if (tokenFile !== undefined && user !== undefined) throw new UsageError("--token-file and --user exclude each other")
  if ((passwordFile === undefined) !== (user === undefined)) throw new UsageError("--user and --password-file go together")
  if ((cert === undefined) !== (key === undefined)) throw new UsageError("--cert and --key go together")
  const paths = { passwordFile, tokenFile, certFile: cert, keyFile: key, caFile: ca }
  const stated = Object.entries(paths).flatMap(([name, path]) => (path === undefined ? [] : [[name, existing(path)]]))
  return { ...(user === undefined ? {} : { user }), ...Object.fromEntries(stated) }
}

function existing(path: string): string {
  if (!existsSync(path)) throw new UsageError(`there is no file ${path}`)
  return resolve(path)
}

function idOf(location: string): string {
  const plain = location
    .replace(/^[a-z][a-z0-9+.-]+:\/\//i, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
  return plain.slice(-60).replace(/^-+/, "") || "feed"
}
