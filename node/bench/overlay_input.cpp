#include "node/bench/overlay_input.h"

#include <algorithm>
#include <fstream>
#include <functional>
#include <map>
#include <utility>

#include <nlohmann/json.hpp>

#include "node/bench/compare_csv.h"

namespace freshet::bench {
namespace {

/// A line by the names of its columns.
class Line {
 public:
  Line(const std::map<std::string, std::size_t>& columns, const std::vector<std::string>& fields)
      : columns_(columns),
        fields_(fields) {}

  [[nodiscard]] const std::string& text(const std::string& name) const {
    static const std::string kNothing;
    const auto found = columns_.find(name);
    return found == columns_.end() ? kNothing : fields_[found->second];
  }
  [[nodiscard]] std::uint64_t whole(const std::string& name) const {
    return whole_number(text(name)).value_or(0);
  }
  [[nodiscard]] std::optional<double> number(const std::string& name) const {
    return text(name).empty() ? std::nullopt : amount(text(name));
  }

 private:
  const std::map<std::string, std::size_t>& columns_;
  const std::vector<std::string>& fields_;
};

Error damaged(const std::string& file, std::size_t line, const std::string& what) {
  return {ErrorCode::invalid,
          file + ":" + std::to_string(line) + ": " + what
              + "; make the folder again with sim or testbed --out"};
}

Status for_each_line(const std::string& file, const std::function<void(const Line&)>& take) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) {
    return Error{ErrorCode::not_found,
                 file + ": cannot be read; is its folder one that sim or testbed --out made?"};
  }
  std::map<std::string, std::size_t> columns;
  std::string text;
  for (std::size_t number = 1; std::getline(stream, text); ++number) {
    const auto fields = csv_fields(text);
    if (!fields) return damaged(file, number, "a quote is not closed");
    if (number == 1) {
      for (std::size_t i = 0; i < fields->size(); ++i) columns[(*fields)[i]] = i;
      continue;
    }
    if (fields->size() != columns.size())
      return damaged(file, number, "has not as many fields as there are columns");
    take(Line(columns, *fields));
  }
  return kOk;
}

/// Runs by variant, strategy and seed, in the order in which they are first named.
class Runs {
 public:
  explicit Runs(RunSet& set) : set_(set) {}

  Run* of(const Line& line) {
    const auto strategy = core::strategy_named(line.text("strategy"));
    if (!strategy) return nullptr;
    const Variant variant = variant_of(line.text("variant"));
    const std::uint64_t seed = line.whole("seed");
    for (Run& run : set_.runs) {
      if (run.strategy == *strategy && run.seed == seed && run.variant == variant) return &run;
    }
    Run& run = set_.runs.emplace_back();
    run.strategy = *strategy;
    run.seed = seed;
    run.variant = variant;
    return &run;
  }

 private:
  /// "crash 30 %"
  static Variant variant_of(const std::string& name) {
    Variant variant{.name = name};
    constexpr std::string_view kCrash = "crash ";
    if (name.starts_with(kCrash)) {
      const std::string share =
          name.substr(kCrash.size(), name.find(' ', kCrash.size()) - kCrash.size());
      variant.crash = amount(share).value_or(0) / 100;
    }
    return variant;
  }

  RunSet& set_;
};

void take_query(const Line& line, Run& run) {
  QueryRow row;
  row.query = static_cast<std::uint32_t>(line.whole("query"));
  row.origin = line.whole("origin");
  row.messages = line.whole("messages");
  row.query_frames = line.whole("query_frames");
  row.duplicates = line.whole("duplicates");
  row.bytes = line.number("bytes").value_or(0);
  row.reached = line.whole("reached");
  row.alive = line.whole("alive");
  row.hits = line.whole("hits");
  row.first_hit_ms = line.number("first_hit_ms");
  row.last_reached_ms = line.number("last_reached_ms");
  if (!line.text("first_hit_hops").empty())
    row.first_hit_hops = static_cast<std::uint32_t>(line.whole("first_hit_hops"));
  row.asked_at_s = line.number("asked_at_s").value_or(0);
  run.queries.push_back(row);
}

}  // namespace

Result<RunSet> read_run_set(const std::string& folder) {
  RunSet set;
  Runs runs(set);
  Status read = for_each_line(folder + "/queries.csv", [&](const Line& line) {
    if (Run* run = runs.of(line)) take_query(line, *run);
  });
  if (!read) return read.error();
  read = for_each_line(folder + "/nodes.csv", [&](const Line& line) {
    Run* run = runs.of(line);
    if (run == nullptr) return;
    run->loads.push_back({.degree = static_cast<std::uint32_t>(line.whole("degree")),
                          .frames_in = line.whole("frames_in"),
                          .hits_in = line.whole("hits_in")});
    run->nodes = run->loads.size();
  });
  if (!read) return read.error();
  if (set.runs.empty()) return damaged(folder + "/queries.csv", 1, "has no query");
  for (const Run& run : set.runs) {
    if (std::find(set.seeds.begin(), set.seeds.end(), run.seed) == set.seeds.end())
      set.seeds.push_back(run.seed);
  }
  std::ifstream stream(folder + "/manifest.json", std::ios::binary);
  const auto manifest = nlohmann::json::parse(stream, nullptr, false);
  set.runner = manifest.is_object() ? manifest.value("runner", std::string("sim")) : "sim";
  set.scenario_name = folder;
  return set;
}

}  // namespace freshet::bench
