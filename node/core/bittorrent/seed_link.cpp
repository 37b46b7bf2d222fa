#include "node/core/bittorrent/seed_link.h"

#include <algorithm>
#include <utility>

#include "node/base/check.h"
#include "node/base/overloaded.h"
#include "node/core/bittorrent/extensions.h"

namespace freshet::core::bittorrent {

using namespace wire::bt;  // NOLINT(google-build-using-namespace): its own vocabulary

namespace {

// BEP 11: at most so many in one message.
constexpr std::size_t kMaxTold = 50;

}  // namespace

SeedLink::SeedLink(const SeedConfig& config, Counters& counters, Find find, TimePoint now)
    : config_(config),
      counters_(counters),
      find_(std::move(find)),
      uploads_(config, counters),
      now_(now),
      opened_at_(now),
      heard_at_(now),
      said_at_(now) {}

SeedLink::SeedLink(const SeedConfig& config,
                   Counters& counters,
                   TorrentPtr torrent,
                   const InfoHash& name,
                   TimePoint now)
    : SeedLink(config, counters, Find(), now) {
  torrent_ = std::move(torrent);
  dialled_ = true;
  open(name);
}

// This side's handshake.
void SeedLink::open(const InfoHash& name) {
  name_ = name;
  pieces_ = PieceSet(torrent_->piece_count);
  hash_bytes_left_ =
      std::max(config_.least_hash_bytes, config_.max_hash_rounds * torrent_->stream_bytes);
  const Bytes handshake = encode(Handshake{.extensions = true,
                                           .fast = true,
                                           .v2 = has_v2(torrent_->info.kind),
                                           .info_hash = name,
                                           .peer_id = config_.peer_id});
  out_.insert(out_.end(), handshake.begin(), handshake.end());
}

void SeedLink::on_bytes(ByteView bytes, TimePoint now) {
  now_ = now;
  heard_at_ = now;
  read(bytes);
}

void SeedLink::on_handshake(ByteView bytes) {
  const auto handshake = decode_handshake(bytes);
  if (!handshake || handshake->peer_id == config_.peer_id) {
    break_off();
    return;
  }
  if (dialled_ && handshake->info_hash != name_) {
    ++counters_.links_refused;
    end();
    return;
  }
  if (!dialled_) torrent_ = find_(handshake->info_hash);
  if (!torrent_) {
    unknown_ = handshake->info_hash;
    end();
    return;
  }
  if (!dialled_) open(handshake->info_hash);
  ++(dialled_ ? counters_.links_out : counters_.links_in);
  shaken_ = true;
  peer_id_ = handshake->peer_id;
  if (handshake->fast) uploads_.set_fast();
  extensions_ = handshake->extensions;
  say_what_is_here(handshake->fast);
}

void SeedLink::say_what_is_here(bool fast) {
  if (fast) {
    append(out_, HaveAll{});
  } else {
    const PieceSet all = PieceSet::full(torrent_->piece_count);
    append(out_, Bitfield{.bits = all.bitfield()});
  }
  if (!extensions_) return;
  const auto metadata_bytes = torrent_->encoded_info.size();
  metadata_offer_ = MetadataOffer(metadata_bytes);
  BencodeWriter hello = own_extensions();
  hello.key("metadata_size").integer(static_cast<std::int64_t>(metadata_bytes));
  hello.key("p").integer(config_.listen_port);
  hello.key("reqq").integer(config_.max_requests);
  hello.key("upload_only").integer(1);
  hello.key("v").text("freshet").end();
  send_extended(0, hello.take());
}

void SeedLink::on_message(const Message& message) {
  std::visit(Overloaded{
                 [&](const Request& it) { on_request(it.block); },
                 [&](const Cancel& it) { uploads_.cancel(it.block, out_); },
                 [&](const Have& it) {
                   if (it.piece >= pieces_.size()) {
                     break_off();
                     return;
                   }
                   pieces_.add(it.piece);
                   leave_if_complete();
                 },
                 [&](const Bitfield& it) { on_bitfield(it.bits); },
                 [&](const HaveAll&) {
                   pieces_ = PieceSet::full(pieces_.size());
                   leave_if_complete();
                 },
                 [&](const HaveNone&) { pieces_ = PieceSet(pieces_.size()); },
                 [&](const Interested&) { uploads_.set_interested(true); },
                 [&](const NotInterested&) {
                   uploads_.set_interested(false);
                   leave_if_complete();
                 },
                 [&](const Extended& it) { on_extended(it); },
                 [&](const HashRequest& it) { on_hash_request(it); },
                 // Of no use to who only serves.
                 [](const auto&) {},
             },
             message);
}

// Two that have all have nothing for one another.
void SeedLink::leave_if_complete() {
  if (is_complete() && !is_interested() && uploads_.is_idle()) end();
}

// aria2 sends a second one later on.
void SeedLink::on_bitfield(ByteView bits) {
  auto pieces = PieceSet::from_bitfield(bits, pieces_.size());
  if (!pieces) {
    break_off();
    return;
  }
  pieces_ = std::move(*pieces);
  leave_if_complete();
}

void SeedLink::on_request(const BlockRange& block) {
  const bool is_there = block.piece < torrent_->piece_count;
  if (!uploads_.request(block, is_there ? torrent_->piece_bytes(block.piece) : 0, out_)) offend();
}

void SeedLink::on_extended(const Extended& message) {
  if (message.id == 0) {
    on_extension_handshake(message.payload);
  } else if (message.id == kOwnMetadataId) {
    on_metadata(message.payload);
  }
}

void SeedLink::on_extension_handshake(ByteView payload) {
  const auto peer = read_extensions(payload);
  if (!peer || !peer->names) return;
  metadata_id_ = peer->names->metadata_id;
  pex_id_ = peer->names->pex_id;
}

void SeedLink::on_metadata(ByteView payload) {
  const auto asked = decode_metadata(payload);
  if (!asked || metadata_id_ == 0) {
    offend();
    return;
  }
  if (asked->type != MetadataMessage::Type::request) return;
  const auto answered =
      metadata_offer_.answer(asked->piece, torrent_->encoded_info, metadata_id_, out_);
  if (answered == MetadataOffer::Answered::sent) {
    ++counters_.metadata_sent;
  } else {
    offend();
  }
}

void SeedLink::on_hash_request(const HashRequest& request) {
  const auto size = torrent_->size_of(ContentId::from(request.root.view()));
  auto answer = size ? HashAnswer::to(request, *size, torrent_->info.piece_length) : std::nullopt;
  const bool is_work = answer && answer->read_bytes() <= hash_bytes_left_
                       && hash_requests_.size() < config_.max_hash_requests;
  if (!is_work) {
    append(out_, HashReject{.request = request});
    if (!size || answer) offend();  // what no tree has may be another notion of BEP 52
    return;
  }
  hash_bytes_left_ -= answer->read_bytes();
  hash_requests_.push_back(std::move(*answer));
}

std::optional<HashRequest> SeedLink::next_hash_request() {
  if (over() || hash_requests_.empty() || reading_hashes_) return std::nullopt;
  reading_hashes_ = true;
  return hash_requests_.front().next();
}

void SeedLink::on_hashes(const HashRequest& part, std::optional<std::vector<Sha256>> hashes) {
  HashAnswer& answer = hash_requests_.front();
  FRESHET_CHECK(std::exchange(reading_hashes_, false) && part == answer.next());
  if (hashes) {
    answer.take(*hashes);
    if (!answer.is_whole()) return;
    ++counters_.hashes_sent;
    append(out_, Hashes{.request = answer.request(), .hashes = answer.hashes()});
  } else {
    append(out_, HashReject{.request = answer.request()});
  }
  hash_requests_.pop_front();
}

bool SeedLink::has_read(std::size_t unsent) const {
  return !over() && uploads_.has_read(unsent + out_.size());
}

std::optional<BlockRange> SeedLink::next_read(std::size_t unsent) {
  return over() ? std::nullopt : uploads_.next_read(unsent + out_.size());
}

// A block that cannot be read: the file is gone or another one now, and nothing here is true any
// more.
void SeedLink::on_block(const BlockRange& block, std::optional<ByteView> bytes) {
  if (over()) return;
  uploads_.on_read(block, bytes, out_);
  if (!bytes) end();
}

void SeedLink::set_choked(bool choked) {
  if (shaken_) uploads_.set_choked(choked, out_);
}

void SeedLink::tell_peers(const std::vector<AnnouncedPeer>& peers) {
  if (pex_id_ == 0 || over()) return;
  std::vector<AnnouncedPeer> added;
  std::vector<AnnouncedPeer> dropped;
  std::vector<Endpoint> now_told;
  for (const AnnouncedPeer& peer : peers) {
    if (peer.id == peer_id_ || now_told.size() >= kMaxTold) continue;
    now_told.push_back(peer.at);
    if (std::find(told_.begin(), told_.end(), peer.at) == told_.end()) added.push_back(peer);
  }
  for (const Endpoint& at : told_) {
    if (std::find(now_told.begin(), now_told.end(), at) == now_told.end())
      dropped.push_back({.id = {}, .at = at});
  }
  told_ = std::move(now_told);
  if (added.empty() && dropped.empty()) return;
  BencodeWriter message;
  const Bytes v4 = compact_v4(added);
  const Bytes v6 = compact_v6(added);
  message.begin_dictionary().key("added").bytes(v4);
  message.key("added.f").bytes(Bytes(v4.size() / 6));
  message.key("added6").bytes(v6).key("added6.f").bytes(Bytes(v6.size() / 18));
  message.key("dropped").bytes(compact_v4(dropped)).key("dropped6").bytes(compact_v6(dropped));
  send_extended(pex_id_, message.end().take());
}

void SeedLink::send_extended(std::uint8_t id, ByteView payload) {
  append(out_, Extended{.id = id, .payload = payload});
}

void SeedLink::on_time(TimePoint now) {
  if (!out_.empty() || uploads_.is_reading()) said_at_ = now;
  now_ = now;
  const bool too_late = !shaken_ && now - opened_at_ >= config_.handshake_time;
  if (too_late || now - heard_at_ >= config_.silence) {
    ++counters_.links_silent;
    end();
  } else if (shaken_ && now - said_at_ >= config_.keep_alive) {
    append(out_, KeepAlive{});
    said_at_ = now;
  }
}

void SeedLink::offend() {
  if (++offences_ >= config_.max_offences) break_off();
}

void SeedLink::break_off() {
  ++counters_.links_broken;
  end();
}

}  // namespace freshet::core::bittorrent
