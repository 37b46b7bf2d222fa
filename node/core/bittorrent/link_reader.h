// Cuts what one BitTorrent peer sends into its handshake, messages and blocks, for whoever speaks
// with it. Sans-IO.
#pragma once

#include "node/base/bytes.h"
#include "node/wire/bt/messages.h"
#include "node/wire/bt/stream_splitter.h"

namespace freshet::core::bittorrent {

class LinkReader {
 public:
  LinkReader(const LinkReader&) = delete;
  LinkReader& operator=(const LinkReader&) = delete;
  LinkReader& operator=(LinkReader&&) = delete;

  /// Nothing more is to be read or said: close.
  [[nodiscard]] bool over() const { return over_; }

 protected:
  LinkReader() = default;
  LinkReader(LinkReader&&) = default;
  ~LinkReader() = default;

  /// Calls what is below, until end().
  void read(ByteView bytes);
  void end() { over_ = true; }

 private:
  virtual void on_handshake(ByteView bytes) = 0;
  virtual void on_message(const wire::bt::Message& message) = 0;
  virtual void on_piece(const wire::bt::BlockRange& block, ByteView bytes) = 0;
  /// What came is no BitTorrent.
  virtual void on_nonsense() = 0;

  wire::bt::StreamSplitter splitter_;
  bool over_ = false;
};

}  // namespace freshet::core::bittorrent
