// Keys that are not wanted, from one run to the next: a line each, the key and until when.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "node/base/ids.h"
#include "node/base/result.h"
#include "node/base/time.h"

namespace freshet::store {

/// Saved and loaded, at most; the rest is left out.
inline constexpr std::size_t kMaxSavedBans = 1024;

struct SavedBan {
  NodeKey key;
  std::optional<UnixSeconds> until;  ///< nullopt: for good
  friend bool operator==(const SavedBan&, const SavedBan&) = default;
};

/// No file is no bans; lines that are none are left out. Errors: io (it is there and cannot be
/// read).
Result<std::vector<SavedBan>> load_bans(const std::string& file);
/// Replaces the file in one step. Errors: io.
Status save_bans(const std::string& file, std::span<const SavedBan> bans);

}  // namespace freshet::store
