// One TCP connection to a BitTorrent client: carries bytes between its socket and its
// core::bittorrent::SeedLink, and reads what that asks for. Closes when nothing more is to be said,
// or the client takes nothing for long.
#pragma once

#include <array>
#include <deque>
#include <functional>
#include <memory>
#include <optional>

#include "node/base/endpoint.h"
#include "node/core/bittorrent/seed_link.h"
#include "node/core/bittorrent/upload_slots.h"
#include "node/io/bittorrent/parts.h"
#include "node/io/bittorrent/upload_turns.h"
#include "node/io/net/tcp_socket.h"

namespace freshet::io {

class PlainLink : public std::enable_shared_from_this<PlainLink> {
 public:
  using Id = core::bittorrent::UploadSlots::Id;
  struct Owner {
    /// Its interest in being served may have changed.
    std::function<void(PlainLink&)> changed;
    /// Once; no other call follows.
    std::function<void(PlainLink&)> closed;
    /// Before that: it took nothing for too long.
    std::function<void()> stalled;
    /// Before that: it named a torrent that is not served. With all that came of it so far.
    std::function<void(const InfoHash&, TcpSocket&&, const Endpoint& from, ByteView came)> unknown;
  };
  /// Beyond this nothing more is read from a client that takes no answers.
  static constexpr std::size_t kMaxUnsentBytes = std::size_t{512} * 1024;

  PlainLink(Id id,
            TcpSocket socket,
            const Endpoint& remote,
            core::bittorrent::SeedLink seed,
            const PlainParts& parts,
            UploadTurns& turns,
            Owner owner);

  /// `first`: what was read of it already.
  void start(ByteView first);
  void set_choked(bool choked);
  void tell_peers(const std::vector<wire::bt::AnnouncedPeer>& peers);
  void on_time(TimePoint now);
  void close();

  [[nodiscard]] Id id() const { return id_; }
  [[nodiscard]] const Endpoint& remote() const { return remote_; }
  [[nodiscard]] const core::bittorrent::SeedLink& seed() const { return seed_; }

 private:
  void work();
  void take_in(ByteView bytes);
  void hand_over(const InfoHash& name);
  void read_blocks();
  void read_block(const wire::bt::BlockRange& block);
  void read_hashes(const wire::bt::HashRequest& request);
  void listen();
  void write();
  void on_written(std::size_t count);
  [[nodiscard]] std::size_t unsent() const { return writing_.size() - written_ + waiting_.size(); }

  Id id_;
  asio::ip::tcp::socket socket_;
  Endpoint remote_;
  core::bittorrent::SeedLink seed_;
  const PlainParts& parts_;
  UploadTurns& turns_;
  std::optional<UploadTurns::Id> turn_;
  Owner owner_;
  std::array<Byte, 4096> in_{};
  Bytes opening_;  ///< what came before its handshake was whole
  Bytes writing_;
  std::size_t written_ = 0;
  Bytes waiting_;
  TimePoint took_at_;  ///< the client took bytes, or owed nothing
  bool listening_ = false;
  bool closed_ = false;
};

}  // namespace freshet::io
