// A share in which everything changes at once. At the end the catalogue agrees with the disk, file
// by file. FRESHET_STORM_EVENTS sets how many changes (3,000), FRESHET_STORM_SEED which.
#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <random>

#include <doctest/doctest.h>
#include <sys/stat.h>

#include "node/base/rng.h"
#include "node/store/hasher.h"
#include "tests/support/catalogue_reader.h"
#include "tests/support/eventually.h"
#include "tests/support/files.h"
#include "tests/support/mesh.h"

namespace freshet::testing {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLongestName = 255;
constexpr std::size_t kLongestPath = 2000;
constexpr std::size_t kGrowing = 16;

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe)
  return value == nullptr ? otherwise : std::strtoull(value, nullptr, 10);
}

/// Changes a tree at random. What cannot be done (it is gone already) is not.
class Storm {
 public:
  Storm(fs::path root, std::uint64_t seed) : rng_(Rng::from_seed(seed)) {
    folders_.push_back(std::move(root));
  }

  void change() {
    std::error_code ignored;
    switch (rng_.below(20)) {
      case 0:
      case 1:
        return make_folder();
      case 2:
        return fs::rename(any(folders_, 1), new_path(), ignored);
      case 3:
        if (rng_.below(12) == 0) fs::remove_all(any(folders_, 1), ignored);
        return;
      case 4:
        return fs::create_directory_symlink(
            rng_.below(2) == 0 ? ".." : folders_[0], new_path(), ignored);
      case 5:
        return link_file();
      case 6:
      case 7:
      case 8:
        return grow();
      case 9:
      case 10:
        static_cast<void>(fs::remove(any(files_), ignored));
        return;
      case 11:
      case 12:
      case 13:
        return move_file();
      case 14:
        return fs::rename(any(files_), any(files_), ignored);
      default:
        return write();
    }
  }
  /// Closes what still grows.
  void end() { growing_.clear(); }

 private:
  struct Growing {
    std::ofstream file;
    ino_t inode = 0;  ///< 0: it could not be made
  };
  static ino_t inode_of(const fs::path& path) {
    struct stat found {};
    return ::stat(path.c_str(), &found) == 0 ? found.st_ino : 0;
  }
  fs::path any(const std::vector<fs::path>& from, std::size_t first = 0) {
    if (from.size() <= first) return folders_[0] / "none";
    return from[first + rng_.below(from.size() - first)];
  }
  std::string new_name() {
    std::string name = "w" + std::to_string(++made_);
    switch (rng_.below(12)) {
      case 0:
        return name + "\nline\ttab";
      case 1:
        return name + std::string(kLongestName - name.size(), 'x');
      case 2:
        return name + " caf\xE9 \xC3\xA9";
      case 3:
        return "." + name;
      default:
        return name + ".txt";
    }
  }
  fs::path new_path() {
    const fs::path folder = any(folders_);
    return (folder.native().size() > kLongestPath ? folders_[0] : folder) / new_name();
  }
  void make_folder() {
    const fs::path path = new_path();
    std::error_code failed;
    if (fs::create_directory(path, failed)) folders_.push_back(path);
  }
  void move_file() {
    const fs::path to = new_path();
    std::error_code failed;
    fs::rename(any(files_), to, failed);
    if (!failed) files_.push_back(to);
  }
  void link_file() {
    const fs::path from = any(files_);
    const ino_t inode = inode_of(from);
    const bool grows = std::any_of(
        growing_.begin(), growing_.end(), [&](const Growing& each) { return each.inode == inode; });
    std::error_code ignored;
    if (!grows) fs::create_hard_link(from, new_path(), ignored);
  }
  void write() {
    files_.push_back(new_path());
    std::ofstream(files_.back(), std::ios::binary) << std::string(rng_.below(300), 'a') << made_;
  }
  void grow() {
    if (growing_.size() < kGrowing) {
      files_.push_back(new_path());
      std::ofstream opened(files_.back(), std::ios::binary);
      growing_.push_back({std::move(opened), inode_of(files_.back())});
    }
    std::ofstream& one = growing_[rng_.below(growing_.size())].file;
    one << "and more " << made_ << std::flush;
    if (rng_.below(16) == 0) one.close();
    std::erase_if(growing_, [](const Growing& each) { return !each.file.is_open(); });
  }

  Rng rng_;
  std::vector<fs::path> folders_;  ///< the root first; some are gone or elsewhere
  std::vector<fs::path> files_;
  /// None of them gets a second name: who goes on writing by a name that is hidden or removed then
  /// is told to nobody (node/store/README.md).
  std::vector<Growing> growing_;
  std::uint64_t made_ = 0;
};

/// Of those that are hashed, the ones whose bytes are others.
std::string wrong_hashes(const CataloguedFiles& catalogue, const fs::path& share) {
  std::string wrong;
  for (const auto& [path, file] : catalogue) {
    const store::FileStamp stamp{
        .size_bytes = file.size_bytes, .mtime_ns = file.mtime_ns, .inode = file.inode, .device = 0};
    const auto content = store::hash_file({share.string(), path, stamp});
    if (!content || text_of(content->id.view()) != file.content) wrong += path + "\n";
  }
  return wrong;
}

}  // namespace

TEST_CASE(
    "after a storm of changes the catalogue agrees with the disk, and its hashes with the files") {
  const auto events = from_environment("FRESHET_STORM_EVENTS", 3000);
  const auto seed = from_environment("FRESHET_STORM_SEED", std::random_device()());
  CAPTURE(seed);
  const TempDir dir;
  const auto share = dir.folder("share");
  Storm storm(share, seed);
  for (std::uint64_t i = 0; i < events / 10; ++i) storm.change();
  Daemon daemon(dir.path() / "n", {.paths = {share.string()}});
  for (std::uint64_t i = events / 10; i < events; ++i) storm.change();
  storm.end();

  const auto disk = read_disk(share);
  REQUIRE_FALSE(disk.empty());  // a folder that went late may have taken nearly all with it
  CataloguedFiles catalogue;
  const bool agrees = eventually([&] {
    catalogue = read_catalogue(daemon.state());
    return difference(catalogue, disk).empty();
  });
  CHECK_MESSAGE(agrees, difference(catalogue, disk));
  CHECK(daemon.has_hashed(disk.size()));
  CHECK(eventually([&] {
    catalogue = read_catalogue(daemon.state());
    return std::all_of(catalogue.begin(), catalogue.end(), [](const auto& each) {
      return !each.second.content.empty();
    });
  }));
  CHECK(wrong_hashes(catalogue, share) == "");
  CHECK(difference(read_catalogue(daemon.state()), disk) == "");
  MESSAGE(events << " changes, seed " << seed << ", " << disk.size() << " files at the end, "
                 << daemon.counter("share_scans") << " scans of the share");
}

}  // namespace freshet::testing
