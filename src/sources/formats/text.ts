// Text of no known format: every line is read for whatever it is, and what is nothing known still gives plain keys and stamps.
import type { LogFormat } from "../log-format.js"
import { anyLine } from "./lines.js"

export const text: LogFormat = {
  name: "text",
  title: "Text of no known format",
  // The last resort: everything is at least text.
  recognize: () => 0.01,
  open: (context) => anyLine(context, "text"),
}
