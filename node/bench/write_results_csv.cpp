#include "node/bench/write_results_csv.h"

#include <optional>
#include <ostream>
#include <string>

#include "node/bench/tables.h"
#include "node/bench/tables_numbers.h"

namespace freshet::bench {
namespace {

constexpr std::string_view kQueriesHeader =
    "strategy,seed,query,origin,messages,query_frames,duplicates,bytes,reached,hits,first_hit_ms,"
    "alive,last_reached_ms,first_hit_hops,asked_at_s,variant\n";
constexpr std::string_view kNodesHeader = "strategy,seed,node,degree,frames_in,hits_in,variant\n";

// A line that is built up and written.
class Line {
 public:
  explicit Line(std::ostream& out) : out_(out) {}

  Line& add(std::string_view text) {
    if (!text_.empty()) text_ += ',';
    text_ += text;
    return *this;
  }
  Line& add(std::uint64_t value) { return add(std::string_view(std::to_string(value))); }
  Line& add(double value) { return add(std::string_view(exact(value))); }
  template <typename T>
  Line& add(const std::optional<T>& value) {
    return value ? add(*value) : add(std::string_view());
  }
  void end() {
    text_ += '\n';
    out_.write(text_.data(), static_cast<std::streamsize>(text_.size()));
    text_.clear();
  }

 private:
  std::ostream& out_;
  std::string text_;
};

}  // namespace

void write_queries_csv(const RunSet& set, std::ostream& out) {
  out << kQueriesHeader;
  Line line(out);
  for (const Run& run : set.runs) {
    const std::string variant = csv_field(run.variant.name);
    for (const QueryRow& row : run.queries) {
      line.add(to_string(run.strategy)).add(run.seed).add(std::uint64_t{row.query}).add(row.origin);
      line.add(row.messages).add(row.query_frames).add(row.duplicates).add(row.bytes);
      line.add(row.reached).add(row.hits).add(row.first_hit_ms).add(row.alive);
      line.add(row.last_reached_ms);
      line.add(row.first_hit_hops ? std::optional<std::uint64_t>(*row.first_hit_hops)
                                  : std::nullopt);
      line.add(row.asked_at_s).add(std::string_view(variant)).end();
    }
  }
}

void write_nodes_csv(const RunSet& set, std::ostream& out) {
  out << kNodesHeader;
  Line line(out);
  for (const Run& run : set.runs) {
    const std::string variant = csv_field(run.variant.name);
    for (std::size_t i = 0; i < run.loads.size(); ++i) {
      const NodeLoad& node = run.loads[i];
      const std::uint64_t label = i < set.labels.size() ? set.labels[i] : i;
      line.add(to_string(run.strategy)).add(run.seed).add(label);
      line.add(std::uint64_t{node.degree}).add(node.frames_in).add(node.hits_in);
      line.add(std::string_view(variant)).end();
    }
  }
}

}  // namespace freshet::bench
