// One connection about torrents (wire/overlay/publication.h has what is said on it): cuts frames,
// sends frames, and a record in parts as fast as the other side takes them. Judges nothing but the
// length of a frame.
#pragma once

#include <functional>
#include <memory>

#include "node/base/bytes.h"
#include "node/io/net/kept_handlers.h"
#include "node/io/net/tls_link.h"
#include "node/wire/overlay/frame.h"

namespace freshet::io {

class TorrentTalk final : public KeptHandler {
 public:
  using Said = std::function<void(wire::FrameType, ByteView body)>;

  TorrentTalk(std::shared_ptr<KeptHandlers> kept, std::shared_ptr<TlsLink> link);
  ~TorrentTalk() override;
  TorrentTalk(const TorrentTalk&) = delete;
  TorrentTalk& operator=(const TorrentTalk&) = delete;
  TorrentTalk(TorrentTalk&&) = delete;
  TorrentTalk& operator=(TorrentTalk&&) = delete;

  /// Takes the link over, which is up. `lost`: the other side left, or said what is no frame of
  /// these; it is the last call. Neither is called after close().
  void start(Said said, std::function<void()> lost);
  void send(wire::FrameType type, ByteView body);
  /// Once. Frames that are sent later may come before its end.
  void send_record(Bytes record);
  /// With what was said before, but for a record's end.
  void close();

  [[nodiscard]] const NodeKey& peer() const { return peer_; }
  [[nodiscard]] const Endpoint& remote() const { return remote_; }

  void on_link_up(TlsLink& /*link*/) override {}
  void on_link_data(TlsLink& link, ByteView bytes) override;
  void on_link_writable(TlsLink& /*link*/) override { send_parts(); }
  void on_link_closed(TlsLink& link, LinkEnd end) override;

 private:
  void send_parts();
  /// The frame in front of `in_`; false: it is not whole, or the talk is over.
  bool read_frame();
  void lose();

  std::shared_ptr<TlsLink> link_;
  NodeKey peer_;
  Endpoint remote_;
  Said said_;
  std::function<void()> lost_;
  Bytes in_;
  std::size_t read_ = 0;  ///< of it
  Bytes record_;
  std::size_t sent_ = 0;  ///< of it
  bool sends_ = false;    ///< the record's last part is not sent
  bool over_ = false;
};

}  // namespace freshet::io
