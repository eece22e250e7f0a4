// A string that keeps no other alive: what is cut out of a text otherwise holds on to all of it, for as long as the cut lives.

/** Shorter cuts are copies already. */
const cutLengthMin = 13
const room = Buffer.alloc(16 * 1024)

/** The same characters in memory of their own. */
export function detached(text: string): string {
  if (text.length < cutLengthMin || text.length > room.length / 3) return text
  const copy = room.toString("utf8", 0, room.write(text, "utf8"))
  // A lone surrogate is no UTF-8; such a text stays as it is.
  return copy === text ? copy : text
}
