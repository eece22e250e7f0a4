// The formats whose records are not lines of text. Of two that are equally sure of themselves, the earlier one is taken.
import type { LogFormat } from "../../log-format.js"
import { evtx } from "./evtx/evtx.js"
import { pcap } from "./pcap/pcap.js"

export const binaryFormats: readonly LogFormat[] = [evtx, pcap]
