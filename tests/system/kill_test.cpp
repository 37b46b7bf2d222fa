// A fetching daemon that is killed at random moments, again and again, until its file is whole.
// FRESHET_KILLS=100 in the environment for more of them, FRESHET_SEED for other moments.
#include <cstdlib>
#include <fstream>
#include <thread>

#include <doctest/doctest.h>

#include "node/base/rng.h"
#include "node/core/transfer/config.h"
#include "node/store/downloads.h"
#include "node/store/partial_file.h"
#include "tests/support/eventually.h"
#include "tests/support/files.h"
#include "tests/support/mesh.h"

namespace freshet::testing {
namespace {

namespace fs = std::filesystem;
using Micros = std::chrono::microseconds;

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20U;
constexpr std::uint64_t kFileBytes = kMiB * (kSanitized ? 48 : 192);
constexpr const char* kName = "glacier.bin";
constexpr std::uint64_t kDefaultKills = 6;
constexpr std::uint64_t kDefaultSeed = 20;
// What a life may fetch in vain: pieces that were not whole and written, and what was on its way.
std::uint64_t in_flight_bytes() {
  const core::transfer::Config config;
  return config.max_open_bytes + std::uint64_t{config.max_window} * 16384 + 2 * kMiB;
}

std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
  const char* text = std::getenv(variable);  // NOLINT(concurrency-mt-unsafe): one thread
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

/// One source, and a fetcher whose lives are short.
struct Killing {
  Killing() {
    write_random_file(original, kFileBytes, 7);
    source = std::make_unique<Daemon>(dir.path() / "source",
                                      DaemonOptions{.paths = {original.parent_path().string()}});
    REQUIRE(source->has_hashed(1));
  }

  /// A fetcher with nothing of the file.
  void begin_anew() {
    fetcher.reset();
    state = dir.path() / ("fetcher" + std::to_string(++begun));
    target = dir.path() / ("whole" + std::to_string(begun));
    fetcher = std::make_unique<Daemon>(state, DaemonOptions{.peers = {source->address()}});
    REQUIRE(fetcher->has_peers(1));
    const auto found =
        fetcher->cli({"search", "glacier", "--limit", "1", "--timeout", "30", "--json"});
    REQUIRE(!found.events("hit").empty());
    id = found.events("hit").back().at("id").get<std::string>();
    reported = 0;
    sent_before = source->counter("transfer_bytes_out");
  }

  std::unique_ptr<Process> get() {
    return fetcher->start_cli({"get", id, "-o", target.string(), "--json"},
                              "get" + std::to_string(++gets));
  }

  /// What `get` was told is verified is verified now; its first word says so.
  void check_nothing_lost(const std::vector<Json>& events) {
    if (events.empty() || events.front().at("event") != "progress") return;
    CHECK(events.front().at("done").get<std::uint64_t>() >= reported);
  }

  /// Every byte that counts as verified is the source's, and a file under its name is whole.
  void check_disk() const {
    if (fs::exists(target)) {
      CHECK(sha256_of(target) == sha256_of(original));
      return;
    }
    const std::string downloads = (state / "downloads").string();
    const auto content = ContentId::from_hex(id);
    if (!fs::exists(downloads + "/" + id + ".resume")) return;  // killed before it had begun
    const auto partial = store::PartialFile::resume(downloads, *content);
    REQUIRE_MESSAGE(partial, partial.error().message);
    CHECK(partial->verified_bytes() >= reported);
    std::ifstream file(original, std::ios::binary);
    for (std::uint32_t piece = 0; piece < partial->verified().size(); ++piece) {
      if (!partial->verified().has(piece)) continue;
      Bytes here(partial->piece_size(piece));
      Bytes there(here.size());
      const std::uint64_t offset = std::uint64_t{piece} * partial->head().piece_length;
      REQUIRE(partial->read_at(offset, here));
      file.seekg(static_cast<std::streamoff>(offset));
      file.read(reinterpret_cast<char*>(there.data()), static_cast<std::streamsize>(there.size()));
      REQUIRE_MESSAGE(here == there, "piece " << piece << " is recorded and differs");
    }
  }

  /// What was fetched twice is what was in flight at the kills, and no more.
  void check_fetched_once(std::uint64_t kills) const {
    const std::uint64_t sent = source->counter("transfer_bytes_out") - sent_before;
    CHECK(sent <= kFileBytes + kills * in_flight_bytes());
  }

  TempDir dir;
  fs::path original = dir.folder("share") / kName;
  std::unique_ptr<Daemon> source;
  std::unique_ptr<Daemon> fetcher;
  fs::path state;
  fs::path target;
  std::string id;
  std::uint64_t reported = 0;  ///< bytes that a `get` was told are verified
  std::uint64_t sent_before = 0;
  int begun = 0;
  int gets = 0;
};

/// How long a fetch takes that nobody disturbs.
Micros undisturbed(Killing& run) {
  run.begin_anew();
  const auto begin = std::chrono::steady_clock::now();
  REQUIRE(run.get()->wait(std::chrono::minutes(2)) == 0);
  return std::chrono::duration_cast<Micros>(std::chrono::steady_clock::now() - begin);
}

}  // namespace

TEST_CASE("a fetching daemon killed at random moments never keeps a wrong byte or loses a piece") {
  const std::uint64_t seed = number_from("FRESHET_SEED", kDefaultSeed);
  CAPTURE(seed);
  Rng rng = Rng::from_seed(seed);
  Killing run;
  const Micros whole = undisturbed(run);
  run.begin_anew();
  std::uint64_t kills_of_this = 0;
  const std::uint64_t kills = number_from("FRESHET_KILLS", kDefaultKills);
  for (std::uint64_t kill = 0; kill < kills; ++kill) {
    const auto get = run.get();
    // The moment is the point here: nothing else than time passing leads there.
    std::this_thread::sleep_for(Micros(rng.below(static_cast<std::uint64_t>(whole.count()))));
    run.fetcher->kill();
    REQUIRE(get->wait(std::chrono::minutes(1)));
    ++kills_of_this;
    const auto events = parse_events(get->out());
    run.check_nothing_lost(events);
    if (!events.empty()) run.reported = events.back().value("done", run.reported);
    run.check_disk();
    if (fs::exists(run.target)) {
      run.check_fetched_once(kills_of_this);
      run.begin_anew();
      kills_of_this = 0;
    } else {
      run.fetcher->start_again();
    }
  }
  const auto last = run.get();
  const auto code = last->wait(std::chrono::minutes(2));
  REQUIRE_MESSAGE(code == 0, last->err());
  run.check_nothing_lost(parse_events(last->out()));
  run.check_disk();
  run.check_fetched_once(kills_of_this);
}

}  // namespace freshet::testing
