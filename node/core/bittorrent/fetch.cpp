#include "node/core/bittorrent/fetch.h"

#include <algorithm>
#include <utility>

#include "node/base/check.h"
#include "node/base/sender.h"
#include "node/wire/bt/sha1.h"

namespace freshet::core::bittorrent {

using wire::bt::BlockRange;
using wire::bt::PieceSet;

namespace {

// What two versions of a block are told apart by: enough of it that no liar finds a match.
std::uint64_t digest_of(ByteView bytes) {
  const auto hash = wire::bt::sha1(bytes);
  std::uint64_t digest = 0;
  for (std::size_t i = 0; i < sizeof digest; ++i) digest = digest << 8U | hash.bytes.at(i);
  return digest;
}

}  // namespace

Fetch::Fetch(const InfoHash& name,
             const FetchConfig& config,
             FetchCounters& counters,
             Host& host,
             Rng rng,
             bool is_v2)
    : name_(name),
      is_v2_(is_v2),
      config_(config),
      counters_(counters),
      host_(host),
      rng_(std::move(rng)),
      uploads_(config, links_) {}

void Fetch::begin(std::shared_ptr<const wire::bt::TorrentLayout> layout, PieceSet have) {
  FRESHET_CHECK(!plan_);
  layout_ = std::move(layout);
  plan_ = std::make_unique<FetchPlan>(*layout_, std::move(have), rng_.fork("plan"));
  has_metadata_ = true;
  for (auto& [number, link] : links_) {
    if (!link->is_shaken() || link->over()) continue;
    tell_all_haves(*link);
    if (link->over()) continue;
    link->begin(*layout_);
  }
  fill_all();
}

// To one that shook hands before it was known what is here.
void Fetch::tell_all_haves(FetchLink& link) const {
  if (offered() == nullptr) return;
  if (plan_->have().count() > config_.max_haves_told) {
    link.end();
    return;
  }
  for (std::uint32_t piece = 0; piece < layout_->piece_count(); ++piece)
    if (plan_->have().has(piece)) link.tell_have(piece);
}

void Fetch::knows_metadata(std::shared_ptr<const Bytes> info) {
  has_metadata_ = true;
  info_ = std::move(info);
  for (auto& [number, link] : links_)
    if (link->is_shaken()) link->tell_metadata();
}

ByteView Fetch::offered_info() const {
  return config_.uploads && info_ ? ByteView(*info_) : ByteView();
}

const PieceSet* Fetch::offered() const {
  return config_.uploads && plan_ ? &plan_->have() : nullptr;
}

// In v2 alone libtorrent asks for whole blocks where a file ends: see Torrent::piece_bytes().
std::uint32_t Fetch::offered_bytes(std::uint32_t piece) const {
  const PieceSet* here = offered();
  if (here == nullptr || piece >= layout_->piece_count() || !here->has(piece)) return 0;
  return wire::bt::has_v1(layout_->kind) ? layout_->piece_bytes(piece) : layout_->piece_length;
}

void Fetch::add_peer(const Endpoint& at, PeerBook::Word word, TimePoint now) {
  if (book_.add(at, word, now)) ++counters_.peers_heard;
}

std::optional<PeerNumber> Fetch::next_dial(TimePoint now) {
  if (dialled_links() + dialling_ >= config_.max_links || complete()) return std::nullopt;
  const auto next = book_.next(now);
  if (next) ++dialling_;
  return next;
}

void Fetch::opened(PeerNumber peer, TimePoint now) {
  --dialling_;
  add_link(peer, true, now);
}

std::optional<PeerNumber> Fetch::take(const Endpoint& from, TimePoint now) {
  const auto peer = book_.take(from);
  if (!peer) return std::nullopt;
  ++counters_.links_taken;
  add_link(*peer, false, now);
  return peer;
}

std::size_t Fetch::dialled_links() const {
  return static_cast<std::size_t>(std::count_if(
      links_.begin(), links_.end(), [](const auto& each) { return each.second->is_dialled(); }));
}

void Fetch::add_link(PeerNumber peer, bool dialled, TimePoint now) {
  FetchLink::Owner& owner = *this;
  links_[peer] =
      std::make_unique<FetchLink>(peer, dialled, name_, is_v2_, config_, counters_, owner, now);
}

void Fetch::dial_failed(PeerNumber peer, TimePoint now) {
  --dialling_;
  ++counters_.dials_failed;
  book_.left(peer, false, now);
}

FetchLink* Fetch::find(PeerNumber peer) {
  const auto found = links_.find(peer);
  return found == links_.end() ? nullptr : found->second.get();
}

const FetchLink* Fetch::find(PeerNumber peer) const {
  const auto found = links_.find(peer);
  return found == links_.end() ? nullptr : found->second.get();
}

void Fetch::on_bytes(PeerNumber peer, ByteView bytes, TimePoint now) {
  now_ = now;
  FetchLink* link = find(peer);
  if (link == nullptr) return;
  link->on_bytes(bytes, now);
  fill(*link);
  if (some_free_) fill_all();
}

void Fetch::closed(PeerNumber peer, TimePoint now) {
  now_ = now;
  const auto found = links_.find(peer);
  if (found == links_.end()) return;
  const auto link = std::move(found->second);
  links_.erase(found);
  uploads_.closed(peer);
  link->give_back();
  if (plan_) {
    plan_->remove_holder(link->has());
    plan_->leave(peer);
  }
  book_.left(peer, link->was_useful(), now);
  ask_for_metadata();
  ask_for_layers();
  fill_all();
}

void Fetch::verified(std::uint32_t piece, Verdict verdict) {
  FRESHET_CHECK(plan_);
  switch (verdict) {
    case Verdict::ok:
      ban_all(plan_->passed(piece));
      for (auto& [number, link] : links_) {
        const bool has_it = link->has_begun() && link->has().has(piece);
        if (has_it) link->set_wanted(link->wanted() - 1);
        if (config_.uploads) link->tell_have(piece);
        if (complete()) link->lose_interest();
      }
      return;
    case Verdict::bad:
      ++counters_.pieces_bad;
      ban_all(plan_->failed(piece));
      break;
    case Verdict::lost:
      plan_->lost(piece);
      break;
  }
  fill_all();
}

void Fetch::ban_all(const std::vector<PeerNumber>& peers) {
  for (const PeerNumber peer : peers) ban(peer);
}

void Fetch::ban(PeerNumber peer) {
  if (book_.is_banned(peer)) return;
  book_.ban(peer);
  ++counters_.peers_banned;
  if (FetchLink* link = find(peer)) link->end();
}

void Fetch::on_time(TimePoint now, Duration unread) {
  now_ = now;
  for (auto& [number, link] : links_) link->on_time(now, unread);
  uploads_.on_time(now);
  if (complete()) uploads_.leave_idle(now);
  if (asking_) {
    asking_->heard_at += unread;
    asking_->due_at += unread;
  }
  ask_for_metadata();
  ask_for_layers();
  fill_all();
}

Bytes Fetch::take_output(PeerNumber peer) {
  FetchLink* link = find(peer);
  return link == nullptr ? Bytes() : link->take_output();
}

Bytes Fetch::take_block(PeerNumber peer) {
  FetchLink* link = find(peer);
  return link == nullptr ? Bytes() : link->take_block();
}

bool Fetch::is_over(PeerNumber peer) const {
  const FetchLink* link = find(peer);
  return link == nullptr || link->over();
}

std::optional<BlockRange> Fetch::next_read(PeerNumber peer, std::size_t unsent) {
  FetchLink* link = find(peer);
  return link == nullptr ? std::nullopt : link->next_read(unsent);
}

bool Fetch::has_read(PeerNumber peer, std::size_t unsent) const {
  const FetchLink* link = find(peer);
  return link != nullptr && link->has_read(unsent);
}

void Fetch::on_read(PeerNumber peer, const BlockRange& block, std::optional<ByteView> bytes) {
  if (FetchLink* link = find(peer)) link->on_read(block, bytes);
}

std::uint32_t Fetch::sources() const {
  return static_cast<std::uint32_t>(std::count_if(
      links_.begin(), links_.end(), [&](const auto& each) { return is_source(*each.second); }));
}

bool Fetch::is_source(const FetchLink& link) const {
  if (!link.is_shaken() || link.over()) return false;
  if (!has_metadata_) return link.has_metadata() && book_.metadata_failures(link.number()) == 0;
  if (layers_) return book_.metadata_failures(link.number()) == 0;
  if (!plan_) return true;  // what is here is being looked at
  const bool is_trusted = link.was_useful() || !book_.has_failed(link.number());
  return link.wanted() > 0 && is_trusted && link.is_hopeful(now_);
}

// Who calls itself like another elsewhere may be that one by another way, or a liar that would push
// it out: both are kept.
FetchLink* Fetch::double_of(const FetchLink& link) {
  const auto found = std::find_if(links_.begin(), links_.end(), [&](const auto& each) {
    const FetchLink& other = *each.second;
    return &other != &link && other.is_shaken() && !other.over()
           && other.peer_id() == link.peer_id()
           && is_same_sender(at(other.number()), at(link.number()));
  });
  return found == links_.end() ? nullptr : found->second.get();
}

// Of two links to one client. Where each side dialled one, both ends must keep the same: that which
// the greater id dialled, as libtorrent has it too.
bool Fetch::is_kept(const FetchLink& older, const FetchLink& newer) const {
  if (older.is_dialled() == newer.is_dialled()) return true;
  return older.is_dialled() == (config_.peer_id > older.peer_id());
}

void Fetch::on_shaken(FetchLink& link) {
  if (FetchLink* other = double_of(link)) {
    const bool is_old_kept = is_kept(*other, link);
    FetchLink& kept = is_old_kept ? *other : link;
    FetchLink& ended = is_old_kept ? link : *other;
    book_.is_same(ended.number(), kept.number());
    ended.end();
    if (is_old_kept) return;
  }
  if (plan_) {
    if (!link.has_begun()) link.begin(*layout_);
  } else {
    ask_for_metadata();
    ask_for_layers();
  }
}

void Fetch::on_has(FetchLink& link, const PieceSet& before) {
  plan_->remove_holder(before);
  plan_->add_holder(link.has());
  link.set_wanted(plan_->lacked_of(link.has()));
  if (link.wanted() > 0) link.show_interest();
}

void Fetch::on_have(FetchLink& link, std::uint32_t piece) {
  plan_->holder_got(piece);
  if (plan_->have().has(piece)) return;
  link.set_wanted(link.wanted() + 1);
  link.show_interest();
}

void Fetch::on_block(FetchLink& link, const BlockRange& block, ByteView bytes) {
  const auto arrival = plan_->arrived(block, link.number());
  if (!arrival.kept) {
    ++counters_.blocks_unasked;
    return;
  }
  if (arrival.other) {
    if (FetchLink* other = find(*arrival.other)) other->cancel(block);
  }
  if (plan_->is_wary()) plan_->remember(block, digest_of(bytes));
  host_.keep(block, bytes);
  if (arrival.whole) host_.verify(block.piece);
}

void Fetch::on_unasked(FetchLink& link, const BlockRange& block) {
  plan_->release(block, link.number());
  some_free_ = true;
}

void Fetch::on_stalled(FetchLink& link) {
  plan_->drop(link.number());
  some_free_ = true;
}

void Fetch::on_choked(FetchLink& link) {
  if (!plan_) return;
  const auto before = plan_->news();
  plan_->drop_alone(link.number());
  if (plan_->news() != before) some_free_ = true;
}

void Fetch::on_peers(FetchLink& /*link*/, const std::vector<Endpoint>& peers) {
  for (const Endpoint& at : peers) add_peer(at, PeerBook::Word::stranger, now_);
}

void Fetch::fill(FetchLink& link) {
  if (!plan_ || link.wanted() == 0 || link.is_idle(plan_->news())) return;
  const auto may = [&](std::uint32_t piece) {
    return link.may_ask(piece);
  };
  while (link.room() > 0) {
    const auto block = plan_->pick(link.number(), may);
    if (!block) {
      link.set_idle(plan_->news());
      return;
    }
    link.request(*block);
  }
}

void Fetch::fill_all() {
  some_free_ = false;
  for (auto& [number, link] : links_) fill(*link);
}

}  // namespace freshet::core::bittorrent
