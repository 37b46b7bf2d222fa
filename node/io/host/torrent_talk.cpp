#include "node/io/host/torrent_talk.h"

#include <algorithm>
#include <utility>

#include "node/wire/overlay/publication.h"

namespace freshet::io {
namespace {

constexpr std::uint32_t kMaxTalkBodyBytes = wire::kPublicationPartBytes;

}  // namespace

TorrentTalk::TorrentTalk(std::shared_ptr<KeptHandlers> kept, std::shared_ptr<TlsLink> link)
    : KeptHandler(std::move(kept)),
      link_(std::move(link)),
      peer_(link_->peer()),
      remote_(link_->remote()) {}

TorrentTalk::~TorrentTalk() {
  if (link_) link_->abandon();
}

void TorrentTalk::start(Said said, std::function<void()> lost) {
  said_ = std::move(said);
  lost_ = std::move(lost);
  keep();
  link_->set_handler(*this);
}

void TorrentTalk::send(wire::FrameType type, ByteView body) {
  if (!link_ || over_) return;
  if (link_->room() < wire::kFrameHeaderBytes + body.size()) {  // it takes no answers
    link_->abort();
    return;
  }
  wire::EncodedHeader header{};
  wire::encode_header({.guid = {},
                       .type = type,
                       .ttl = 1,
                       .hops = 0,
                       .body_bytes = static_cast<std::uint32_t>(body.size())},
                      header.data());
  link_->send(header, body);
}

void TorrentTalk::send_record(Bytes record) {
  record_ = std::move(record);
  sends_ = true;
  send_parts();
}

void TorrentTalk::send_parts() {
  while (sends_ && link_ && !over_
         && link_->room() >= wire::kFrameHeaderBytes + wire::kPublicationPartBytes) {
    const std::size_t size = std::min(record_.size() - sent_, wire::kPublicationPartBytes);
    send(wire::FrameType::torrent_record, ByteView(record_).subspan(sent_, size));
    sent_ += size;
    if (size == wire::kPublicationPartBytes) continue;
    sends_ = false;
    record_ = {};
  }
}

void TorrentTalk::close() {
  if (std::exchange(over_, true)) return;
  said_ = nullptr;
  lost_ = nullptr;
  if (link_) link_->close();
}

void TorrentTalk::on_link_data(TlsLink& /*link*/, ByteView bytes) {
  if (over_) return;
  const auto self = shared_from_this();  // what is said may end it
  in_.insert(in_.end(), bytes.begin(), bytes.end());
  while (read_frame()) {
  }
  in_.erase(in_.begin(), in_.begin() + static_cast<std::ptrdiff_t>(read_));
  read_ = 0;
}

bool TorrentTalk::read_frame() {
  const ByteView rest = ByteView(in_).subspan(read_);
  if (over_ || rest.size() < wire::kFrameHeaderBytes) return false;
  const wire::FrameHeader header = wire::decode_header(rest.data());
  if (header.body_bytes > kMaxTalkBodyBytes) {
    lose();
    return false;
  }
  const std::size_t whole = wire::kFrameHeaderBytes + header.body_bytes;
  if (rest.size() < whole) return false;
  read_ += whole;
  const Said said = said_;
  said(header.type, rest.subspan(wire::kFrameHeaderBytes, header.body_bytes));
  return true;
}

void TorrentTalk::lose() {
  const auto lost = std::exchange(lost_, nullptr);
  close();
  if (lost) lost();
}

void TorrentTalk::on_link_closed(TlsLink& /*link*/, LinkEnd /*end*/) {
  const auto self = let_go();
  const auto its_link = std::exchange(link_, nullptr);
  over_ = true;
  said_ = nullptr;
  if (const auto lost = std::exchange(lost_, nullptr)) lost();
}

}  // namespace freshet::io
