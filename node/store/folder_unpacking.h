// Takes the small files of a fetched folder out of their bundle, as far as it is there, and then
// gives all of them their names at once. Nothing that is there is replaced: see place_file.h.
// Blocking; one thread at a time.
#pragma once

#include <cstdint>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "node/base/result.h"
#include "node/store/folder_place.h"
#include "node/store/unique_fd.h"

namespace freshet::store {

struct FileFailure {
  std::string path;
  Error why;
};

class FolderUnpacking {
 public:
  /// `which`: numbers of `place.files`, in their order; those that are neither empty nor in the
  /// bundle are left out.
  FolderUnpacking(FolderPlace place, std::vector<std::size_t> which);
  FolderUnpacking(const FolderUnpacking&) = delete;
  FolderUnpacking& operator=(const FolderUnpacking&) = delete;
  /// What has no name yet is removed.
  ~FolderUnpacking();

  /// Writes, beside the folder, the files that lie in the first so many bytes of the bundle, which
  /// are verified, at `path`; those that are written already are not again. Errors: io, canceled.
  Status stage(const std::string& path, std::uint64_t bytes, const std::stop_token& stop);
  /// Gives the written ones their names, after all are synced; a folder that is not there gets its
  /// name with all that is in it. Answers with those that were not what their ids say. Errors: io;
  /// what is in its place then stays.
  Result<std::vector<FileFailure>> put();

 private:
  Status begin();
  Status stage(std::size_t number, ByteView bytes);
  Status enter(const std::string& folder);
  Status put(std::size_t number);
  [[nodiscard]] std::string below(const FolderPlace::File& file) const;

  FolderPlace place_;
  std::vector<std::size_t> which_;
  std::string staging_;
  std::size_t next_ = 0;  ///< of which_
  bool begun_ = false;
  UniqueFd open_;       ///< the folder that the last file was written to
  std::string opened_;  ///< its path below
  std::vector<std::size_t> staged_;
  std::set<std::string> moved_;  ///< folders, by their paths below, with all that is in them
  std::set<std::string> there_;  ///< folders whose names are taken
  std::vector<FileFailure> failures_;
};

}  // namespace freshet::store
