// Brings the catalogue's database up: opens it, checks it, brings its tables to this version, sets
// a damaged one aside. Knows no share and no file.
#pragma once

#include <optional>
#include <string>

#include "node/base/result.h"
#include "node/base/time.h"
#include "node/store/sqlite.h"

namespace freshet::store {

struct OpenedDatabase {
  Database database;
  std::optional<std::string> set_aside;  ///< where the damaged one is
};

/// Catalogues up to this size are checked page by page when opened (about 1 ms a MiB); a longer one
/// shows its damage when the bad page is read.
inline constexpr std::uint64_t kMaxCheckedBytes = 16U << 20U;

/// See Catalogue::open().
Result<OpenedDatabase> open_catalogue_database(const std::string& file, UnixSeconds now);

}  // namespace freshet::store
