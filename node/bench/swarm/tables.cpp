// Swarms as rows: peers.csv, and the table of a terminal.
#include "node/bench/tables.h"

#include <array>
#include <cstdio>
#include <sstream>

#include "node/bench/swarm/summary.h"
#include "node/bench/swarm/write.h"

namespace freshet::bench {
namespace {

std::string fixed(double value, int digits) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.*f", digits, value);
  return text.data();
}

std::string with_interval(const Estimate& estimate, int digits) {
  const std::string mean = fixed(estimate.mean, digits);
  return estimate.ci95 ? mean + " ± " + fixed(*estimate.ci95, digits) : mean;
}

double seconds(Duration time) {
  return std::chrono::duration<double>(time).count();
}

}  // namespace

std::string swarm_table(const SwarmSet& set) {
  TextTable table({"variant",
                   "class",
                   "peers",
                   "done",
                   "mean s",
                   "p50",
                   "p95",
                   "ratio",
                   "last s",
                   "bound s",
                   "copies",
                   "idle"},
                  2);
  for (const SwarmSummary& summary : summarise(set)) {
    for (const ClassSummary& each : summary.classes) {
      const auto at = [&](double share) {
        const auto value = percentile(each.times, share);
        return value ? fixed(*value, 1) : std::string("-");
      };
      table.add({summary.variant,
                 std::string(to_string(each.what)),
                 std::to_string(each.peers),
                 std::to_string(each.finished),
                 each.times.empty() ? "-" : with_interval(each.took_s, 1),
                 at(0.5),
                 at(0.95),
                 fixed(each.ratio, 2),
                 with_interval(summary.last_s, 1),
                 fixed(summary.bound_s.mean, 1),
                 fixed(summary.copies.mean, 2),
                 fixed(summary.seed_idle.mean * 100, 0) + " %"});
    }
  }
  return table.text();
}

std::string swarm_csv(const SwarmSet& set) {
  std::ostringstream out;
  out << "variant,seed,peer,class,up,down,arrived_s,took_s,bytes_in,bytes_kept,bytes_out\n";
  for (const SwarmRun& run : set.runs) {
    for (std::size_t i = 0; i < run.peers.size(); ++i) {
      const SwarmPeerRow& row = run.peers[i];
      out << csv_field(run.variant) << ',' << run.seed << ',' << i << ','
          << to_string(row.peer.what) << ',' << row.peer.up << ',' << row.peer.down << ','
          << fixed(seconds(row.peer.arrives), 3) << ',' << (row.took_s ? fixed(*row.took_s, 6) : "")
          << ',' << row.bytes_in << ',' << row.bytes_kept << ',' << row.bytes_out << '\n';
    }
  }
  return std::move(out).str();
}

}  // namespace freshet::bench
