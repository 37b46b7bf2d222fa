// The transfers' connections: cuts their streams, parks the payloads of blocks, and carries the
// transfer engine's effects to TLS links and to the store of pieces. Sends in the order in which
// the engine asked, also while a block is still being read from disk.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "node/base/ids.h"
#include "node/core/transfer/io.h"
#include "node/io/host/piece_store.h"
#include "node/io/host/send_ahead.h"
#include "node/io/net/dialer.h"
#include "node/io/net/tls_link.h"
#include "node/wire/bt/stream_splitter.h"

namespace freshet::io {

class TransferLinks final : public LinkHandler {
 public:
  using Deliver = std::function<void(core::transfer::Input)>;

  TransferLinks(asio::io_context& io,
                Dialer& dialer,
                PieceStore& pieces,
                std::uint32_t& next_link,
                Deliver deliver);
  ~TransferLinks() override;

  void adopt(const std::shared_ptr<TlsLink>& link,
             core::transfer::Direction direction,
             std::optional<DialId> dial,
             bool relayed = false);

  // ---- effects of the transfer engine
  void dial(const core::transfer::Dial& dial);
  void close(const core::transfer::Close& close);
  void send(core::transfer::Send& send);
  void send_block(const core::transfer::SendBlock& send);
  void keep_block(const core::transfer::KeepBlock& keep);
  void abort_all();
  /// Ends a link, or all links to a peer, at once.
  void abort(LinkId link);
  void abort(const NodeKey& peer);
  [[nodiscard]] std::size_t count() const { return streams_.size(); }
  /// Links that ended because what came was not what the peer's TLS sent: altered on the way, or
  /// broken by the peer.
  [[nodiscard]] std::uint64_t altered() const { return altered_; }
  /// What a link takes at most that is not sent yet.
  static constexpr std::size_t kBufferBytes = SendAhead::kMost;

  void on_link_up(TlsLink& /*link*/) override {}
  void on_link_data(TlsLink& link, ByteView bytes) override;
  void on_link_writable(TlsLink& link) override;
  void on_link_closed(TlsLink& link, LinkEnd end) override;

 private:
  struct Stream;
  struct Outgoing;

  Stream* find(LinkId id);
  void feed(const std::shared_ptr<Stream>& stream, ByteView bytes);
  void read_blocks(const std::shared_ptr<Stream>& stream);
  void flush(Stream& stream);
  static void pace(Stream& stream);
  void tell_room_soon(LinkId id);
  [[nodiscard]] static std::uint32_t room_of(const Stream& stream);

  asio::io_context& io_;
  Dialer& dialer_;
  PieceStore& pieces_;
  std::uint32_t& next_link_;
  Deliver deliver_;
  std::unordered_map<std::uint32_t, std::shared_ptr<Stream>> streams_;
  std::unordered_map<const TlsLink*, LinkId> ids_;
  /// The payload of the block that is being delivered, and its link.
  ByteView parked_;
  LinkId parked_from_;
  std::uint64_t altered_ = 0;
};

}  // namespace freshet::io
