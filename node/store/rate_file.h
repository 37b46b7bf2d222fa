// What a user allowed a node to send and fetch a second, from one run to the next: a line each.
#pragma once

#include <cstdint>
#include <string>

#include "node/base/result.h"

namespace freshet::store {

/// Bytes a second; 0: no limit.
struct SavedRates {
  std::uint64_t up = 0;
  std::uint64_t down = 0;
  bool polite = false;  ///< what is fetched gives way to other traffic
  friend bool operator==(const SavedRates&, const SavedRates&) = default;
};

/// No file is no limit, and so is a line that says none. Errors: io (it is there and cannot be
/// read).
Result<SavedRates> load_rates(const std::string& file);
/// Replaces the file in one step. Errors: io.
Status save_rates(const std::string& file, const SavedRates& rates);

}  // namespace freshet::store
