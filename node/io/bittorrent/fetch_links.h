// The sockets of one torrent that is fetched: dials whom its core::bittorrent::Fetch names, over
// TCP and in the clear, and carries bytes between them and it. Reads from nobody while the disk is
// behind. On the io thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "node/base/time.h"
#include "node/core/bittorrent/fetch.h"
#include "node/io/asio_fwd.h"

namespace freshet::io {

class FetchLinks {
 public:
  /// From a peer that takes no requests nothing more is read either.
  static constexpr std::size_t kMaxUnsentBytes = std::size_t{256} * 1024;
  static constexpr std::size_t kMaxReadBytes = std::size_t{128} * 1024;

  /// `fetch` outlives this. `moved`: something came in, or a link came or went.
  FetchLinks(asio::io_context& io,
             core::bittorrent::Fetch& fetch,
             std::function<TimePoint()> now,
             std::function<void()> moved);
  ~FetchLinks();
  FetchLinks(const FetchLinks&) = delete;
  FetchLinks& operator=(const FetchLinks&) = delete;

  /// Dials who is due, sends what is to be said, closes what is over. After anything was told to
  /// the fetch.
  void work();
  /// From one client before others have their turn; 16 KiB and kMaxReadBytes are its bounds.
  void read_at_most(std::size_t bytes);
  /// Nothing is read while so.
  void pause(bool paused);
  [[nodiscard]] bool is_paused() const;
  void stop();

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace freshet::io
