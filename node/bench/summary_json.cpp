// summary.json.
#include <cmath>

#include "node/bench/json_parts.h"
#include "node/bench/summary.h"
#include "node/bench/write_results.h"

namespace freshet::bench {
namespace {

Json json_of(const ShareEstimate& share) {
  if (!share.ci95) return {{"mean", share.mean}, {"ci95", nullptr}};
  return {{"mean", share.mean},
          {"ci95", (share.ci95->high - share.ci95->low) / 2},
          {"low", share.ci95->low},
          {"high", share.ci95->high}};
}

Json json_of(const Percentiles& percentiles) {
  return {{"p50", or_null(percentiles.p50)},
          {"p95", or_null(percentiles.p95)},
          {"p99", or_null(percentiles.p99)}};
}

// What one more hop gains for each message that it costs is in `coverage_per_message`.
Json hops_of(const Cell& cell) {
  Json hops = Json::array();
  double before = 0;
  for (const HopSummary& hop : cell.hops) {
    const double frames = hop.first + hop.duplicates;
    hops.push_back({{"hop", hop.hop},
                    {"first", hop.first},
                    {"duplicates", hop.duplicates},
                    {"duplicate_ratio", hop.duplicate_ratio()},
                    {"coverage", hop.coverage},
                    {"coverage_per_message", frames > 0 ? (hop.coverage - before) / frames : 0.0}});
    before = hop.coverage;
  }
  return hops;
}

Json degrees_of(const Cell& cell) {
  Json degrees = Json::array();
  for (const DegreeSummary& degree : cell.degrees) {
    degrees.push_back({{"low", degree.low},
                       {"high", degree.high},
                       {"nodes", degree.nodes},
                       {"frames_in", degree.frames_in},
                       {"hits_in", degree.hits_in}});
  }
  return degrees;
}

Json types_of(const Cell& cell) {
  Json types = Json::object();
  for (const TypeSummary& type : cell.types) {
    types[type.type] = {{"frames", type.frames}, {"bytes", type.bytes}};
  }
  return types;
}

Json recovery_of(const Cell& cell) {
  Json bins = Json::array();
  for (const RecoveryBin& bin : cell.recovery) {
    bins.push_back({{"from_s", bin.from_s},
                    {"to_s", bin.to_s},
                    {"queries", bin.queries},
                    {"success", bin.success},
                    {"coverage", bin.coverage}});
  }
  return bins;
}

Json json_of(const Cell& cell) {
  Json json = {
      {"strategy", to_string(cell.strategy)},
      {"queries", cell.queries},
      {"messages", json_of(cell.messages)},
      {"query_frames", json_of(cell.query_frames)},
      {"duplicates", json_of(cell.duplicates)},
      {"bytes", json_of(cell.bytes)},
      {"reached", json_of(cell.reached)},
      {"coverage", json_of(cell.coverage)},
      {"success", json_of(cell.success)},
      {"hits", json_of(cell.hits)},
      {"first_hit_ms", json_of(cell.first_hit_ms)},
      {"first_hit_hops", json_of(cell.first_hit_hops)},
      {"last_reached_ms", json_of(cell.last_reached_ms)},
      {"load", {{"max", cell.load.max}, {"mean", cell.load.mean}, {"gini", cell.load.gini}}},
      {"ci95_over", cell.over == IntervalOver::seeds ? "seeds" : "queries"},
      {"complete", cell.complete},
      {"hops", hops_of(cell)},
      {"load_by_degree", degrees_of(cell)},
      {"by_type", types_of(cell)},
  };
  if (cell.after_crash) {
    json["after_crash"] = {{"queries", cell.after_crash->queries},
                           {"success", json_of(cell.after_crash->success)},
                           {"coverage", json_of(cell.after_crash->coverage)},
                           {"recovery", recovery_of(cell)}};
  }
  return json;
}

Json strategies_of(const Summary& summary, const Variant& variant) {
  Json strategies = Json::array();
  for (const Cell* cell : summary.of_variant(variant)) strategies.push_back(json_of(*cell));
  return strategies;
}

}  // namespace

std::string summary_json(const RunSet& set) {
  const Summary summary = summarise(set);
  Json json = {{"schema", 1},
               {"name", set.scenario_name},
               {"nodes", summary.nodes},
               {"links", summary.links},
               {"strategies", Json::array()}};
  if (!summary.variants.empty()) {
    json["strategies"] = strategies_of(summary, summary.variants.front());
  }
  if (summary.variants.size() > 1) {
    json["variants"] = Json::array();
    for (const Variant& variant : summary.variants) {
      json["variants"].push_back({{"variant", variant.name},
                                  {"crash", variant.crash},
                                  {"strategies", strategies_of(summary, variant)}});
    }
  }
  // A scenario's name may hold any bytes.
  return file_text(json);
}

}  // namespace freshet::bench
