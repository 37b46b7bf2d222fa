// The reading side of serving: ranges of shared files, as long as they are what was hashed. Keeps
// the last files open. Thread-compatible: one FileSource a worker, or callers take turns.
#pragma once

#include <cstdint>
#include <list>
#include <span>
#include <vector>

#include "node/base/result.h"
#include "node/store/layer_hashes.h"
#include "node/store/types.h"
#include "node/store/unique_fd.h"

namespace freshet::store {

inline constexpr std::size_t kDefaultOpenFiles = 32;

class FileSource {
 public:
  /// REQUIRES: max_open > 0.
  explicit FileSource(std::size_t max_open = kDefaultOpenFiles);

  /// Fills `out` from `offset`. Never follows a symlink. Errors: io, with "changed" in the message
  /// when the file is not `file.stamp` any more (checked at every read), not_found when it
  /// vanished, invalid when the range is not inside the file.
  Status read(const FileRef& file, std::uint64_t offset, std::span<Byte> out);

  /// See layer_hashes().
  Result<std::vector<Sha256>> hashes(const FileRef& file,
                                     const ContentInfo& content,
                                     const wire::bt::HashRequest& request);

  /// Closes the file, if it is open: it was removed or changed.
  void forget(const FileRef& file);
  [[nodiscard]] std::size_t open_files() const { return open_.size(); }

 private:
  struct Open {
    std::string path;
    UniqueFd fd;
  };
  Result<int> descriptor(const FileRef& file);

  std::size_t max_open_;
  std::list<Open> open_;  ///< most recently used first
};

}  // namespace freshet::store
