// The sector that a profile names, as exchange formats count it: one name for one sector, in whichever language it was written.

/** Names of STIX 2.1, 10.8 (industry-sector-ov) for what French and English profiles write. */
const known: Readonly<Record<string, string>> = {
  aerospatial: "aerospace",
  agroalimentaire: "agriculture",
  aeronautique: "aerospace",
  assurance: "insurance",
  assurances: "insurance",
  automobile: "automotive",
  banque: "financial-services",
  banking: "financial-services",
  chimie: "chemical",
  collectivite: "government-local",
  collectivites: "government-local",
  communication: "communications",
  defence: "defense",
  eau: "water",
  enseignement: "education",
  energie: "energy",
  finance: "financial-services",
  gouvernement: "government",
  health: "healthcare",
  industrie: "manufacturing",
  numerique: "technology",
  pharmacie: "pharmaceuticals",
  sante: "healthcare",
  telecom: "telecommunications",
  telecoms: "telecommunications",
  transport: "transportation",
  transports: "transportation",
}

/** Lower case, ASCII, words joined by hyphens; undefined where no sector is named. */
export function sectorName(given: string | undefined): string | undefined {
  const name = (given ?? "")
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 60)
  return name === "" ? undefined : (known[name] ?? name)
}
