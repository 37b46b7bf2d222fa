// Ranges and hashes of shared files, and ranges of folders (by the ids of their lists), for
// BitTorrent clients, read on a worker. Remembers where the contents are, until one cannot be read
// there. On the io thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>

#include "node/io/bittorrent/parts.h"
#include "node/io/host/folders.h"
#include "node/io/host/library.h"
#include "node/io/host/worker_pool.h"
#include "node/store/file_source.h"

namespace freshet::io {

class SharedReader {
 public:
  /// More contents than are served at one time; each is asked of the catalogue again.
  static constexpr std::size_t kMaxKnown = 256;

  SharedReader(asio::io_context& io, Library& library, Folders& folders)
      : library_(library),
        folders_(folders),
        pool_(io, 1, false) {}

  /// Of what a torrent is cut into pieces of.
  void read(const core::bittorrent::Torrent& torrent,
            std::uint64_t offset,
            std::uint32_t length,
            PlainParts::BlockRead done);
  void read_hashes(const ContentId& content,
                   const wire::bt::HashRequest& request,
                   PlainParts::HashesRead done);
  void stop() { pool_.stop(); }
  [[nodiscard]] std::size_t known() const { return known_.size(); }
  /// Contents forgotten to make room, so far.
  [[nodiscard]] std::uint64_t forgotten() const { return forgotten_; }

 private:
  using Shared = std::shared_ptr<const SharedContent>;
  /// `alignment`: of a folder's files, in bytes.
  struct Key {
    ContentId content;
    std::uint32_t alignment = 1;
    friend auto operator<=>(const Key&, const Key&) = default;
  };
  void with_files(const Key& key, std::function<void(Shared)> then);
  void with_folder(const Key& key, std::function<void(Shared)> then);
  void know(const Key& key, const Shared& shared);

  Library& library_;
  Folders& folders_;
  std::map<Key, Shared> known_;
  std::uint64_t forgotten_ = 0;
  store::FileSource source_;  ///< the worker's
  WorkerPool pool_;
};

}  // namespace freshet::io
