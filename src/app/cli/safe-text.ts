// Text of attackers on a terminal: no control character, escape sequence or direction override gets through.

/** One line, at most `max` characters. */
export function safe(text: string, max: number): string {
  const clean = text
    .replace(/\x1b\[[0-9;]*[A-Za-z]/g, "")
    .replace(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g, " ")
  return clean.length > max ? `${clean.slice(0, max - 1)}…` : clean
}
