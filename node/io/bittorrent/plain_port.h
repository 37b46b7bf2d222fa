// BitTorrent clients that are no nodes, on the node's one port: their links, the tracker that they
// announce themselves to, and this node's dials to them (transmission 3.00 tries uTP alone, so who
// announced that it lacks something and does not come is dialled). Runs on the io thread.
#pragma once

#include <memory>

#include "node/base/rng.h"
#include "node/core/bittorrent/torrent.h"
#include "node/io/asio_fwd.h"
#include "node/io/bittorrent/parts.h"
#include "node/io/net/first_bytes.h"

namespace freshet::io {

struct TcpSocket;
class UploadTurns;

class PlainPort {
 public:
  /// `turns` outlives it.
  PlainPort(asio::io_context& io,
            PlainParts parts,
            UploadTurns& turns,
            std::uint16_t listen_port,
            Rng rng);
  ~PlainPort();
  PlainPort(const PlainPort&) = delete;
  PlainPort& operator=(const PlainPort&) = delete;

  /// As the listener hands it over.
  void take(Opening opening, TcpSocket&& socket, Bytes first);
  /// Ends the links that are served this content: it is not wanted here any more.
  void withdraw(const ContentId& content);
  void stop();

  [[nodiscard]] const core::bittorrent::Counters& counters() const;
  [[nodiscard]] std::size_t links() const;
  [[nodiscard]] std::size_t tracked_peers() const;
  /// Of clients that announced themselves: to be dialled, dialled lately or soon, under way.
  [[nodiscard]] std::size_t dials_waiting() const;
  [[nodiscard]] std::size_t dials_remembered() const;
  [[nodiscard]] std::size_t dials_at_once() const;
  [[nodiscard]] std::size_t tracker_talks() const;
  static constexpr std::size_t kMaxLinks = 128;
  static constexpr std::size_t kMaxLinksPerAddress = 32;
  static constexpr std::size_t kMaxDialsAtOnce = 8;

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace freshet::io
