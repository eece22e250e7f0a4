// The formats whose lines are known one by one: message shapes, JSON kinds, access logs, and the mixtures syslog and JSON lines.
import type { LogFormat } from "../log-format.js"
import { isText, shareOf, syslogShare } from "./head.js"
import { jsonKinds } from "./json/index.js"
import { anyLine } from "./lines.js"
import { messageShapes } from "./shapes/index.js"

/** From this share of its head's lines a file is of a format; the others are read line by line all the same. */
const shareMin = 0.6

function lineFormat(name: string, title: string, certainty = 0.9): LogFormat {
  return {
    name,
    title,
    recognize(head) {
      const share = shareOf(head, name)
      return isText(head) && share >= shareMin ? certainty * (0.8 + 0.2 * share) : 0
    },
    open: (context) => anyLine(context, name),
  }
}

const syslog: LogFormat = {
  name: "syslog",
  title: "Syslog (RFC 3164 and RFC 5424)",
  recognize: (head) => (isText(head) && syslogShare(head) >= shareMin ? 0.5 : 0),
  open: (context) => anyLine(context, "syslog"),
}

export const lineFormats: readonly LogFormat[] = [
  ...messageShapes.map(({ name, title }) => lineFormat(name, title)),
  ...jsonKinds.map(({ name, title }) => lineFormat(name, title)),
  lineFormat("access-log", "Apache and nginx access logs (CLF, combined, custom)"),
  lineFormat("json-lines", "JSON lines (ECS and plain keys)", 0.6),
  syslog,
]
