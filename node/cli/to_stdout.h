// A file, or a range of it, that goes to stdout while it is fetched: whatever is ready of it, in
// order. Once open, it is the same file under whatever name it gets.
#pragma once

#include <cerrno>
#include <cstdint>
#include <optional>
#include <string>

#include "node/api/messages.h"
#include "node/base/result.h"
#include "node/store/unique_fd.h"

namespace freshet::cli {

class Output;

class ToStdout {
 public:
  ToStdout(Output& output, const std::optional<api::ByteRange>& range);

  /// Writes up to byte `end` of the file. The next call tells of what went wrong here.
  void advance(const std::string& path, std::uint64_t end);
  /// The rest. Errors: io.
  Status finish(const std::string& path, std::uint64_t size);
  /// Under the names that were told there is no file: it got another meanwhile.
  [[nodiscard]] bool missed() const { return !file_ && open_error_ == ENOENT; }

 private:
  Output& output_;
  store::UniqueFd file_;
  int open_error_ = 0;     ///< errno of the last try
  std::uint64_t written_;  ///< up to here, from the beginning of the file
  std::uint64_t end_ = UINT64_MAX;
};

}  // namespace freshet::cli
