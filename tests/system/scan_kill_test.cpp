// A daemon that is killed at random moments of its scan: what it had hashed is not hashed again,
// and what it says afterwards is true. FRESHET_SCAN_KILLS sets how often (8), FRESHET_SCAN_SEED
// when.
#include <cstdlib>
#include <random>

#include <doctest/doctest.h>

#include "node/base/rng.h"
#include "node/store/hasher.h"
#include "tests/support/catalogue_reader.h"
#include "tests/support/eventually.h"
#include "tests/support/files.h"
#include "tests/support/mesh.h"

namespace freshet::testing {
namespace {

namespace fs = std::filesystem;

constexpr int kFiles = 1200;
constexpr std::uint64_t kFileBytes = 100'000;
constexpr std::uint64_t kLongestRunMs = 400;

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe)
  return value == nullptr ? otherwise : std::strtoull(value, nullptr, 10);
}

std::uint64_t hashed_in(const CataloguedFiles& catalogue) {
  std::uint64_t count = 0;
  for (const auto& [path, file] : catalogue) count += file.content.empty() ? 0 : 1;
  return count;
}

/// Of the hashes that a catalogue has, those that are not what the file's bytes give.
std::string lies(const CataloguedFiles& catalogue, const CataloguedFiles& truth) {
  std::string wrong;
  for (const auto& [path, file] : catalogue) {
    const auto real = truth.find(path);
    if (real == truth.end()) {
      wrong += path + " does not exist\n";
    } else if (!file.content.empty() && file.mtime_ns == real->second.mtime_ns
               && file.content != real->second.content) {
      wrong += path + " has another hash\n";
    }
  }
  return wrong;
}

class Tree {
 public:
  explicit Tree(fs::path root) : root_(std::move(root)) {
    for (int i = 0; i < kFiles; ++i)
      write_random_file(path(i), kFileBytes, static_cast<std::uint64_t>(i));
  }
  [[nodiscard]] fs::path path(int i) const {
    return root_ / ("d" + std::to_string(i / 40)) / ("lapwing" + std::to_string(i) + ".bin");
  }
  /// Other bytes of the same size: only the time tells.
  void rewrite(int i, std::uint64_t seed) { write_random_file(path(i), kFileBytes, seed + kFiles); }

  [[nodiscard]] CataloguedFiles truth() const {
    CataloguedFiles files = read_disk(root_);
    for (auto& [path, file] : files) {
      const store::FileStamp stamp{.size_bytes = file.size_bytes,
                                   .mtime_ns = file.mtime_ns,
                                   .inode = file.inode,
                                   .device = 0};
      const auto content = store::hash_file({root_.string(), path, stamp});
      REQUIRE(content.ok());
      file.content = text_of(content->id.view());
    }
    return files;
  }

 private:
  fs::path root_;
};

}  // namespace

TEST_CASE("a scan that is killed at any moment costs no hash that was kept, and makes no lie") {
  const auto kills = from_environment("FRESHET_SCAN_KILLS", 8);
  const auto seed = from_environment("FRESHET_SCAN_SEED", std::random_device()());
  CAPTURE(seed);
  Rng rng = Rng::from_seed(seed);
  const TempDir dir;
  Tree tree(dir.folder("share"));
  CataloguedFiles truth = tree.truth();
  Daemon daemon(dir.path() / "n", {.paths = {(dir.path() / "share").string()}});
  std::uint64_t rehashed = 0;
  for (std::uint64_t kill = 0; kill < kills; ++kill) {
    CAPTURE(kill);
    std::this_thread::sleep_for(std::chrono::milliseconds(rng.below(kLongestRunMs)));
    daemon.kill();
    static_cast<void>(daemon.process().wait(std::chrono::seconds(30)));
    const auto kept = read_catalogue(daemon.state());
    CHECK(lies(kept, truth) == "");
    const bool all_done = hashed_in(kept) == kFiles;
    // One file changes while nobody looks; a run that was through begins with more.
    const int changed = all_done ? kFiles / 2 : 1;
    for (int i = 0; i < changed; ++i)
      tree.rewrite(static_cast<int>(rng.below(kFiles)), rng.next_u64() >> 8U);
    truth = tree.truth();
    daemon.start_again();
    if (kill + 1 < kills && !all_done) continue;
    // To the end, once: only what was not kept, or is another file now, is read.
    std::uint64_t still_true = 0;
    for (const auto& [path, file] : kept)
      still_true += !file.content.empty() && file.content == truth.at(path).content ? 1 : 0;
    REQUIRE(daemon.has_hashed(kFiles));
    CHECK(eventually([&] { return read_catalogue(daemon.state()) == truth; }));
    CHECK(daemon.counter("files_hashed") == kFiles - still_true);
    rehashed += daemon.counter("files_hashed") - (kFiles - still_true);
  }
  CHECK(daemon.cli({"search", "lapwing", "--ttl", "0", "--timeout", "0.2", "--json"}).exit_code
        == 0);
  MESSAGE(kills << " kills, seed " << seed << ", " << rehashed << " files hashed twice");
}

}  // namespace freshet::testing
