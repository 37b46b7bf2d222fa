#include "node/bench/report/page.h"

#include "node/bench/report/html.h"

namespace freshet::bench::report {
namespace {

constexpr std::string_view kStyle = R"css(
:root { color-scheme: light; }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 2.2rem 1.6rem 3rem; max-width: 1180px; background: #fff; color: #111;
  font: 15px/1.5 "Helvetica Neue", Helvetica, Arial, "Liberation Sans", "DejaVu Sans", sans-serif; }
h1 { margin: 0 0 .3rem; font-size: 1.9rem; line-height: 1.2; overflow-wrap: anywhere; }
h2 { margin: 2.4rem 0 .8rem; padding-top: .5rem; border-top: 1px solid #111; font-size: 1.2rem; }
p { margin: .4rem 0; max-width: 52rem; }
.lead { color: #333; font-size: 1.05rem; }
.note { border-left: 4px solid #111; padding: .3rem .8rem; font-weight: bold; }
.small, caption { color: #444; font-size: .86rem; }
.table { overflow-x: auto; margin: 1rem 0; }
table { border-collapse: collapse; border-top: 1.5px solid #111; border-bottom: 1.5px solid #111;
  font-variant-numeric: tabular-nums; white-space: nowrap; width: 100%; }
caption { caption-side: top; padding-bottom: .4rem; text-align: left; white-space: normal; }
caption b { color: #111; }
th, td { padding: .26rem .7rem; text-align: right; font-size: .9rem; }
thead th { border-bottom: 1px solid #111; vertical-align: bottom; white-space: normal; }
thead tr.groups th { border-bottom: 0; padding-bottom: 0; text-align: center; }
thead tr.groups span { display: block; border-bottom: 1px solid #999; }
th.w, td.w { text-align: left; }
tbody th { font-weight: bold; }
tr.rule > * { border-top: 1px solid #999; }
tbody tr:hover { background: #f4f4f4; }
.figures { display: grid; grid-template-columns: 1fr 1fr; gap: 1.8rem 2.2rem; }
figure { margin: 0; min-width: 0; }
svg { display: block; width: 100%; height: auto; font-family: inherit; fill: #111; }
svg .halo { paint-order: stroke; stroke: #fff; stroke-width: 3.5px; stroke-linejoin: round; }
figcaption { margin-top: .4rem; color: #333; font-size: .86rem; line-height: 1.4; }
figcaption b { color: #111; }
pre { margin: .6rem 0; padding: .7rem .9rem; border: 1px solid #ccc; background: #fafafa;
  font: 12.5px/1.45 ui-monospace, "DejaVu Sans Mono", "Liberation Mono", monospace;
  white-space: pre-wrap; overflow-wrap: anywhere; }
@media (max-width: 1140px) { th, td { padding: .22rem .35rem; font-size: .8rem; } }
@media (max-width: 820px) { .figures { grid-template-columns: 1fr; } }
@media print {
  @page { margin: 14mm; }
  body { padding: 0; max-width: none; font-size: 10pt; }
  .figures { grid-template-columns: 1fr 1fr; gap: 5mm 7mm; }
  figure, tr { break-inside: avoid; }
  h2 { break-after: avoid; }
  .table { overflow: visible; }
  table { white-space: normal; }
  th, td { padding: .15rem .35rem; font-size: 8pt; }
  figcaption { font-size: 8pt; }
  pre { background: none; font-size: 8pt; }
}
)css";

}  // namespace

Page::Page(std::string_view title) {
  if (title.empty()) title = "Results";
  body_ =
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>"
      + escape(title) + "</title>\n<style>" + std::string(kStyle)
      + "</style>\n</head>\n<body>\n<h1>" + escape(title) + "</h1>\n";
}

void Page::lead(std::string_view text) {
  body_ += "<p class=\"lead\">" + escape(text) + "</p>\n";
}

void Page::heading(std::string_view text) {
  body_ += "<h2>" + escape(text) + "</h2>\n";
}

void Page::paragraph(std::string_view text) {
  body_ += "<p class=\"small\">" + escape(text) + "</p>\n";
}

void Page::note(std::string_view text) {
  body_ += "<p class=\"note\">" + escape(text) + "</p>\n";
}

void Page::code(std::string_view text) {
  body_ += "<pre>" + escape(text) + "</pre>\n";
}

void Page::figures(const std::vector<Figure>& figures) {
  body_ += "<div class=\"figures\">\n";
  for (const Figure& figure : figures) {
    ++figure_number_;
    body_ += "<figure>\n" + figure.svg + "<figcaption><b>Figure " + std::to_string(figure_number_)
             + ". " + escape(figure.title) + ".</b> " + escape(figure.caption)
             + "</figcaption>\n</figure>\n";
  }
  body_ += "</div>\n";
}

std::string Page::finish() && {
  return std::move(body_) + "</body>\n</html>\n";
}

}  // namespace freshet::bench::report
