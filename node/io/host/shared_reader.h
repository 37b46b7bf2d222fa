// Ranges and hashes of shared files, and ranges of folders (by the ids of their lists), for
// BitTorrent clients, read on a worker. Remembers where the contents are, until one cannot be read
// there. On the io thread.
#pragma once

#include <functional>
#include <memory>
#include <unordered_map>

#include "node/io/bittorrent/parts.h"
#include "node/io/host/folders.h"
#include "node/io/host/library.h"
#include "node/io/host/worker_pool.h"
#include "node/store/file_source.h"

namespace freshet::io {

class SharedReader {
 public:
  SharedReader(asio::io_context& io, Library& library, Folders& folders)
      : library_(library),
        folders_(folders),
        pool_(io, 1, false) {}

  void read(const ContentId& content,
            std::uint64_t offset,
            std::uint32_t length,
            PlainParts::BlockRead done);
  void read_hashes(const ContentId& content,
                   const wire::bt::HashRequest& request,
                   PlainParts::HashesRead done);
  void stop() { pool_.stop(); }

 private:
  using Shared = std::shared_ptr<const SharedContent>;
  void with_files(const ContentId& content, std::function<void(Shared)> then);
  void with_folder(const ContentId& list, std::function<void(Shared)> then);
  void know(const ContentId& content, const Shared& shared);

  Library& library_;
  Folders& folders_;
  std::unordered_map<ContentId, Shared, IdHash> known_;
  store::FileSource source_;  ///< the worker's
  WorkerPool pool_;
};

}  // namespace freshet::io
