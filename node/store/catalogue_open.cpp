#include "node/store/catalogue_open.h"

#include <cerrno>
#include <cstdio>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/store/os_error.h"
#include "node/store/schema.h"
#include "node/store/split_path.h"
#include "node/store/unique_fd.h"

namespace freshet::store {

namespace {

// NORMAL: a commit is not synced; kill -9 loses nothing, a power cut the last commits and never
// the order.
constexpr const char* kSettings =
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON;"
    "PRAGMA cache_size = -1024; PRAGMA temp_store = MEMORY";
constexpr int kSchemaVersion = static_cast<int>(kSchemaSteps.size());

Error damaged(std::string what) {
  return Error{ErrorCode::invalid, std::move(what)};
}

/// Before SQLite does, so that the file is its owner's alone (names of shared files are private).
Status make_private_file(const std::string& file) {
  const UniqueFd fd(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR));
  if (!fd) return os_error("cannot open the catalogue", file, errno);
  return kOk;
}

Status check_pages(Database& database, const std::string& file) {
  struct stat info {};
  if (::stat(file.c_str(), &info) != 0) return os_error("cannot examine", file, errno);
  if (static_cast<std::uint64_t>(info.st_size) > kMaxCheckedBytes) return kOk;
  auto check = database.prepare("PRAGMA quick_check(1)");
  if (!check) return check.error();
  const auto row = check->step();
  if (!row) return row.error();
  if (!*row || text_of(check->blob(0)) != "ok") return damaged(file + " has damaged pages");
  return kOk;
}

ByteView folder_of(ByteView path) {
  return bytes_of(SplitPath(text_of(path)).folder);
}

ByteView name_of(ByteView path) {
  return bytes_of(SplitPath(text_of(path)).name);
}

Status migrate(Database& database, const std::string& file) {
  const auto version = database.query_integer("PRAGMA user_version");
  const auto application = database.query_integer("PRAGMA application_id");
  if (!version) return version.error();
  if (!application) return application.error();
  const auto tables = database.query_integer("SELECT count(*) FROM sqlite_schema");
  if (!tables) return tables.error();
  const bool fresh = *tables == 0 && *version == 0;
  if (!fresh && *application != kApplicationId)
    return damaged(file + " is not a freshet catalogue");
  if (*version > kSchemaVersion) {
    return Error{ErrorCode::io,
                 file + " was made by a newer freshet (version " + std::to_string(*version)
                     + "); use that one, or move the file away to have the shares hashed again"};
  }
  if (*version == kSchemaVersion) return kOk;
  // Of a path, for steps that bring catalogues of earlier versions along.
  if (auto defined = database.define("folder_of", folder_of); !defined) return defined;
  if (auto defined = database.define("name_of", name_of); !defined) return defined;
  auto transaction = Transaction::begin(database);
  if (!transaction) return transaction.error();
  for (auto step = static_cast<std::size_t>(*version); step < kSchemaSteps.size(); ++step) {
    if (auto done = database.execute(kSchemaSteps[step]); !done) return done;
  }
  const std::string marks = "PRAGMA application_id = " + std::to_string(kApplicationId)
                            + "; PRAGMA user_version = " + std::to_string(kSchemaVersion);
  if (auto done = database.execute(marks.c_str()); !done) return done;
  return transaction->commit();
}

Result<Database> try_open(const std::string& file) {
  if (auto made = make_private_file(file); !made) return made.error();
  auto database = Database::open(file);
  if (!database) return database;
  if (auto set = database->execute(kSettings); !set) return set.error();
  if (auto checked = check_pages(*database, file); !checked) return checked.error();
  if (auto migrated = migrate(*database, file); !migrated) return migrated.error();
  return database;
}

Result<std::string> move_aside(const std::string& file, UnixSeconds now) {
  std::string aside = file + ".damaged-" + std::to_string(now);
  struct stat info {};
  for (int number = 2; ::lstat(aside.c_str(), &info) == 0; ++number) {
    aside = file + ".damaged-" + std::to_string(now) + "-" + std::to_string(number);
  }
  if (::rename(file.c_str(), aside.c_str()) != 0) {
    return os_error("cannot set the damaged catalogue aside:", file, errno, "move it away");
  }
  // The log belongs to the damaged database; a new one must not find it.
  ::rename((file + "-wal").c_str(), (aside + "-wal").c_str());
  ::unlink((file + "-shm").c_str());
  return aside;
}

}  // namespace

Result<OpenedDatabase> open_catalogue_database(const std::string& file, UnixSeconds now) {
  auto database = try_open(file);
  if (database) return OpenedDatabase{std::move(*database), std::nullopt};
  if (database.error().code != ErrorCode::invalid) return database.error();
  auto aside = move_aside(file, now);
  if (!aside) return aside.error();
  auto renewed = try_open(file);
  if (!renewed) return renewed.error();
  return OpenedDatabase{std::move(*renewed), std::move(*aside)};
}

}  // namespace freshet::store
