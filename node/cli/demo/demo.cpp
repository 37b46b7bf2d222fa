#include "node/cli/demo/demo.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>
#include <unistd.h>

#include "node/base/id_text.h"
#include "node/cli/demo/sample_files.h"
#include "node/cli/exit_code.h"
#include "node/cli/local_mesh.h"
#include "node/cli/results_out.h"
#include "node/cli/scratch_folder.h"
#include "node/cli/text.h"

namespace freshet::cli {
namespace {

namespace fs = std::filesystem;
using demo::SampleFile;
using nlohmann::json;

constexpr std::size_t kNodes = 8;
constexpr std::size_t kExtraEdges = 5;
constexpr std::size_t kMostFiles = 8;
constexpr std::size_t kSources = 4;         // nodes that hold the large file
constexpr std::size_t kCopiesOfOthers = 2;  // nodes that hold each other file
constexpr std::chrono::milliseconds kEventLimit{30000};

// What is said to a person goes to stdout, unless JSON was asked for.
class Narrator {
 public:
  explicit Narrator(bool silent) : silent_(silent) {}
  void say(const std::string& line) const {
    if (silent_) return;
    std::printf("%s\n", line.c_str());
    std::fflush(stdout);
  }

 private:
  bool silent_;
};

std::string draw_graph(const Edges& edges) {
  std::string text;
  for (const auto& [a, b] : edges)
    text += (text.empty() ? "" : "  ") + std::to_string(a) + "-" + std::to_string(b);
  return text;
}

class Demo {
 public:
  Demo(const DemoOptions& options, const fs::path& folder, std::uint64_t seed)
      : options_(options),
        narrator_(options.json),
        folder_(folder),
        seed_(seed),
        rng_(Rng::from_seed(seed)),
        mesh_(fs::read_symlink("/proc/self/exe").string(), folder) {}

  Status run() {
    if (auto done = spread_files(); !done) return done;
    if (auto done = start_mesh(); !done) return done;
    if (auto done = search(); !done) return done;
    if (auto done = fetch(); !done) return done;
    if (options_.json) std::printf("%s\n", report_.dump().c_str());
    return kOk;
  }

 private:
  Status spread_files();
  Status start_mesh();
  Status search();
  Status fetch();
  Status show_flood(const std::vector<json>& before);
  void draw_bar(std::uint64_t done, std::uint64_t size, std::uint64_t sources) const;

  const DemoOptions& options_;
  Narrator narrator_;
  fs::path folder_;
  std::uint64_t seed_;
  Rng rng_;
  LocalMesh mesh_;
  Edges edges_;
  SampleFile wanted_;
  std::string wanted_id_;
  json report_ = {{"schema", 1}};
};

// Node 0 searches and holds nothing of what it wants.
Status Demo::spread_files() {
  auto files = options_.dir ? demo::pick_files(*options_.dir, kMostFiles)
                            : demo::make_sample_tree(folder_ / "sample", rng_.fork("sample"));
  if (!files) return files.error();
  wanted_ = files->front();
  Rng where = rng_.fork("placement");
  for (std::size_t i = 0; i < files->size(); ++i) {
    std::vector<std::size_t> holders;
    const std::size_t copies = i == 0 ? kSources : kCopiesOfOthers;
    while (holders.size() < copies) {
      const std::size_t node = 1 + where.below(kNodes - 1);
      if (std::find(holders.begin(), holders.end(), node) != holders.end()) continue;
      holders.push_back(node);
      if (auto placed = demo::place(files->at(i), mesh_.share_of(node)); !placed) return placed;
    }
  }
  narrator_.say("sharing " + std::to_string(files->size()) + " files, the largest on "
                + std::to_string(kSources) + " of " + std::to_string(kNodes) + " nodes (seed "
                + std::to_string(seed_) + ")");
  return kOk;
}

Status Demo::start_mesh() {
  edges_ = random_graph(kNodes, kExtraEdges, rng_.fork("graph"));
  for (std::size_t node = 0; node < kNodes; ++node) {
    std::vector<std::size_t> peers;
    for (const auto& [a, b] : edges_) {
      if (b == node) peers.push_back(a);
    }
    if (interrupted()) return interruption();
    if (auto started = mesh_.start_node(peers); !started) return started;
  }
  if (auto settled = mesh_.settle(edges_); !settled) return settled;
  narrator_.say("mesh of " + std::to_string(kNodes) + " daemons and "
                + std::to_string(edges_.size()) + " TLS links on loopback: " + draw_graph(edges_));
  report_["nodes"] = kNodes;
  report_["links"] = edges_.size();
  report_["seed"] = seed_;
  return kOk;
}

Status Demo::search() {
  const std::string words = wanted_.path.stem().string();
  const auto before = mesh_.status_of_all();
  if (!before) return before.error();
  narrator_.say("\nnode 0$ freshet search \"" + words + "\"");
  auto child = ChildProcess::start(
      mesh_.command(0, {"search", "--json", "--timeout", "2", "--", words}), Stream::out);
  if (!child) return child.error();
  json best;
  while (auto line = child->read_line(kEventLimit)) {
    const auto event = json::parse(*line, nullptr, false);
    if (event.is_discarded() || !event.is_object()) continue;
    const bool is_wanted = event.value("event", "") == "hit"
                           && event.value("size", std::uint64_t{0}) == wanted_.size_bytes;
    if (is_wanted && (best.is_null() || best["n"] == event["n"])) best = event;
    if (event.value("event", "") == "done") report_["search"] = event;
  }
  child->wait();
  if (best.is_null() || !best["id"].is_string()) {
    return Error{.code = ErrorCode::no_source,
                 .message = "the search did not find " + wanted_.path.filename().string()};
  }
  wanted_id_ = best["id"].get<std::string>();
  report_["hit"] = best;
  narrator_.say("  " + std::to_string(best.value("n", 0)) + "  " + wanted_.path.filename().string()
                + "  " + human_size(wanted_.size_bytes) + "  "
                + count_of(best.value("sources", 0U), "source", "sources") + ", nearest "
                + count_of(best.value("hops", 0U), "hop", "hops") + " away");
  return show_flood(*before);
}

Status Demo::show_flood(const std::vector<json>& before) {
  const auto after = mesh_.status_of_all();
  if (!after) return after.error();
  const auto grown = [&](const char* counter) {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < before.size(); ++i) {
      const auto& now = after->at(i)["counters"];
      sum += now.value(counter, std::uint64_t{0})
             - before[i]["counters"].value(counter, std::uint64_t{0});
    }
    return sum;
  };
  const std::uint64_t reached = grown("query_first");
  const std::uint64_t duplicates = grown("query_duplicates");
  const std::uint64_t hits = grown("hits_sent");
  report_["flood"] = {{"reached", reached},
                      {"query_frames", reached + duplicates},
                      {"duplicates", duplicates},
                      {"reforwarded", grown("query_reforwarded")},
                      {"hits_sent", hits},
                      {"hits_relayed", grown("hits_forwarded")}};
  narrator_.say("the flood reached " + std::to_string(reached) + " of " + std::to_string(kNodes - 1)
                + " other nodes with " + std::to_string(reached + duplicates) + " query messages, "
                + std::to_string(duplicates) + " of them duplicates; " + std::to_string(hits)
                + " hits came back, relayed " + std::to_string(grown("hits_forwarded")) + " times");
  return kOk;
}

void Demo::draw_bar(std::uint64_t done, std::uint64_t size, std::uint64_t sources) const {
  if (options_.json || isatty(STDERR_FILENO) == 0 || size == 0) return;
  constexpr std::size_t kWidth = 40;
  const auto filled = static_cast<std::size_t>(kWidth * done / size);
  const std::string bar = std::string(filled, '#') + std::string(kWidth - filled, '.');
  std::fprintf(stderr,
               "\r  [%s] %3d%%  %s, %d sources ",
               bar.c_str(),
               static_cast<int>(100 * done / size),
               human_size(done).c_str(),
               static_cast<int>(sources));
}

Status Demo::fetch() {
  const fs::path target = folder_ / "fetched";
  std::error_code failed;
  fs::create_directories(target, failed);
  narrator_.say("\nnode 0$ freshet get " + wanted_id_.substr(0, kShownIdDigits));
  auto child = ChildProcess::start(
      mesh_.command(0, {"get", wanted_id_, "-o", target.string(), "--json"}), Stream::out);
  if (!child) return child.error();
  json done;
  while (auto line = child->read_line(kEventLimit)) {
    const auto event = json::parse(*line, nullptr, false);
    if (event.is_discarded() || !event.is_object()) continue;
    if (event.value("event", "") == "done") done = event;
    draw_bar(event.value("done", wanted_.size_bytes),
             wanted_.size_bytes,
             event.value("sources", std::uint64_t{0}));
  }
  if (!options_.json && isatty(STDERR_FILENO) != 0) std::fprintf(stderr, "\r\033[K");
  const int code = child->wait();
  if (interrupted()) return interruption();
  if (code != 0 || done.is_null()) {
    return Error{.code = ErrorCode::no_source,
                 .message = "the fetch ended with " + std::to_string(code)};
  }
  if (!demo::same_bytes(wanted_.path, done.value("path", ""))) {
    return Error{.code = ErrorCode::verification,
                 .message = "the fetched file differs from the shared one"};
  }
  report_["get"] = done;
  const double seconds = std::max(done.value("seconds", 0.0), 1e-6);
  char rate[32];
  std::snprintf(rate, sizeof rate, "%.2f s", seconds);
  narrator_.say(
      "  " + human_size(wanted_.size_bytes) + " from " + std::to_string(done.value("sources", 0))
      + " sources in " + rate + " ("
      + human_size(static_cast<std::uint64_t>(static_cast<double>(wanted_.size_bytes) / seconds))
      + "/s), every piece verified, same bytes as the original");
  return kOk;
}

std::uint64_t draw_seed() {
  std::random_device device;
  return device();
}

}  // namespace

int run_demo(const DemoOptions& options) {
  watch_signals();
  std::error_code failed;
  auto made = make_scratch_folder(fs::temp_directory_path(failed), "freshet-demo");
  if (!made) {
    std::fprintf(stderr,
                 "freshet: %s; set TMPDIR to a folder that can be written\n",
                 made.error().message.c_str());
    return kExitIo;
  }
  const ScratchFolder folder(std::move(*made));
  Status done = kOk;
  {
    Demo demo(options, folder.path(), options.seed ? *options.seed : draw_seed());
    done = demo.run();
    if (!options.json) std::fprintf(stderr, "cleaning up\n");
  }
  if (done) return 0;
  std::fprintf(stderr, "freshet: demo: %s\n", done.error().message.c_str());
  return exit_code_of(done.error().code);
}

}  // namespace freshet::cli
