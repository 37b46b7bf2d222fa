#include "node/bench/swarm/summary.h"

#include <algorithm>

namespace freshet::bench {
namespace {

template <typename F>
Estimate over(const std::vector<const SwarmRun*>& runs, F&& value) {
  std::vector<double> values;
  for (const SwarmRun* run : runs) {
    if (const std::optional<double> each = value(*run)) values.push_back(*each);
  }
  return estimate(values);
}

std::optional<double> last_of(const SwarmRun& run) {
  double last = 0;
  for (const SwarmPeerRow& row : run.peers) {
    if (row.peer.what == PeerClass::seed) continue;
    if (!row.took_s) return std::nullopt;
    last = std::max(last, std::chrono::duration<double>(row.peer.arrives).count() + *row.took_s);
  }
  return last;
}

ClassSummary of_class(const std::vector<const SwarmRun*>& runs, PeerClass what) {
  ClassSummary summary;
  summary.what = what;
  std::vector<double> means;
  double in = 0;
  double out = 0;
  for (const SwarmRun* run : runs) {
    std::vector<double> times;
    for (const SwarmPeerRow& row : run->peers) {
      if (row.peer.what != what) continue;
      ++summary.peers;
      in += static_cast<double>(row.bytes_in);
      out += static_cast<double>(row.bytes_out);
      if (row.took_s) times.push_back(*row.took_s);
    }
    if (!times.empty()) means.push_back(mean_of(times));
    summary.times.insert(summary.times.end(), times.begin(), times.end());
  }
  std::sort(summary.times.begin(), summary.times.end());
  summary.finished = summary.times.size();
  summary.took_s = estimate(means);
  summary.ratio = in > 0 ? out / in : 0;
  return summary;
}

SwarmSummary summary_of(std::string variant, std::vector<const SwarmRun*> runs) {
  SwarmSummary summary;
  summary.variant = std::move(variant);
  summary.bound_s = over(runs, [](const SwarmRun& run) { return std::optional(run.bound_s); });
  summary.last_s = over(runs, last_of);
  summary.copies = over(runs, [](const SwarmRun& run) { return std::optional(run.copies); });
  summary.seed_idle = over(runs, [](const SwarmRun& run) { return std::optional(run.seed_idle); });
  for (const PeerClass what : {PeerClass::honest, PeerClass::free_rider, PeerClass::strategic}) {
    ClassSummary each = of_class(runs, what);
    if (each.peers > 0) summary.classes.push_back(std::move(each));
  }
  summary.runs = std::move(runs);
  return summary;
}

}  // namespace

const ClassSummary* SwarmSummary::find(PeerClass what) const {
  const auto at = std::find_if(
      classes.begin(), classes.end(), [&](const ClassSummary& each) { return each.what == what; });
  return at == classes.end() ? nullptr : &*at;
}

std::vector<SwarmSummary> summarise(const SwarmSet& set) {
  std::vector<SwarmSummary> summaries;
  std::vector<const SwarmRun*> runs;
  for (std::size_t i = 0; i < set.runs.size(); ++i) {
    runs.push_back(&set.runs[i]);
    if (i + 1 < set.runs.size() && set.runs[i + 1].variant == set.runs[i].variant) continue;
    summaries.push_back(summary_of(set.runs[i].variant, std::move(runs)));
    runs = {};
  }
  return summaries;
}

}  // namespace freshet::bench
