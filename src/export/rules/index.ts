// The rule exporters, in the order in which help lists them. Adding one is one file, one line here and one fixture folder.
import { clickhouse } from "./clickhouse.js"
import { csv } from "./csv.js"
import { dnsmasq } from "./dnsmasq.js"
import { elasticsearch, opensearch } from "./elastic.js"
import type { RuleExporter } from "./exporter.js"
import { fortigate } from "./fortigate.js"
import { hosts } from "./hosts.js"
import { ipset } from "./ipset.js"
import { list } from "./list.js"
import { misp } from "./misp.js"
import { nftables } from "./nftables.js"
import { osquery } from "./osquery.js"
import { paloalto } from "./paloalto.js"
import { pf } from "./pf.js"
import { rpz } from "./rpz.js"
import { sentinel } from "./sentinel.js"
import { sigma } from "./sigma.js"
import { snort } from "./snort.js"
import { splunk } from "./splunk.js"
import { squid } from "./squid.js"
import { stix } from "./stix.js"
import { suricata } from "./suricata.js"
import { suricataLists } from "./suricata-lists.js"
import { unbound } from "./unbound.js"
import { wazuh } from "./wazuh.js"
import { yara } from "./yara.js"
import { zeek } from "./zeek.js"

export const ruleExporters: readonly RuleExporter[] = [
  suricata,
  suricataLists,
  snort,
  zeek,
  sigma,
  rpz,
  hosts,
  dnsmasq,
  unbound,
  nftables,
  ipset,
  pf,
  paloalto,
  fortigate,
  squid,
  wazuh,
  elasticsearch,
  opensearch,
  splunk,
  sentinel,
  clickhouse,
  osquery,
  yara,
  stix,
  misp,
  csv,
  list,
]

export function findRuleExporter(name: string): RuleExporter | undefined {
  return ruleExporters.find((exporter) => exporter.name === name)
}
