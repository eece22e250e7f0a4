// The registry of bulletin formats. A tie of certainty goes to the one that stands first.
import { certfrCsv } from "./certfr-csv.js"
import { csv } from "./csv.js"
import { docx } from "./docx.js"
import { elasticRules } from "./elastic-rules.js"
import type { BulletinFormat } from "./format.js"
import { html } from "./html.js"
import { json } from "./json.js"
import { plainList } from "./list.js"
import { mail } from "./mail.js"
import { misp } from "./misp.js"
import { mispCsv } from "./misp-csv.js"
import { openioc } from "./openioc.js"
import { pdf } from "./pdf.js"
import { stix } from "./stix.js"
import { stix1 } from "./stix1.js"
import { suricataList } from "./suricata-list.js"
import { text } from "./text.js"
import { zeekIntel } from "./zeek-intel.js"
import { zip } from "./zip.js"

export const bulletinFormats: readonly BulletinFormat[] = [
  stix,
  misp,
  mispCsv,
  certfrCsv,
  elasticRules,
  stix1,
  openioc,
  zeekIntel,
  suricataList,
  docx,
  zip,
  pdf,
  mail,
  html,
  json,
  csv,
  plainList,
  text,
]
