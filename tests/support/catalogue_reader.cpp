#include "tests/support/catalogue_reader.h"

#include <memory>

#include <dirent.h>
#include <doctest/doctest.h>
#include <sqlite3.h>
#include <sys/stat.h>

namespace freshet::testing {
namespace {

struct Close {
  void operator()(sqlite3* database) const { sqlite3_close(database); }
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  void operator()(DIR* folder) const { closedir(folder); }
};

constexpr const char* kFiles =
    "SELECT folder.path, name, file.size, inode, mtime_ns, content_id FROM file"
    " JOIN folder ON folder.id = file.folder LEFT JOIN content ON content.id = file.content";
constexpr int kBusyMs = 10'000;
constexpr std::int64_t kNanoseconds = 1'000'000'000;
constexpr std::size_t kShown = 1500;  // characters of differences

std::string blob(sqlite3_stmt* row, int column) {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(row, column));
  return {bytes,
          bytes == nullptr ? 0 : static_cast<std::size_t>(sqlite3_column_bytes(row, column))};
}

void walk(const std::string& folder, const std::string& prefix, CataloguedFiles& files) {
  const std::unique_ptr<DIR, Close> entries(opendir(folder.c_str()));
  if (!entries) return;
  while (const dirent* entry = readdir(entries.get())) {
    const std::string name(&entry->d_name[0]);
    if (name.front() == '.') continue;
    const std::string path = folder + "/" + name;
    struct stat info {};
    if (lstat(path.c_str(), &info) != 0) continue;
    if (S_ISDIR(info.st_mode)) walk(path, prefix + name + "/", files);
    if (!S_ISREG(info.st_mode)) continue;
    files[prefix + name] = {
        .size_bytes = static_cast<std::uint64_t>(info.st_size),
        .inode = info.st_ino,
        .mtime_ns = std::int64_t{info.st_mtim.tv_sec} * kNanoseconds + info.st_mtim.tv_nsec,
        .content = {}};
  }
}

}  // namespace

CataloguedFiles read_catalogue(const std::filesystem::path& state) {
  CataloguedFiles files;
  sqlite3* opened = nullptr;
  const auto file = (state / "catalogue.sqlite").string();
  const int failed = sqlite3_open_v2(file.c_str(), &opened, SQLITE_OPEN_READWRITE, nullptr);
  const std::unique_ptr<sqlite3, Close> database(opened);
  REQUIRE(failed == SQLITE_OK);
  sqlite3_busy_timeout(opened, kBusyMs);
  sqlite3_stmt* prepared = nullptr;
  // One that a daemon died before it had made has no tables.
  if (sqlite3_prepare_v2(opened, kFiles, -1, &prepared, nullptr) != SQLITE_OK) return files;
  const std::unique_ptr<sqlite3_stmt, Close> rows(prepared);
  int step = SQLITE_ROW;
  while ((step = sqlite3_step(prepared)) == SQLITE_ROW) {
    files[blob(prepared, 0) + blob(prepared, 1)] = {
        .size_bytes = static_cast<std::uint64_t>(sqlite3_column_int64(prepared, 2)),
        .inode = static_cast<std::uint64_t>(sqlite3_column_int64(prepared, 3)),
        .mtime_ns = sqlite3_column_int64(prepared, 4),
        .content = blob(prepared, 5)};
  }
  REQUIRE(step == SQLITE_DONE);
  return files;
}

CataloguedFiles read_disk(const std::filesystem::path& share) {
  CataloguedFiles files;
  walk(share.string(), "", files);
  return files;
}

std::string difference(const CataloguedFiles& catalogue, const CataloguedFiles& disk) {
  std::string text;
  const auto tell = [&](const std::string& path, const char* what) {
    if (text.size() < kShown) text += path + ": " + what + "\n";
  };
  for (const auto& [path, file] : disk) {
    const auto known = catalogue.find(path);
    if (known == catalogue.end()) {
      tell(path, "on disk, not in the catalogue");
    } else if (known->second.size_bytes != file.size_bytes || known->second.inode != file.inode
               || known->second.mtime_ns != file.mtime_ns) {
      tell(path, "was changed, and the catalogue has what it was");
    }
  }
  for (const auto& [path, file] : catalogue) {
    if (!disk.contains(path)) tell(path, "in the catalogue, not on disk");
  }
  return text;
}

}  // namespace freshet::testing
