// What the node sends and fetches of contents at most: as the command line of this run says, else
// as the user last said while a node ran.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "node/core/transfer/io.h"
#include "node/store/rate_file.h"

namespace freshet::io {

/// Bytes a second, 0: no limit; nullopt: as it is.
struct RateChange {
  std::optional<std::uint64_t> up;
  std::optional<std::uint64_t> down;
  std::optional<bool> polite = {};
};

class KeptRates {
 public:
  explicit KeptRates(std::string file) : file_(std::move(file)) {}

  /// What was kept, except what this run says otherwise. A file that cannot be read is logged.
  void recall(const RateChange& of_this_run);
  /// From now on, and in later runs. What cannot be written is logged.
  void change(const RateChange& change);
  [[nodiscard]] const core::transfer::SetRates& now() const { return now_; }

 private:
  std::string file_;
  store::SavedRates saved_;
  core::transfer::SetRates now_;
};

}  // namespace freshet::io
