// Dates, numbers and sizes as French and English write them; made by hand, since the locale data of the runtime differ between versions.

export type Language = "en" | "fr"
export const languages: readonly Language[] = ["en", "fr"]

const months: Readonly<Record<Language, readonly string[]>> = {
  en: "January February March April May June July August September October November December".split(" "),
  fr: "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split(" "),
}
const shortMonths: Readonly<Record<Language, readonly string[]>> = {
  en: "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" "),
  fr: "janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc.".split(" "),
}

/** Groups of three: 12,345 and 12 345 (narrow no-break space). */
export function number(value: number, language: Language): string {
  const [whole, fraction] = String(value).split(".")
  const grouped = (whole as string).replace(/\B(?=(\d{3})+$)/g, language === "fr" ? "\u202f" : ",")
  return fraction === undefined ? grouped : `${grouped}${language === "fr" ? "," : "."}${fraction}`
}

export function percent(part: number, whole: number, language: Language): string {
  const share = whole === 0 ? 100 : (100 * part) / whole
  // "100 %" means all of it, and nothing else may round up to it; likewise for 0.
  const rounded = share > 99.9 && part < whole ? 99.9 : share < 0.1 && part > 0 ? 0.1 : Math.round(share * 10) / 10
  return language === "fr" ? `${number(rounded, language)}\u00a0%` : `${number(rounded, language)}%`
}

export function bytes(value: number, language: Language): string {
  const units = language === "fr" ? ["o", "ko", "Mo", "Go", "To"] : ["B", "kB", "MB", "GB", "TB"]
  let scaled = value
  let unit = 0
  while (scaled >= 1000 && unit < units.length - 1) {
    scaled /= 1000
    unit++
  }
  return `${number(unit === 0 ? Math.round(scaled) : Math.round(scaled * 10) / 10, language)}\u00a0${units[unit]}`
}

/** 21 July 2021, 21 juillet 2021, 1er août 2021; from the UTC day of an RFC 3339 text. */
export function day(instant: string, language: Language): string {
  const [year, month, date] = instant.slice(0, 10).split("-").map(Number)
  const name = months[language][(month as number) - 1]
  return `${language === "fr" && date === 1 ? "1er" : date}\u00a0${name}\u00a0${year}`
}

/** Jul 2021, juil. 2021, of a `YYYY-MM`. */
export function month(of: string, language: Language): string {
  const [year, at] = of.split("-").map(Number)
  return `${shortMonths[language][(at as number) - 1]}\u00a0${year}`
}

/** 2021-07-21 14:03:05: the same in both languages, so that a time can be searched for. */
export function utc(instant: string): string {
  return instant.slice(0, 19).replace("T", " ")
}

/** 2021-07-21 16:03:05 +02:00 in the zone. */
export function local(instant: string, zone: string): string {
  const millis = Date.parse(instant)
  const parts = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  }).formatToParts(new Date(millis))
  const part = (type: string) => parts.find((one) => one.type === type)?.value ?? ""
  const text = `${part("year").padStart(4, "0")}-${part("month")}-${part("day")} ${part("hour")}:${part("minute")}:${part("second")}`
  const offset = Math.round((Date.parse(`${text.replace(" ", "T")}Z`) - Math.floor(millis / 1000) * 1000) / 60_000)
  const sign = offset < 0 ? "-" : "+"
  const [hours, minutes] = [Math.floor(Math.abs(offset) / 60), Math.abs(offset) % 60]
  return `${text} ${sign}${String(hours).padStart(2, "0")}:${String(minutes).padStart(2, "0")}`
}

/** French spacing: no-break before `:`, narrow no-break before `;`, `!`, `?`, inside guillemets. */
export function typeset(text: string, language: Language): string {
  if (language !== "fr") return text
  return text
    .replace(/ (:|»)/g, "\u00a0$1")
    .replace(/« /g, "«\u00a0")
    .replace(/ ([;!?])/g, "\u202f$1")
}

/** Whole days, hours or minutes between two instants, as a sentence part. */
export function span(fromMs: number, toMs: number, language: Language): string {
  const minutes = Math.floor(Math.abs(toMs - fromMs) / 60_000)
  const [amount, unit] =
    minutes >= 48 * 60
      ? [Math.floor(minutes / 1440), language === "fr" ? "j" : "d"]
      : minutes >= 60
        ? [Math.floor(minutes / 60), "h"]
        : [minutes, "min"]
  return `${number(amount, language)}\u00a0${unit}`
}

/** What stands between a name and its value. */
export function colon(language: Language): string {
  return language === "fr" ? "\u00a0: " : ": "
}
