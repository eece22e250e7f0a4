// The style sheet of the HTML report: one file, no network, readable on screen and on A4.

export const style = `
:root{--ink:#1b2530;--soft:#5a6673;--line:#d5dbe1;--paper:#fff;--wash:#f5f7f9;--accent:#1f4e79}
*{box-sizing:border-box}
html{font:15px/1.5 "Source Sans 3","Segoe UI",system-ui,-apple-system,"Helvetica Neue","DejaVu Sans",Arial,sans-serif;color:var(--ink);background:#e9edf1;-webkit-text-size-adjust:100%}
body{margin:0}
main{max-width:54rem;margin:0 auto;background:var(--paper);padding:2.6rem 3rem 3rem}
.tlp{position:sticky;top:0;z-index:2;display:flex;justify-content:space-between;gap:1rem;max-width:54rem;margin:0 auto;padding:.35rem 3rem;background:var(--paper);border-bottom:1px solid var(--line);font-size:.8rem;color:var(--soft)}
.tlp b,.tag{background:#000;color:#fff;font-weight:700;letter-spacing:.02em;padding:.05rem .5rem;white-space:nowrap}
.tlp-red b,.tag.tlp-red{color:#ff2b2b}.tlp-amber b,.tlp-amber-strict b,.tag.tlp-amber,.tag.tlp-amber-strict{color:#ffc000}.tlp-green b,.tag.tlp-green{color:#33ff00}
h1{font-size:1.75rem;line-height:1.2;margin:.2rem 0 .3rem;font-weight:650;letter-spacing:-.01em}
h2{font-size:1.18rem;margin:2.4rem 0 .6rem;padding-top:.5rem;border-top:2px solid var(--ink);font-weight:650}
h3{font-size:1rem;margin:1.5rem 0 .35rem;font-weight:650}
p{margin:.4rem 0 .7rem;max-width:46rem}
small,.soft{color:var(--soft)}
.meta{color:var(--soft);margin:0 0 1.2rem}
.verdict{font-size:1.28rem;line-height:1.4;margin:1rem 0 .6rem;padding-left:1rem;border-left:4px solid var(--accent)}
.figures{display:grid;grid-template-columns:repeat(4,1fr);gap:0;margin:1.2rem 0;border-top:1px solid var(--line);border-bottom:1px solid var(--line)}
.figures div{padding:.7rem .9rem .6rem 0}
.figures div+div{padding-left:.9rem;border-left:1px solid var(--line)}
.figures b{display:block;font-size:1.65rem;line-height:1.15;font-weight:600;font-variant-numeric:tabular-nums}
.figures b small{font-size:.85rem;font-weight:400}
.figures span{font-size:.86rem;color:var(--soft)}
table{border-collapse:collapse;width:100%;font-size:.88rem;margin:.5rem 0 1rem;font-variant-numeric:tabular-nums}
th,td{text-align:left;vertical-align:top;padding:.32rem .7rem .32rem 0;border-bottom:1px solid var(--line)}
thead th{border-bottom:1px solid var(--soft);font-weight:600;color:var(--soft);font-size:.82rem}
td.n,th.n{text-align:right}
table.kv th{width:13rem;font-weight:400;color:var(--soft)}
.raw{font-family:ui-monospace,"DejaVu Sans Mono",Consolas,monospace;font-size:.93em;unicode-bidi:isolate-override;direction:ltr;overflow-wrap:anywhere}
.value{white-space:nowrap}
.badge{display:inline-block;font-size:.78rem;font-weight:600;padding:0 .45rem;border:1px solid currentColor;border-radius:2px;white-space:nowrap}
.badge.priority{background:#6b1414;border-color:#6b1414;color:#fff}.badge.probable{color:#a2420c}.badge.weak{color:#4d6580}.badge.background{color:#77828d}
.first li{margin:.3rem 0}
ul,ol{margin:.3rem 0 .8rem;padding-left:1.2rem}
.legend{font-size:.82rem;color:var(--soft);display:flex;flex-wrap:wrap;gap:.2rem 1.2rem;margin:.2rem 0 .6rem;max-width:none}
.key{display:inline-block;width:.8rem;height:.8rem;margin-right:.35rem;vertical-align:-.08rem}
.key.authenticated,td.authenticated{background:#6b1414;color:#fff}.key.contact,td.contact{background:#c2571a;color:#fff}.key.attempt,td.attempt{background:#6f8fb3;color:#fff}.key.other,td.other{background:#c9ced6;color:#1b2530}
svg.timeline{width:100%;height:auto;display:block;margin:.6rem 0 .2rem}
svg text{font-size:10.5px;fill:#5a6673;font-family:inherit}svg .count{fill:#1b2530;font-weight:600}svg .grid{stroke:#d5dbe1;stroke-width:1}svg .covered{fill:#8fa58f}svg .uncovered{fill:none;stroke:#c9ced6;stroke-dasharray:2 2}
.matrix{width:auto}.matrix th,.matrix td{padding:.16rem .3rem;border:1px solid var(--line);font-size:.78rem;text-align:center;min-width:1.5rem}.matrix tbody th{text-align:left;font-weight:400;white-space:nowrap;padding-right:.6rem}
.wide{overflow-x:auto}
.t{white-space:nowrap}table.times td,table.times th{width:25%}
.said{unicode-bidi:isolate}
.finding{margin:1.1rem 0 1.3rem;padding-left:1rem;border-left:3px solid var(--line)}
.finding.priority{border-color:#6b1414}.finding.probable{border-color:#c2571a}
.finding h3{margin:0 0 .2rem}
.factors{font-size:.85rem}.factors td:first-child{width:2.6rem;color:var(--soft)}.factors td.n{width:3.2rem;padding-right:1rem}
.unknown{color:var(--soft)}
.record{font-size:.82rem;background:var(--wash);padding:.4rem .6rem;margin:.2rem 0 .1rem;display:block;white-space:pre-wrap}
.records{table-layout:fixed}.records td:nth-child(1){width:2.6rem}.records td:nth-child(2){width:11rem}.records td:nth-child(3){width:13rem}.records .t{white-space:normal}.records td{border-bottom:0;padding-bottom:0}.records tr.text td{border-bottom:1px solid var(--line);padding:0 0 .5rem}
.note{background:var(--wash);padding:.6rem .9rem;font-size:.92rem}
.leads{border:1px dashed var(--soft);padding:.2rem 1.1rem .6rem}
footer{margin-top:2.5rem;padding-top:.6rem;border-top:1px solid var(--line);font-size:.82rem;color:var(--soft)}
@media screen and (max-width:48rem){main,.tlp{padding-left:1.1rem;padding-right:1.1rem}.figures{grid-template-columns:1fr 1fr}table{display:block;overflow-x:auto}}
@media print{
html{font-size:9.1pt;line-height:1.42;background:none}main{max-width:none;padding:0}p{max-width:none}
.tlp{display:none}.wide{overflow:visible}.matrix th,.matrix td{min-width:0;padding:.1rem .15rem;font-size:.7rem}.factors td{padding-top:.08rem;padding-bottom:.08rem}th,td{padding-top:.17rem;padding-bottom:.17rem}h3{margin-top:1rem}.first li{margin:.15rem 0}.verdict{margin:.7rem 0 .5rem;font-size:1.2rem}.figures{margin:.8rem 0}.finding{margin:.8rem 0}h1{font-size:1.55rem}
.annex{break-before:page}h2,h3{break-after:avoid}tr,.finding,figure,.keep{break-inside:avoid}thead{display:table-header-group}
a{color:inherit;text-decoration:none}.badge,.key,td,rect{-webkit-print-color-adjust:exact;print-color-adjust:exact}.tlp b,.tag{-webkit-print-color-adjust:exact;print-color-adjust:exact}
}
`.replace(/\n/g, "")

/** Marking, reference and page number in the margins of every printed page. */
export function pageStyle(label: string, colour: string, reference: string, page: string): string {
  const text = (value: string) => `"${value.replace(/[^\p{L}\p{N} .:+/_-]/gu, " ")}"`
  const small = `font:8pt "DejaVu Sans",Arial,sans-serif;color:#5a6673`
  return (
    "@page{size:A4;margin:22mm 16mm 17mm;" +
    `@top-left{content:${text(label)};font:bold 9pt "DejaVu Sans",Arial,sans-serif;color:${colour};background:#000;text-align:center;height:5mm;width:${Math.ceil(label.length * 2.2 + 4)}mm;margin:8mm 0 9mm;vertical-align:middle;-webkit-print-color-adjust:exact;print-color-adjust:exact}` +
    `@top-right{content:${text(reference)};${small}}@bottom-left{content:${text(label)};${small}}@bottom-right{content:${text(page)} " " counter(page) " / " counter(pages);${small}}}`
  )
}

/** The colours of TLP 2.0, on black. */
export const tlpColours = { red: "#ff2b2b", amber: "#ffc000", "amber+strict": "#ffc000", green: "#33ff00", clear: "#ffffff" } as const
