// A process that reads metadata out of files with libraries that may have flaws: it gets open
// files, and can do nothing but answer. Started on first use, killed when it fails or takes too
// long, started again for the next file. Blocks; thread-compatible.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include <sys/types.h>

#include "node/base/bytes.h"
#include "node/base/result.h"
#include "node/store/unique_fd.h"
#include "node/wire/overlay/file_metadata.h"

namespace freshet::store {

struct MetadataPatience {
  /// From its start until it is ready. Programs start slowly on a busy machine.
  std::chrono::milliseconds start{60'000};
  /// For one file. It ends itself much earlier by CPU time (cli/metadata/confine.h); this is for
  /// one that does nothing any more.
  std::chrono::milliseconds file{15'000};
};

class MetadataWorker {
 public:
  /// `command`: program and arguments.
  explicit MetadataWorker(std::vector<std::string> command, MetadataPatience patience = {});
  ~MetadataWorker();
  MetadataWorker(const MetadataWorker&) = delete;
  MetadataWorker& operator=(const MetadataWorker&) = delete;

  /// What the open file says of itself; may be empty. Errors: invalid (it broke a worker that was
  /// made for it: that crashed or answered nonsense), timed_out, io (no worker can be had),
  /// canceled.
  Result<wire::FileMetadata> read(int file, const std::stop_token& stop);

  /// Ends the process; the next file starts another.
  void end();

  /// Processes started so far.
  [[nodiscard]] std::uint64_t starts() const { return starts_; }

 private:
  Status start();
  Result<wire::FileMetadata> read_once(int file, const std::stop_token& stop);
  Result<wire::FileMetadata> ask(int file, const std::stop_token& stop);
  Result<Bytes> receive(std::chrono::milliseconds patience, const std::stop_token& stop);

  std::vector<std::string> command_;
  MetadataPatience patience_;
  pid_t pid_ = -1;
  bool ready_ = false;
  UniqueFd socket_;
  std::uint64_t starts_ = 0;
};

/// What the worker's datagram to a kMetadataAsk says; nullopt for nonsense. It is a foreigner:
/// files may have taken it over.
std::optional<wire::FileMetadata> parse_metadata_reply(ByteView datagram);

}  // namespace freshet::store
