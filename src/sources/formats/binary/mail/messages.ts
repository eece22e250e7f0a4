// Cuts a mailbox into its messages, at `From ` lines behind an empty line; a file with none is one message.

export interface RawMessage {
  readonly bytes: Buffer
  readonly offset: number
  /** A piece of a message that is too large to be kept whole. */
  readonly cut: boolean
}

export const messageBytesMax = 64 * 1024 * 1024

const fromLine = /^From \S+ +\w{3} \w{3} +\d{1,2} \d\d:\d\d(?::\d\d)? [^\n]{0,60}$/

export async function* messagesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<RawMessage> {
  let held = Buffer.alloc(0)
  /** Where the search for the next message goes on. */
  let looked = 1
  let offset = 0
  let cut = false
  const take = (end: number): RawMessage => {
    const message = { bytes: held.subarray(0, end), offset, cut }
    offset += end
    held = held.subarray(end)
    looked = 1
    return message
  }
  let pending: Uint8Array[] = []
  let pendingBytes = 0
  const gather = (): void => {
    held = Buffer.concat([held, ...pending])
    pending = []
    pendingBytes = 0
  }
  for await (const chunk of chunks) {
    pending.push(chunk)
    pendingBytes += chunk.length
    // Joined only when that doubles what is held, so that a large message is not copied chunk by chunk.
    if (pendingBytes < held.length && held.length + pendingBytes < messageBytesMax) continue
    gather()
    for (let at = nextStart(held, looked); at !== undefined; at = nextStart(held, looked)) {
      yield trimmed(take(at))
      cut = false
    }
    looked = Math.max(1, held.length - fromLineBytesMax)
    if (held.length <= messageBytesMax) continue
    cut = true
    yield take(held.length - fromLineBytesMax)
  }
  gather()
  for (let at = nextStart(held, looked); at !== undefined; at = nextStart(held, looked)) {
    yield trimmed(take(at))
    cut = false
  }
  if (held.length > 0) yield trimmed(take(held.length))
}

const fromLineBytesMax = 512
const marker = Buffer.from("\nFrom ")

/** Where the next message begins at or behind `from`; undefined if none does, or if its first line is not whole yet. */
function nextStart(bytes: Buffer, from: number): number | undefined {
  for (let at = bytes.indexOf(marker, from - 1); at >= 0; at = bytes.indexOf(marker, at + 1)) {
    const isEmptyBefore = bytes[at - 1] === 10 || (bytes[at - 1] === 13 && bytes[at - 2] === 10)
    const end = bytes.indexOf(10, at + 1)
    if (end < 0) return undefined
    const line = bytes.toString("latin1", at + 1, Math.min(end, at + 1 + fromLineBytesMax)).trimEnd()
    if (isEmptyBefore && fromLine.test(line)) return at + 1
  }
  return undefined
}

/** Without the `From ` line, which belongs to the mailbox. */
function trimmed(message: RawMessage): RawMessage {
  if (message.bytes.toString("latin1", 0, 5) !== "From ") return message
  const end = message.bytes.indexOf(10)
  return end < 0 ? message : { ...message, bytes: message.bytes.subarray(end + 1) }
}
