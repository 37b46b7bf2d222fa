// report.html and all files of swarms.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "node/bench/report/chart.h"
#include "node/bench/report/page.h"
#include "node/bench/swarm/summary.h"
#include "node/bench/swarm/write.h"
#include "node/bench/write_files.h"

namespace freshet::bench {
namespace {

using report::Figure;

report::Series steps_of(const ClassSummary& each, std::string name, const report::LineLook& look) {
  report::Series series;
  series.name = std::move(name);
  series.look = look;
  series.look.marker.clear();
  series.shape = report::Shape::steps;
  const auto add = [&](double x, double share) {
    report::Point& point = series.points.emplace_back();
    point.x = x;
    point.y = share * 100;
    point.marked = false;
  };
  add(0, 0);
  for (std::size_t i = 0; i < each.times.size(); ++i)
    add(each.times[i], static_cast<double>(i + 1) / static_cast<double>(each.peers));
  return series;
}

/// `what`: of whom, over all variants in which there are any.
Figure completion(const std::vector<SwarmSummary>& summaries, PeerClass what) {
  report::Chart chart;
  chart.label = "Share of peers that have everything, over time";
  chart.x = {.title = "since the peer's arrival, s", .min = 0};
  chart.y = {.title = "have everything, %", .min = 0, .max = 100};
  for (std::size_t i = 0; i < summaries.size(); ++i) {
    const ClassSummary* each = summaries[i].find(what);
    if (each == nullptr) continue;
    const std::string name = summaries[i].variant.empty() ? "all" : summaries[i].variant;
    chart.series.push_back(steps_of(*each, name, report::look_in_order(i, summaries.size())));
  }
  chart.marks.push_back({.x = summaries.front().bound_s.mean, .label = "bound"});
  return {.title = "Completion: " + std::string(to_string(what)),
          .caption =
              "Peers of the class, of all seeds, that have the whole content. The upright line "
              "is the least time in which the last can have it (Kumar and Ross), of the first "
              "variant.",
          .svg = report::draw(chart)};
}

}  // namespace

std::string swarm_html(const SwarmSet& set, const Host& host) {
  const auto summaries = summarise(set);
  report::Page page(set.scenario_name);
  page.lead("A swarm in the simulator: " + std::to_string(set.size_bytes) + " bytes, "
            + std::to_string(set.seeds.size()) + (set.seeds.size() == 1 ? " seed" : " seeds")
            + " of the generator. freshet " + std::string(version()) + ".");
  page.heading("Summary");
  page.code(swarm_table(set));
  std::vector<Figure> figures;
  for (const PeerClass what : {PeerClass::honest, PeerClass::free_rider, PeerClass::strategic}) {
    const bool any = std::any_of(summaries.begin(), summaries.end(), [&](const auto& summary) {
      return summary.find(what) != nullptr;
    });
    if (any) figures.push_back(completion(summaries, what));
  }
  page.heading("Completion");
  page.figures(figures);
  page.heading("How to repeat it");
  page.code(set.command);
  page.paragraph("The scenario:");
  page.code(set.scenario_text);
  page.paragraph("It took " + std::to_string(set.cpu_seconds) + " s of processor time on "
                 + host.cpu + ".");
  return std::move(page).finish();
}

Status write_swarms(const SwarmSet& set, const std::string& dir) {
  const Host host = this_host();
  return write_files(dir,
                     {{"peers.csv",
                       [&](std::ostream& out) {
                         out << swarm_csv(set);
                       }},
                      {"summary.json",
                       [&](std::ostream& out) {
                         out << swarm_json(set);
                       }},
                      {"report.html",
                       [&](std::ostream& out) {
                         out << swarm_html(set, host);
                       }},
                      {"manifest.json", [&](std::ostream& out) {
                         out << swarm_manifest(set, host);
                       }}});
}

}  // namespace freshet::bench
