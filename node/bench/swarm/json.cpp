// summary.json and manifest.json of swarms.
#include <algorithm>

#include "node/bench/json_parts.h"
#include "node/bench/swarm/summary.h"
#include "node/bench/swarm/write.h"

namespace freshet::bench {
namespace {

constexpr std::size_t kCdfPoints = 20;

// Of all of the class, so that it ends below 1 where some did not finish.
Json cdf_of(const ClassSummary& each) {
  Json points = Json::array();
  const std::size_t count = each.times.size();
  const std::size_t step = std::max<std::size_t>(1, count / kCdfPoints);
  for (std::size_t i = 0; i < count; ++i) {
    if ((i + 1) % step != 0 && i + 1 != count) continue;
    points.push_back(
        Json::array({each.times[i], static_cast<double>(i + 1) / static_cast<double>(each.peers)}));
  }
  return points;
}

Json json_of(const ClassSummary& each) {
  Json took =
      each.times.empty() ? Json({{"mean", nullptr}, {"ci95", nullptr}}) : json_of(each.took_s);
  took["p50"] = or_null(percentile(each.times, 0.5));
  took["p95"] = or_null(percentile(each.times, 0.95));
  took["max"] = or_null(percentile(each.times, 1));
  return {{"class", to_string(each.what)},
          {"peers", each.peers},
          {"finished", each.finished},
          {"took_s", took},
          {"ratio", each.ratio},
          {"cdf", cdf_of(each)}};
}

Json json_of(const SwarmSummary& summary) {
  std::uint64_t events = 0;
  std::uint64_t stalls = 0;
  for (const SwarmRun* run : summary.runs) {
    events += run->events;
    stalls += run->stalls;
  }
  const SwarmRun& first = *summary.runs.front();
  Json json = {{"variant", summary.variant},
               {"peers", first.peers.size()},
               {"pieces", first.pieces},
               {"piece_length", first.piece_length},
               {"bound_s", json_of(summary.bound_s)},
               {"last_s", json_of(summary.last_s)},
               {"copies", json_of(summary.copies)},
               {"seed_idle", json_of(summary.seed_idle)},
               {"stalls", stalls},
               {"events", events},
               {"classes", Json::array()}};
  for (const ClassSummary& each : summary.classes) json["classes"].push_back(json_of(each));
  return json;
}

}  // namespace

std::string swarm_json(const SwarmSet& set) {
  Json json = {{"schema", 1},
               {"name", set.scenario_name},
               {"size", set.size_bytes},
               {"swarms", Json::array()}};
  for (const SwarmSummary& summary : summarise(set)) json["swarms"].push_back(json_of(summary));
  return file_text(json);
}

std::string swarm_manifest(const SwarmSet& set, const Host& host) {
  Json json = {{"schema", 1},
               {"name", set.scenario_name},
               {"version", version()},
               {"runner", "swarm"},
               {"command", set.command},
               {"seeds", set.seeds},
               {"interrupted", set.interrupted},
               {"host", json_of(host)},
               {"timing", {{"wall_seconds", set.wall_seconds}, {"cpu_seconds", set.cpu_seconds}}},
               {"runs", Json::array()}};
  for (const SwarmRun& run : set.runs) {
    json["runs"].push_back({{"variant", run.variant},
                            {"seed", run.seed},
                            {"peers", run.peers.size()},
                            {"events", run.events},
                            {"digest", hex(run.digest)}});
  }
  json["scenario"] = set.scenario_text;
  return file_text(json);
}

}  // namespace freshet::bench
