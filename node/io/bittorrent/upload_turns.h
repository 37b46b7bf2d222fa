// Who may send to BitTorrent clients now, where the user limits what the node sends: all links, of
// whatever torrent, wait here and are asked in turn. Without a limit nobody waits. On the io
// thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "node/base/time.h"
#include "node/io/asio_fwd.h"

namespace freshet::io {

class UploadTurns {
 public:
  using Id = std::uint64_t;
  UploadTurns(asio::io_context& io, std::function<TimePoint()> now);
  ~UploadTurns();
  UploadTurns(const UploadTurns&) = delete;
  UploadTurns& operator=(const UploadTurns&) = delete;

  /// Bytes of blocks a second to all of them; 0: no limit.
  void limit(std::uint64_t rate);
  /// `go_on`: it was told to wait, and may ask again. Called from the loop alone.
  Id join(std::function<void()> go_on);
  void leave(Id id);

  /// Whether a block may go now; when not, its link waits.
  [[nodiscard]] bool may_send();
  void sends(std::uint32_t bytes);
  void stop();

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace freshet::io
