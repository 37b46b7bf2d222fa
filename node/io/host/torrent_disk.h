// The disk side of one torrent that is fetched: what came is written on a worker in large runs,
// whole pieces are judged there, and at the end files get their names. On the io thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "node/base/bytes.h"
#include "node/base/result.h"
#include "node/io/host/worker_pool.h"
#include "node/store/torrent_storage.h"

namespace freshet::io {

class TorrentDisk : public std::enable_shared_from_this<TorrentDisk> {
 public:
  static constexpr std::size_t kMaxUnwrittenBytes = std::size_t{16} << 20U;

  struct Judged {
    std::uint32_t piece = 0;
    bool good = false;
  };
  /// None is called after stop() or pause().
  struct Told {
    std::function<void(const wire::bt::PieceSet& have)> opened;
    std::function<void(const std::vector<Judged>&)> written;
    std::function<void(const Error&)> failed;
  };
  using Finished = std::function<void(const Result<store::FinishedTorrent>&)>;
  using Layout = std::shared_ptr<const wire::bt::TorrentLayout>;

  /// `pool`: of one thread. `readers`: for what others are given, which must not wait for it.
  TorrentDisk(WorkerPool& pool, WorkerPool& readers, std::string partials, Told told);

  /// Computes piece layers that the layout lacks from files that are in their place (of v2).
  void learn_layers(store::TorrentStorage::Spec spec, std::function<void(const Layout&)> learned);
  /// Opens what is kept of it, and takes what is in its place already.
  void open(store::TorrentStorage::Spec spec);
  [[nodiscard]] bool is_open() const { return storage_ != nullptr; }

  // ---- REQUIRES: is_open()
  void keep(std::uint64_t offset, ByteView bytes);
  /// All of the piece was kept.
  void verify(std::uint32_t piece);
  /// Hands over what was kept since the last call.
  void flush();
  void finish(Finished done);
  /// Of what is verified, also after finish(); nullopt: it cannot be read.
  using BlockRead = std::function<void(std::optional<Bytes>)>;
  void read(std::uint64_t offset, std::uint32_t length, BlockRead done);
  /// Nothing is read any more: what it holds of the disk is given back. After finish().
  void let_go();

  /// So much waits to be written that no more should be read.
  [[nodiscard]] bool is_behind() const;
  /// Nothing is told any more, and what the worker does for it ends soon.
  void stop();
  /// The same, and what is verified outlives a power cut.
  void pause();
  /// That, at once. Blocking; REQUIRES: the worker has ended.
  void sync();

 private:
  struct Kept {
    std::uint64_t offset = 0;
    Bytes bytes;
    std::optional<std::uint32_t> verify;  ///< instead: a piece whose bytes are all written
  };
  using StoragePtr = std::shared_ptr<store::TorrentStorage>;

  static Status carry_out(store::TorrentStorage& storage,
                          const std::vector<Kept>& kept,
                          std::vector<Judged>& judged);
  void on_written(std::size_t bytes, const std::vector<Judged>& judged, const Status& written);

  WorkerPool& pool_;
  WorkerPool& readers_;
  std::string partials_;
  Told told_;
  StoragePtr storage_;  ///< touched on the worker alone, once it is here
  std::shared_ptr<const store::TorrentReader> reader_;
  std::optional<store::FileStamp> finished_;  ///< what it reads, once others may write to it
  std::vector<Kept> pending_;
  std::size_t pending_bytes_ = 0;
  std::size_t unwritten_bytes_ = 0;
  std::stop_source stop_;
};

}  // namespace freshet::io
