#include "node/bench/compare_input.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>

#include <nlohmann/json.hpp>

#include "node/bench/compare_csv.h"

namespace freshet::bench {
namespace {

using PlainJson = nlohmann::json;

Error damaged(const std::string& file, const std::string& what) {
  return {.code = ErrorCode::invalid,
          .message = file + ": " + what + "; make the folder again with sim or testbed --out"};
}

Result<std::ifstream> open(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  if (stream && !std::filesystem::is_directory(file)) return stream;
  return Error{
      .code = ErrorCode::not_found,
      .message = file + ": cannot be read; is its folder one that sim or testbed --out made?"};
}

constexpr std::array<std::string_view, 11> kColumns = {"strategy",
                                                       "seed",
                                                       "query",
                                                       "origin",
                                                       "messages",
                                                       "query_frames",
                                                       "duplicates",
                                                       "bytes",
                                                       "reached",
                                                       "hits",
                                                       "first_hit_ms"};

// Reads lines of queries.csv by the names of its columns.
class QueryReader {
 public:
  /// `nodes`: of the mesh, for coverage where a line does not say how many were alive.
  QueryReader(std::string file, double nodes) : file_(std::move(file)), nodes_(nodes) {}

  Status read(std::istream& stream, std::vector<ReadCell>& cells) {
    std::string line;
    for (; std::getline(stream, line); ++number_) {
      const auto fields = csv_fields(line);
      if (!fields) return fault("a quote is not closed");
      Status status = number_ == 1 ? take_header(*fields) : take_line(*fields, cells);
      if (!status) return status;
    }
    if (number_ == 1) return damaged(file_, "is empty");
    return kOk;
  }

 private:
  [[nodiscard]] Error fault(const std::string& what) const {
    return damaged(file_ + ":" + std::to_string(number_), what);
  }

  Status take_header(const std::vector<std::string>& fields) {
    width_ = fields.size();
    if (width_ < kColumns.size() || !std::equal(kColumns.begin(), kColumns.end(), fields.begin())) {
      return fault("the columns are not those of a queries.csv");
    }
    for (std::size_t i = kColumns.size(); i < width_; ++i) {
      if (fields[i] == "alive") alive_ = i;
      if (fields[i] == "variant") variant_ = i;
    }
    return kOk;
  }

  Status take_line(const std::vector<std::string>& fields, std::vector<ReadCell>& cells) {
    if (fields.size() != width_) {
      return fault(std::to_string(fields.size()) + " fields instead of " + std::to_string(width_));
    }
    const Result<ReadQuery> query = query_of(fields);
    if (!query) return query.error();
    ReadCell named;
    named.strategy = fields[0];
    if (variant_ != 0) named.variant = fields[variant_];
    const auto found = std::find_if(cells.rbegin(), cells.rend(), [&](const ReadCell& cell) {
      return cell.strategy == named.strategy && cell.variant == named.variant;
    });
    ReadCell& cell = found == cells.rend() ? cells.emplace_back(std::move(named)) : *found;
    cell.queries.push_back(*query);
    return kOk;
  }

  Result<ReadQuery> query_of(const std::vector<std::string>& fields) {
    ReadQuery query;
    std::size_t at = 1;
    for (std::uint64_t* number : {&query.seed, &query.query, &query.origin}) {
      const auto value = whole_number(fields[at]);
      if (!value) return wrong(fields, at);
      *number = *value;
      ++at;
    }
    for (double* number : {&query.messages,
                           &query.query_frames,
                           &query.duplicates,
                           &query.bytes,
                           &query.reached,
                           &query.hits}) {
      const auto value = amount(fields[at]);
      if (!value) return wrong(fields, at);
      *number = *value;
      ++at;
    }
    if (!fields[at].empty()) {
      query.first_hit_ms = amount(fields[at]);
      if (!query.first_hit_ms) return wrong(fields, at);
    }
    double alive = nodes_;
    if (alive_ != 0) {
      const auto value = amount(fields[alive_]);
      if (!value) return wrong(fields, alive_);
      alive = *value;
    }
    query.coverage = alive > 1 ? query.reached / (alive - 1) : 0;
    return query;
  }

  [[nodiscard]] Error wrong(const std::vector<std::string>& fields, std::size_t at) const {
    const std::string name = at < kColumns.size() ? std::string(kColumns.at(at)) : "alive";
    return fault("'" + fields[at] + "' is no " + name);
  }

  std::string file_;
  double nodes_;
  std::size_t number_ = 1;  ///< of the line
  std::size_t width_ = 0;
  std::size_t alive_ = 0;  ///< column; 0: none
  std::size_t variant_ = 0;
};

struct ReadSummary {
  std::string name;
  double nodes = 0;
  PlainJson json;
};

Result<ReadSummary> read_summary(const std::string& file) {
  auto stream = open(file);
  if (!stream) return stream.error();
  PlainJson json = PlainJson::parse(*stream, nullptr, false);
  if (json.is_discarded() || !json.is_object()) return damaged(file, "is no JSON object");
  const auto schema = json.find("schema");
  if (schema == json.end() || *schema != 1) return damaged(file, "is not of schema 1");
  const auto nodes = json.find("nodes");
  const auto name = json.find("name");
  if (nodes == json.end() || !nodes->is_number() || name == json.end() || !name->is_string()) {
    return damaged(file, "lacks name or nodes");
  }
  ReadSummary summary{.name = name->get<std::string>(), .nodes = nodes->get<double>(), .json = {}};
  summary.json = std::move(json);
  return summary;
}

// Of one entry of "strategies"; what is missing or of another type stays.
void take_load(const PlainJson& entry, ReadCell& cell) {
  const auto load = entry.find("load");
  if (load == entry.end() || !load->is_object()) return;
  const auto take = [&](const char* key, double& value) {
    const auto found = load->find(key);
    if (found != load->end() && found->is_number()) value = found->get<double>();
  };
  take("max", cell.load_max);
  take("gini", cell.load_gini);
}

void take_loads(const PlainJson& strategies,
                const std::string& variant,
                std::vector<ReadCell>& cells) {
  if (!strategies.is_array()) return;
  for (const PlainJson& entry : strategies) {
    if (!entry.is_object()
        || entry.value("strategy", PlainJson()).type() != PlainJson::value_t::string) {
      continue;
    }
    for (ReadCell& cell : cells) {
      if (cell.variant == variant && cell.strategy == entry["strategy"]) take_load(entry, cell);
    }
  }
}

void take_all_loads(const PlainJson& json, std::vector<ReadCell>& cells) {
  const auto variants = json.find("variants");
  if (variants == json.end() || !variants->is_array()) {
    take_loads(
        json.value("strategies", PlainJson()), cells.empty() ? "" : cells.front().variant, cells);
    return;
  }
  for (const PlainJson& variant : *variants) {
    if (!variant.is_object()) continue;
    const PlainJson name = variant.value("variant", PlainJson());
    if (name.is_string()) {
      take_loads(variant.value("strategies", PlainJson()), name.get<std::string>(), cells);
    }
  }
}

}  // namespace

const ReadCell* ReadResults::find(const ReadCell& like) const {
  for (const ReadCell& cell : cells) {
    if (cell.strategy == like.strategy && cell.variant == like.variant) return &cell;
  }
  return nullptr;
}

Result<ReadResults> read_results(const std::string& folder) {
  if (!std::filesystem::is_directory(folder)) {
    return Error{.code = ErrorCode::not_found,
                 .message = folder + ": is no folder; give two that sim or testbed --out made"};
  }
  const Result<ReadSummary> summary = read_summary(folder + "/summary.json");
  if (!summary) return summary.error();
  const std::string file = folder + "/queries.csv";
  auto stream = open(file);
  if (!stream) return stream.error();
  ReadResults results;
  results.name = summary->name;
  Status status = QueryReader(file, summary->nodes).read(*stream, results.cells);
  if (!status) return status.error();
  for (ReadCell& cell : results.cells) {
    std::stable_sort(cell.queries.begin(),
                     cell.queries.end(),
                     [](const ReadQuery& x, const ReadQuery& y) { return x.key() < y.key(); });
  }
  take_all_loads(summary->json, results.cells);
  return results;
}

}  // namespace freshet::bench
