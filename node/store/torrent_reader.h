// Reads what is verified of a torrent that is fetched, beside whoever writes it, and also when all
// is in its place and the partial file is gone. Blocking; several threads may read at once.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "node/base/bytes.h"
#include "node/base/result.h"
#include "node/store/types.h"
#include "node/store/unique_fd.h"

namespace freshet::store {

class TorrentReader {
 public:
  /// `part`: of the partial file. `size_bytes`: of the stream. `what`: to be named in errors.
  TorrentReader(UniqueFd part, std::uint64_t size_bytes, std::string what)
      : part_(std::move(part)),
        size_bytes_(size_bytes),
        what_(std::move(what)) {}

  /// Behind the stream's end there are zeros. `expected`: what the file must still be, once others
  /// may write to it. Errors: io.
  [[nodiscard]] Result<Bytes> read(std::uint64_t offset,
                                   std::uint32_t length,
                                   const std::optional<FileStamp>& expected) const;
  /// Errors: io.
  [[nodiscard]] Result<FileStamp> stamp() const;

 private:
  UniqueFd part_;
  std::uint64_t size_bytes_;
  std::string what_;
};

}  // namespace freshet::store
