// The formats whose records are not lines of text. Of two that are equally sure of themselves, the earlier one is taken.
import type { LogFormat } from "../../log-format.js"
import { evtx } from "./evtx/evtx.js"
import { journalExport } from "./journal-export.js"
import { loginRecords } from "./login-records.js"
import { mailbox } from "./mail/mail.js"
import { parquet } from "./parquet/parquet.js"
import { pcap } from "./pcap/pcap.js"
import { sqlite } from "./sqlite/sqlite.js"
import { sqliteWal } from "./sqlite/wal.js"
import { systemdJournal } from "./systemd-journal/systemd-journal.js"

export const binaryFormats: readonly LogFormat[] = [
  evtx,
  pcap,
  parquet,
  sqlite,
  sqliteWal,
  systemdJournal,
  journalExport,
  mailbox,
  loginRecords,
]
