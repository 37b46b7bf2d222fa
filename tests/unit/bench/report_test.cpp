// The report: that it needs nothing else, that nothing of a scenario can break out of it, and that
// its axes and labels are what a reader expects. Whether it looks good is for eyes.
#include "node/bench/report.h"

#include <cmath>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include "node/bench/report/axis.h"
#include "node/bench/report/bars.h"
#include "node/bench/report/chart.h"
#include "node/bench/report/html.h"
#include "node/bench/report/labels.h"
#include "tests/unit/bench/synthetic_results.h"

namespace freshet::bench {
namespace {

using core::StrategyId;
using report::Axis;
using report::AxisSpec;
using report::Chart;
using report::Extent;
using report::Scale;
using testing::synthetic;
using testing::two_queries;

std::size_t count_of(std::string_view text, std::string_view what) {
  std::size_t count = 0;
  for (std::size_t at = text.find(what); at != std::string_view::npos;
       at = text.find(what, at + 1)) {
    ++count;
  }
  return count;
}

Extent extent_of(std::initializer_list<double> values) {
  Extent extent;
  for (const double value : values) extent.add(value);
  return extent;
}

std::string labels_of(const Axis& axis) {
  std::string labels;
  for (const report::Tick& tick : axis.ticks()) labels += tick.label + " ";
  return labels;
}

TEST_CASE("Text is escaped, and bytes that no page may hold are replaced") {
  CHECK(report::escape("a<b> & \"c\" 'd'") == "a&lt;b&gt; &amp; &quot;c&quot; &#39;d&#39;");
  CHECK(report::escape("é – 漢 🌊") == "é – 漢 🌊");
  CHECK(report::escape("\x01|\x1B|\x7F") == "\uFFFD|\uFFFD|\uFFFD");
  CHECK(report::escape("\xFF|\xC0\xAF|\xED\xA0\x80") == "\uFFFD|\uFFFD\uFFFD|\uFFFD\uFFFD\uFFFD");
  CHECK(report::escape("cut \xE2\x82") == "cut \uFFFD\uFFFD");
  CHECK(report::escape("two\nlines") == "two\nlines");
}

TEST_CASE("Nothing of a scenario can break out of the page") {
  RunSet set = synthetic({.strategies = {StrategyId::flood}, .crashes = {0.1, 0.2}, .seeds = {1}});
  const std::string evil = "</pre><script>alert(1)</script>\"'<img src=x>";
  set.scenario_name = set.scenario_text = set.command = evil;
  for (Run& run : set.runs) {
    run.variant.name += evil;
    run.traffic[0].type = evil;
  }
  const std::string html = report_html(set, {.name = evil, .system = evil, .cpu = evil});
  CHECK(html.find("<script") == std::string::npos);
  CHECK(html.find("<img") == std::string::npos);
  CHECK(html.find("&lt;script&gt;") != std::string::npos);
}

TEST_CASE("The page refers to nothing outside itself") {
  const std::string html = report_html(synthetic({.crashes = {0.1, 0.5}}), this_host());
  CHECK(html.find("src=") == std::string::npos);
  CHECK(html.find("href=") == std::string::npos);
  CHECK(html.find("@import") == std::string::npos);
  CHECK(count_of(html, "http") == count_of(html, "http://www.w3.org/2000/svg"));
}

TEST_CASE("Figures are numbered through, and each has a title and a name for screen readers") {
  const std::string html = report_html(synthetic(), {});
  const std::size_t figures = count_of(html, "<figure>");
  CHECK(figures == 12);
  CHECK(count_of(html, "<svg") == figures);
  CHECK(count_of(html, "role=\"img\"") == figures);
  CHECK(html.find("<b>Figure 12. ") != std::string::npos);
}

TEST_CASE("A crash adds recovery curves, and a sweep curves by share") {
  const std::string one = report_html(synthetic({.crashes = {0.5}}), {});
  CHECK(one.find("Coverage after the crash.") != std::string::npos);
  CHECK(one.find("Success by share crashed") == std::string::npos);
  const std::string sweep = report_html(synthetic({.crashes = {0.1, 0.5}}), {});
  CHECK(sweep.find("Success by share crashed") != std::string::npos);
  CHECK(sweep.find("Coverage after the crash: walk.") != std::string::npos);
  const std::string none = report_html(synthetic(), {});
  CHECK(none.find("after the crash") == std::string::npos);
}

TEST_CASE("Nothing, one query, one node and no hit at all make a page without a broken number") {
  RunSet bare;
  bare.runs.emplace_back();
  bare.crash_at_s = 3;
  RunSet no_hit = two_queries();
  no_hit.runs[0].queries.erase(no_hit.runs[0].queries.begin());
  for (const RunSet& set : {RunSet{}, bare, no_hit, two_queries()}) {
    const std::string html = report_html(set, {});
    CHECK(html.find("nan") == std::string::npos);
    CHECK(html.find("inf\"") == std::string::npos);
    CHECK(html.find("</html>") != std::string::npos);
  }
}

TEST_CASE("Linear ticks are round and enclose what is shown") {
  const Axis axis({.title = "x"}, extent_of({3, 97}), 6);
  CHECK(labels_of(axis) == "0 20 40 60 80 100 ");
  CHECK(axis.share(0) == 0);
  CHECK(axis.share(100) == 1);
  CHECK(labels_of(Axis({.title = "x"}, extent_of({-28, 88}), 7)) == "-40 -20 0 20 40 60 80 100 ");
  CHECK(labels_of(Axis({.title = "x"}, extent_of({0, 0.31}), 6)) == "0 0.1 0.2 0.3 0.4 ");
  CHECK(labels_of(Axis({.title = "x", .whole = true}, extent_of({1, 3}), 6)) == "1 2 3 ");
}

TEST_CASE("An axis with one value, or none, has ticks still") {
  for (const Extent& extent : {extent_of({}), extent_of({0}), extent_of({5}), extent_of({-2})}) {
    for (const Scale scale : {Scale::linear, Scale::logarithmic, Scale::automatic}) {
      const Axis axis({.title = "x", .scale = scale}, extent, 6);
      CHECK(axis.ticks().size() >= 2);
      CHECK(axis.high() > axis.low());
      CHECK(std::isfinite(axis.share(5)));
    }
  }
}

TEST_CASE("A wide span is shown on a logarithmic axis, with round ticks") {
  const AxisSpec spec{.title = "x", .scale = Scale::automatic};
  const Axis wide(spec, extent_of({30, 40'000}), 7);
  CHECK(wide.is_logarithmic());
  CHECK(labels_of(wide) == "100 1,000 10,000 ");
  CHECK(wide.low() == doctest::Approx(20));
  CHECK(wide.high() == doctest::Approx(50'000));
  CHECK(labels_of(Axis(spec, extent_of({210, 6400}), 7)) == "200 500 1,000 2,000 5,000 10,000 ");
  CHECK_FALSE(Axis(spec, extent_of({200, 900}), 7).is_logarithmic());
  CHECK_FALSE(Axis(spec, extent_of({0, 9000}), 7).is_logarithmic());
}

TEST_CASE("An axis of bytes picks its unit") {
  const Axis axis({.title = "Traffic", .bytes = true}, extent_of({0, 148'000}), 6);
  CHECK(axis.title() == "Traffic (kB)");
  CHECK(labels_of(axis) == "0 50 100 150 ");
}

TEST_CASE("A chart without a point says so") {
  CHECK(draw(Chart{}).find("no data") != std::string::npos);
  CHECK(draw(report::BarChart{}).find("no data") != std::string::npos);
}

TEST_CASE("A series of one point and one of thousands are drawn with a bounded number of markers") {
  Chart chart;
  report::Series few{.name = "few", .look = report::look_of(StrategyId::flood), .points = {{}}};
  report::Series many{.name = "many", .look = report::look_of(StrategyId::ring), .points = {}};
  for (int i = 0; i < 5000; ++i) {
    many.points.emplace_back();
    many.points.back().x = i;
    many.points.back().y = i % 100;
  }
  chart.series = {few, many};
  CHECK(count_of(draw(chart), "<title>") <= 9);
}

TEST_CASE("Every strategy has a dash and a marker of its own, for paper without colour") {
  for (std::size_t a = 0; a < core::kStrategyNames.size(); ++a) {
    for (std::size_t b = 0; b < a; ++b) {
      const auto one = report::look_of(static_cast<StrategyId>(a));
      const auto other = report::look_of(static_cast<StrategyId>(b));
      CHECK(one.dash != other.dash);
      CHECK(one.marker != other.marker);
      CHECK(one.colour != other.colour);
    }
  }
}

TEST_CASE("Names beside points that lie close do not touch one another") {
  report::Svg svg(400, 300, "");
  report::Labels labels({.left = 0, .top = 0, .right = 400, .bottom = 300});
  for (int i = 0; i < 6; ++i) labels.keep_free({200.0 + i, 150});
  for (int i = 0; i < 6; ++i) labels.write(svg, {200.0 + i, 150}, "strategy");
  const std::string drawn = std::move(svg).finish();
  CHECK(count_of(drawn, "<text") == 6);
  std::vector<std::string> places;
  for (std::size_t at = drawn.find("<text"); at != std::string::npos;
       at = drawn.find("<text", at + 1)) {
    places.push_back(drawn.substr(at, drawn.find(" font-size", at) - at));
  }
  for (std::size_t a = 0; a < places.size(); ++a) {
    for (std::size_t b = 0; b < a; ++b) CHECK(places[a] != places[b]);
  }
}

}  // namespace
}  // namespace freshet::bench
