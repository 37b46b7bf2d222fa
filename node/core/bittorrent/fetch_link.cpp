#include "node/core/bittorrent/fetch_link.h"

#include <algorithm>
#include <utility>

#include "node/base/overloaded.h"
#include "node/wire/bt/bencode.h"

namespace freshet::core::bittorrent {

using namespace wire::bt;  // NOLINT(google-build-using-namespace): its own vocabulary

namespace {

// What this side calls its extensions (BEP 10).
constexpr std::uint8_t kOwnMetadataId = 1;
constexpr std::uint8_t kOwnPexId = 2;

std::optional<std::int64_t> number_in(const Bencoded::Value& from, std::string_view key) {
  const auto value = from.find(key);
  return value ? value->integer() : std::nullopt;
}

Duration doubled(Duration first, std::uint32_t times) {
  constexpr std::uint32_t kMost = 5;
  return first * (std::int64_t{1} << std::min(times, kMost));
}

}  // namespace

FetchLink::FetchLink(PeerNumber number,
                     const InfoHash& name,
                     const FetchConfig& config,
                     FetchCounters& counters,
                     Owner& owner,
                     TimePoint now)
    : number_(number),
      name_(name),
      config_(config),
      counters_(counters),
      owner_(owner),
      out_(encode(Handshake{.extensions = true,
                            .fast = true,
                            .v2 = false,
                            .info_hash = name,
                            .peer_id = config.peer_id})),
      now_(now),
      opened_at_(now),
      heard_at_(now),
      said_at_(now),
      brought_at_(now),
      lively_at_(now),
      measured_at_(now),
      metadata_at_(now),
      metadata_since_(now),
      metadata_due_(now),
      window_(config.first_window),
      reqq_(config.usual_reqq) {}

void FetchLink::on_bytes(ByteView bytes, TimePoint now) {
  now_ = now;
  heard_at_ = now;
  splitter_.feed(bytes);
  while (!over_) {
    const auto item = splitter_.next();
    if (item.kind == StreamSplitter::Kind::more) return;
    on_item(item);
  }
}

void FetchLink::on_item(const StreamSplitter::Item& item) {
  switch (item.kind) {
    case StreamSplitter::Kind::handshake:
      on_handshake(item.bytes);
      return;
    case StreamSplitter::Kind::message:
      if (const auto message = decode_message(item.bytes)) {
        on_message(*message);
      } else {
        break_off();
      }
      return;
    case StreamSplitter::Kind::piece:
      on_piece(item.block, item.bytes);
      return;
    case StreamSplitter::Kind::broken:
      break_off();
      return;
    case StreamSplitter::Kind::more:
      return;
  }
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
  // Nothing is offered to BitTorrent clients before it is published.
  if (fast_) append(out_, HaveNone{});
  if (extensions_) send_hello();
  owner_.on_shaken(*this);
}

void FetchLink::send_hello() {
  BencodeWriter hello;
  hello.begin_dictionary().key("m").begin_dictionary();
  hello.key("ut_metadata").integer(kOwnMetadataId).key("ut_pex").integer(kOwnPexId).end();
  if (config_.listen_port != 0) hello.key("p").integer(config_.listen_port);
  hello.key("v").text("freshet").end();
  send_extended(0, hello.take());
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
                 [&](const Request& it) {
                   // This side chokes; who asks nevertheless is told so, within reason.
                   if (fast_) append(out_, Reject{.block = it.block});
                   offend();
                 },
                 [&](const Extended& it) { on_extended(it); },
                 [](const auto&) {},
             },
             message);
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
  if (over_ || !begun_ || stalled_ || (choked_ && allowed_.empty())) return 0;
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

void FetchLink::on_choke() {
  if (std::exchange(choked_, true)) return;
  // With the fast extension each request is still answered or rejected (BEP 6); who forgets to is
  // noticed as stalled.
  if (!fast_) release_all();
  owner_.on_choked(*this);
}

void FetchLink::give_back() {
  release_all();
  fail_metadata(false);
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
  if (begun_ && !over_) on_pieces(PieceSet::full(has_.size()));
}

void FetchLink::on_have_none() {
  on_whole_set();
  early_all_ = false;
  early_bits_.clear();
}

void FetchLink::on_bitfield(ByteView bits) {
  on_whole_set();
  if (over_) return;
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
  const auto document = Bencoded::parse(payload);
  if (!document || document->root().type() != Bencoded::Type::dictionary) return;
  const auto root = document->root();
  if (const auto reqq = number_in(root, "reqq"); reqq && *reqq > 0)
    reqq_ = static_cast<std::uint32_t>(std::min<std::int64_t>(*reqq, config_.most_window));
  const auto names = root.find("m");
  const auto id = names ? number_in(*names, "ut_metadata") : std::nullopt;
  if (!id || *id <= 0 || *id > 255) return;
  metadata_id_ = static_cast<std::uint8_t>(*id);
  if (asking_metadata_) return;
  metadata_ = MetadataDownload::of_size(number_in(root, "metadata_size").value_or(0));
  if (metadata_) owner_.on_shaken(*this);
}

void FetchLink::ask_metadata(std::uint32_t failures) {
  if (!offers_metadata()) return;
  asking_metadata_ = true;
  metadata_failures_ = failures;
  metadata_at_ = now_;
  metadata_since_ = now_;
  request_metadata();
}

void FetchLink::request_metadata() {
  while (const auto piece = metadata_->next())
    send_extended(
        metadata_id_,
        encode(MetadataMessage{
            .type = MetadataMessage::Type::request, .piece = *piece, .total_size = 0, .data = {}}));
}

void FetchLink::fail_metadata(bool bad) {
  if (!std::exchange(asking_metadata_, false)) return;
  metadata_ = metadata_->anew();
  metadata_due_ = now_ + doubled(config_.metadata_pause, metadata_failures_);
  owner_.on_no_metadata(*this, bad);
}

void FetchLink::on_metadata(ByteView payload) {
  const auto message = decode_metadata(payload);
  if (!message) {
    offend();
    return;
  }
  if (message->type == MetadataMessage::Type::request) {
    send_extended(metadata_id_,
                  encode(MetadataMessage{.type = MetadataMessage::Type::reject,
                                         .piece = message->piece,
                                         .total_size = 0,
                                         .data = {}}));
    offend();
    return;
  }
  if (!asking_metadata_ || !metadata_) {
    offend();
    return;
  }
  switch (metadata_->take(*message)) {
    case MetadataDownload::Taken::more:
      metadata_at_ = now_;
      request_metadata();
      return;
    case MetadataDownload::Taken::again:
      offend();
      return;
    case MetadataDownload::Taken::refused:
      fail_metadata(false);
      return;
    case MetadataDownload::Taken::whole:
      on_metadata_whole();
      return;
  }
}

void FetchLink::on_metadata_whole() {
  const auto info = metadata_->checked(name_);
  if (!info) {
    ++counters_.metadata_bad;
    break_off();
    fail_metadata(true);
    return;
  }
  metadata_.reset();
  asking_metadata_ = false;
  ++counters_.metadata_fetched;
  useful_ = true;
  owner_.on_metadata(*this, *info);
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

void FetchLink::send_extended(std::uint8_t id, ByteView payload) {
  append(out_, Extended{.id = id, .payload = payload});
}

void FetchLink::on_time(TimePoint now, Duration unread) {
  now_ = now;
  for (TimePoint* since : {&opened_at_, &heard_at_, &brought_at_, &metadata_at_}) *since += unread;
  if (!out_.empty()) said_at_ = now;
  if (over_) return;
  const bool waits = !asked_.empty();
  const bool too_late = !shaken_ && now - opened_at_ >= config_.handshake_time;
  const bool is_dead = waits && now - brought_at_ >= config_.dead;
  if (too_late || is_dead || now - heard_at_ >= config_.silence) {
    ++counters_.links_silent;
    over_ = true;
    return;
  }
  if (now - metadata_at_ >= config_.metadata_patience
      || now - metadata_since_ >= doubled(config_.metadata_time, metadata_failures_))
    fail_metadata(false);
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
  if (over_) return;
  ++counters_.links_broken;
  over_ = true;
}

}  // namespace freshet::core::bittorrent
