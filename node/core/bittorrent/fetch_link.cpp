#include "node/core/bittorrent/fetch_link.h"

#include <algorithm>
#include <utility>

#include "node/base/overloaded.h"
#include "node/core/bittorrent/extensions.h"
#include "node/wire/bt/bencode.h"

namespace freshet::core::bittorrent {

using namespace wire::bt;  // NOLINT(google-build-using-namespace): its own vocabulary

FetchLink::FetchLink(PeerNumber number,
                     bool dialled,
                     const InfoHash& name,
                     bool is_v2,
                     const FetchConfig& config,
                     FetchCounters& counters,
                     Owner& owner,
                     TimePoint now)
    : number_(number),
      dialled_(dialled),
      name_(name),
      config_(config),
      counters_(counters),
      owner_(owner),
      out_(encode(Handshake{.extensions = true,
                            .fast = true,
                            .v2 = is_v2,
                            .info_hash = name,
                            .peer_id = config.peer_id})),
      uploads_(config.upload_limits, counters.uploads),
      metadata_(config, now),
      now_(now),
      opened_at_(now),
      heard_at_(now),
      said_at_(now),
      brought_at_(now),
      lively_at_(now),
      measured_at_(now),
      window_(config.first_window),
      reqq_(config.usual_reqq) {}

void FetchLink::on_bytes(ByteView bytes, TimePoint now) {
  now_ = now;
  heard_at_ = now;
  read(bytes);
}

void FetchLink::on_handshake(ByteView bytes) {
  const auto handshake = decode_handshake(bytes);
  if (!handshake || handshake->info_hash != name_ || handshake->peer_id == config_.peer_id) {
    break_off();
    return;
  }
  ++counters_.links;
  shaken_ = true;
  lively_at_ = now_;
  peer_id_ = handshake->peer_id;
  fast_ = handshake->fast;
  extensions_ = handshake->extensions;
  if (fast_) uploads_.set_fast();
  say_what_is_here();
  if (extensions_) send_hello();
  owner_.on_shaken(*this);
}

void FetchLink::say_what_is_here() {
  const PieceSet* here = owner_.offered();
  if (here == nullptr || here->none()) {
    if (fast_) append(out_, HaveNone{});
  } else if (fast_ && here->all()) {
    append(out_, HaveAll{});
  } else {
    append(out_, Bitfield{.bits = here->bitfield()});
  }
}

void FetchLink::tell_have(std::uint32_t piece) {
  if (shaken_ && !over()) append(out_, Have{.piece = piece});
}

// BEP 10: a later handshake adds to the first.
void FetchLink::tell_metadata() {
  if (extensions_ && !offers_metadata_ && !over() && !owner_.offered_info().empty()) send_hello();
}

void FetchLink::send_hello() {
  BencodeWriter hello = own_extensions();
  if (const ByteView info = owner_.offered_info(); !info.empty()) {
    metadata_offer_ = MetadataOffer(info.size());
    offers_metadata_ = true;
    hello.key("metadata_size").integer(static_cast<std::int64_t>(info.size()));
  }
  if (config_.listen_port != 0) hello.key("p").integer(config_.listen_port);
  if (config_.uploads) hello.key("reqq").integer(config_.upload_limits.max_requests);
  hello.key("v").text("freshet").end();
  const Bytes payload = hello.take();
  append(out_, Extended{.id = 0, .payload = payload});
}

void FetchLink::on_message(const Message& message) {
  std::visit(Overloaded{
                 [&](const Choke&) { on_choke(); },
                 [&](const Unchoke&) { on_unchoke(); },
                 [&](const Have& it) { on_have(it.piece); },
                 [&](const Bitfield& it) { on_bitfield(it.bits); },
                 [&](const HaveAll&) { on_have_all(); },
                 [&](const HaveNone&) { on_have_none(); },
                 [&](const AllowedFast& it) { on_allowed_fast(it.piece); },
                 [&](const Reject& it) { on_reject(it.block); },
                 [&](const Request& it) { on_request(it.block); },
                 [&](const Cancel& it) { uploads_.cancel(it.block, out_); },
                 [&](const Interested&) {
                   uploads_.set_interested(true);
                   owner_.on_interest(*this);
                 },
                 [&](const NotInterested&) {
                   uploads_.set_interested(false);
                   owner_.on_interest(*this);
                 },
                 [&](const Extended& it) { on_extended(it); },
                 [&](const Hashes& it) { owner_.on_hashes(*this, it); },
                 [&](const HashReject& it) { owner_.on_hash_reject(*this, it.request); },
                 [](const auto&) {},
             },
             message);
}

void FetchLink::on_request(const BlockRange& block) {
  if (!uploads_.request(block, owner_.offered_bytes(block.piece), out_)) offend();
}

// A block that cannot be read: somebody changed the file, and nothing here is true any more.
void FetchLink::on_read(const BlockRange& block, std::optional<ByteView> bytes) {
  if (over()) return;
  if (!bytes) {
    uploads_.on_read(block, bytes, out_);
    end();
    return;
  }
  Bytes answer;
  uploads_.on_read(block, bytes, answer);
  block_bytes_ += answer.size();
  blocks_.push_back(std::move(answer));
}

Bytes FetchLink::take_block() {
  if (blocks_.empty()) return {};
  Bytes block = std::move(blocks_.front());
  blocks_.pop_front();
  block_bytes_ -= block.size();
  return block;
}

// What was read comes before a choke: without BEP 6 it is not expected afterwards.
void FetchLink::set_choked(bool choked) {
  if (!shaken_ || over() || choked == uploads_.is_choked()) return;
  while (choked && !blocks_.empty()) {
    const Bytes block = take_block();
    out_.insert(out_.end(), block.begin(), block.end());
  }
  uploads_.set_choked(choked, out_);
}

void FetchLink::on_piece(const BlockRange& block, ByteView bytes) {
  const auto found = asked_.find(block);
  if (found == asked_.end()) {
    ++counters_.blocks_unasked;
    if (canceled_ > 0) {
      --canceled_;
    } else {
      offend();
    }
    return;
  }
  asked_.erase(found);
  refusals_ = 0;
  ++brought_;
  brought_at_ = now_;
  lively_at_ = now_;
  stalled_ = false;
  useful_ = true;
  ++counters_.blocks;
  counters_.block_bytes += bytes.size();
  brought_bytes_ += bytes.size();
  measure(now_);
  owner_.on_block(*this, block, bytes);
}

// The window follows what came in the last second: twice that, so that the peer never waits.
void FetchLink::measure(TimePoint now) {
  constexpr std::chrono::milliseconds kEvery{500};
  const Duration took = now - measured_at_;
  if (took < kEvery) return;
  const std::uint64_t a_second =
      std::uint64_t{brought_} * 1'000'000'000ULL / static_cast<std::uint64_t>(took.count());
  const std::uint64_t wished = std::max<std::uint64_t>(2 * a_second, config_.least_window);
  window_ = static_cast<std::uint32_t>(std::min<std::uint64_t>(wished, config_.most_window));
  measured_at_ = now;
  brought_ = 0;
}

std::size_t FetchLink::room() const {
  if (over() || !begun_ || stalled_ || (choked_ && allowed_.empty())) return 0;
  const std::size_t most = std::min({window_, reqq_, config_.most_window});
  return asked_.size() < most ? most - asked_.size() : 0;
}

void FetchLink::request(const BlockRange& block) {
  if (asked_.empty()) {
    brought_at_ = now_;
    measured_at_ = now_;
    brought_ = 0;
  }
  const auto [at, is_new] = asked_.emplace(block, false);
  if (!is_new) {  // given up after a stall: it may come twice now
    at->second = false;
    ++canceled_;
  }
  append(out_, Request{.block = block});
}

void FetchLink::cancel(const BlockRange& block) {
  const auto found = asked_.find(block);
  if (found == asked_.end()) return;
  asked_.erase(found);
  ++canceled_;
  append(out_, Cancel{.block = block});
}

void FetchLink::show_interest() {
  if (std::exchange(interested_, true)) return;
  append(out_, Interested{});
}

void FetchLink::lose_interest() {
  if (std::exchange(interested_, false)) append(out_, NotInterested{});
}

void FetchLink::on_choke() {
  if (std::exchange(choked_, true)) return;
  // With the fast extension each request is still answered or rejected (BEP 6); who forgets to is
  // noticed as stalled.
  if (!fast_) release_all();
  owner_.on_choked(*this);
}

void FetchLink::give_back() {
  release_all();
  if (metadata_.give_up(now_)) owner_.on_no_metadata(*this, false);
}

void FetchLink::release_all() {
  for (const auto& [block, given_up] : std::exchange(asked_, {})) {
    if (!given_up) owner_.on_unasked(*this, block);
  }
}

// What it was asked before it choked and never answered is forgotten; it may come nevertheless.
void FetchLink::on_unchoke() {
  choked_ = false;
  stalled_ = false;
  if (idle_ && idle_->choked) idle_.reset();
  brought_at_ = now_;
  canceled_ += static_cast<std::uint32_t>(
      std::erase_if(asked_, [](const auto& each) { return each.second; }));
}

void FetchLink::on_reject(const BlockRange& block) {
  const auto found = asked_.find(block);
  if (found == asked_.end()) {
    if (canceled_ > 0) --canceled_;  // a cancelled one is rejected, too
    return;
  }
  const bool given_up = found->second;
  asked_.erase(found);
  ++counters_.requests_rejected;
  allowed_.erase(block.piece);
  if (!given_up) owner_.on_unasked(*this, block);
  // A choke rejects a whole window; who only rejects is of no use.
  if (++refusals_ > 2 * config_.most_window) break_off();
}

void FetchLink::begin(const TorrentLayout& layout) {
  begun_ = true;
  has_ = PieceSet(layout.piece_count());
  std::erase_if(allowed_, [&](std::uint32_t piece) { return piece >= has_.size(); });
  PieceSet has = early_all_ ? PieceSet::full(has_.size()) : has_;
  if (!early_bits_.empty()) {
    auto said = PieceSet::from_bitfield(early_bits_, has_.size());
    if (!said) {
      break_off();
      return;
    }
    has = std::move(*said);
  }
  for (const std::uint32_t piece : early_haves_) {
    if (piece < has.size()) has.add(piece);
  }
  early_bits_.clear();
  early_bits_.shrink_to_fit();
  early_haves_.clear();
  early_haves_.shrink_to_fit();
  on_pieces(std::move(has));
}

void FetchLink::on_pieces(PieceSet has) {
  if (has == has_) return;
  idle_.reset();
  const PieceSet before = std::exchange(has_, std::move(has));
  owner_.on_has(*this, before);
}

// Five bytes that cost a look at every piece: once. aria2 sends a second one later on, which the
// offences allow for.
void FetchLink::on_whole_set() {
  if (std::exchange(said_pieces_, true)) offend();
}

void FetchLink::on_have_all() {
  on_whole_set();
  early_all_ = true;
  if (begun_ && !over()) on_pieces(PieceSet::full(has_.size()));
}

void FetchLink::on_have_none() {
  on_whole_set();
  early_all_ = false;
  early_bits_.clear();
}

void FetchLink::on_bitfield(ByteView bits) {
  on_whole_set();
  if (over()) return;
  if (!begun_) {
    early_bits_.assign(bits.begin(), bits.end());
    return;
  }
  auto pieces = PieceSet::from_bitfield(bits, has_.size());
  if (pieces) {
    on_pieces(std::move(*pieces));
  } else {
    break_off();
  }
}

void FetchLink::on_have(std::uint32_t piece) {
  if (!begun_) {
    if (early_haves_.size() < config_.max_early_haves) early_haves_.push_back(piece);
    return;
  }
  if (piece >= has_.size()) {
    break_off();
    return;
  }
  if (!has_.add(piece)) return;
  idle_.reset();
  owner_.on_have(*this, piece);
}

void FetchLink::on_allowed_fast(std::uint32_t piece) {
  if (begun_ && piece >= has_.size()) {
    break_off();
    return;
  }
  if (allowed_.size() < config_.max_allowed_fast && allowed_.insert(piece).second) idle_.reset();
}

void FetchLink::on_extended(const Extended& message) {
  if (message.id == 0) on_extension_handshake(message.payload);
  if (message.id == kOwnMetadataId) on_metadata(message.payload);
  if (message.id == kOwnPexId) on_exchange(message.payload);
}

void FetchLink::on_extension_handshake(ByteView payload) {
  const auto peer = read_extensions(payload);
  if (!peer) return;
  if (peer->reqq && *peer->reqq > 0)
    reqq_ = static_cast<std::uint32_t>(std::min<std::int64_t>(*peer->reqq, config_.most_window));
  if (!peer->names || peer->names->metadata_id == 0) return;
  peer_metadata_id_ = peer->names->metadata_id;
  if (metadata_.offered(peer->names->metadata_id, peer->metadata_size.value_or(0)))
    owner_.on_shaken(*this);
}

void FetchLink::on_metadata_request(std::uint32_t piece) {
  if (peer_metadata_id_ == 0) {  // it did not say what it calls the answer
    offend();
    return;
  }
  const auto answered =
      metadata_offer_.answer(piece, owner_.offered_info(), peer_metadata_id_, out_);
  if (answered == MetadataOffer::Answered::rejected) offend();
}

void FetchLink::on_metadata(ByteView payload) {
  const auto message = decode_metadata(payload);
  if (message && message->type == MetadataMessage::Type::request) {
    on_metadata_request(message->piece);
    return;
  }
  switch (metadata_.hear(payload, name_, now_, out_)) {
    case MetadataAsking::Heard::fine:
      return;
    case MetadataAsking::Heard::offence:
      offend();
      return;
    case MetadataAsking::Heard::refused:
      owner_.on_no_metadata(*this, false);
      return;
    case MetadataAsking::Heard::bad:
      ++counters_.metadata_bad;
      break_off();
      owner_.on_no_metadata(*this, true);
      return;
    case MetadataAsking::Heard::whole:
      ++counters_.metadata_fetched;
      useful_ = true;
      owner_.on_metadata(*this, metadata_.take());
      return;
  }
}

void FetchLink::on_exchange(ByteView payload) {
  const auto document = Bencoded::parse(payload);
  if (!document || document->root().type() != Bencoded::Type::dictionary) {
    offend();
    return;
  }
  const auto added = document->root().find("added");
  const auto added6 = document->root().find("added6");
  owner_.on_peers(*this,
                  compact_peers(added ? added->bytes().value_or(ByteView()) : ByteView(),
                                added6 ? added6->bytes().value_or(ByteView()) : ByteView()));
}

void FetchLink::on_time(TimePoint now, Duration unread) {
  now_ = now;
  for (TimePoint* since : {&opened_at_, &heard_at_, &brought_at_}) *since += unread;
  metadata_.wait_longer(unread);
  if (!out_.empty() || !blocks_.empty()) said_at_ = now;
  if (over()) return;
  const bool waits = !asked_.empty();
  const bool too_late = !shaken_ && now - opened_at_ >= config_.handshake_time;
  const bool is_dead = waits && now - brought_at_ >= config_.dead;
  if (too_late || is_dead || now - heard_at_ >= config_.silence) {
    ++counters_.links_silent;
    end();
    return;
  }
  if (metadata_.is_late(now) && metadata_.give_up(now)) owner_.on_no_metadata(*this, false);
  if (waits && !stalled_ && now - brought_at_ >= config_.stalled) {
    stalled_ = true;
    window_ = config_.least_window;
    for (auto& [block, given_up] : asked_) {
      if (!std::exchange(given_up, true)) owner_.on_unasked(*this, block);
    }
    owner_.on_stalled(*this);
  }
  if (shaken_ && now - said_at_ >= config_.keep_alive) {
    append(out_, KeepAlive{});
    said_at_ = now;
  }
}

void FetchLink::offend() {
  if (++offences_ >= config_.max_offences) break_off();
}

void FetchLink::break_off() {
  if (over()) return;
  ++counters_.links_broken;
  end();
}

}  // namespace freshet::core::bittorrent
