// Puts a document into the workspace, as a new bulletin or as a revision of one. What was not read whole withdraws nothing.
import type { BulletinAdded, BulletinContent } from "../hits/store/bulletin-store.js"
import type { Workspace } from "../hits/store/workspace.js"
import type { Bulletin } from "../model/bulletin.js"
import { extendBulletin } from "../model/bulletin-diff.js"

export interface KeptBulletin extends BulletinAdded {
  readonly bulletin: Bulletin
  /** Why values that the document no longer names were not withdrawn; undefined if it was taken as a whole. */
  readonly partial?: string
}

export interface KeepOptions {
  /** RFC 3339, UTC. */
  readonly at: string
  /** The document brings only what is new, as TAXII does. */
  readonly incremental?: boolean
  /** A revision that names no indicator at all withdraws all of them. Without it, it withdraws none. */
  readonly allowEmpty?: boolean
}

/** One commit. */
export function keepBulletin(workspace: Workspace, bulletin: Bulletin, content: BulletinContent, options: KeepOptions): KeptBulletin {
  return workspace.state.transaction(() => {
    const { bulletins } = workspace
    const known = bulletins.revised(bulletin, content)
    const old = known === undefined ? undefined : bulletins.get(known)
    const partial = old && whyPartial(old, bulletin, options)
    const whole = old && partial !== undefined ? extended(old, bulletin) : bulletin
    const added = bulletins.add(whole, content, options.at)
    return { ...added, bulletin: whole, ...(partial === undefined || added.status === "unchanged" ? {} : { partial }) }
  })
}

/** What names no indicator says nothing about the bulletin either: its title may be that of a login page. */
function extended(old: Bulletin, part: Bulletin): Bulletin {
  return part.indicators.length === 0 ? { ...old, problems: part.problems } : extendBulletin(old, part)
}

function whyPartial(old: Bulletin, bulletin: Bulletin, { incremental, allowEmpty }: KeepOptions): string | undefined {
  if (incremental) return "it brings only what is new"
  const unread = bulletin.problems.find(({ code }) => !code.startsWith("indicator-"))
  if (unread) return `it was not read whole (${unread.code}: ${unread.message})`
  // A login page or an empty answer in place of the list is likelier than a publisher who takes everything back.
  if (bulletin.indicators.length === 0 && old.indicators.length > 0 && !allowEmpty) return "it names no indicator at all"
  return undefined
}
