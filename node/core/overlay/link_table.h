// The node's overlay links. What every frame touches is packed small; what only set-up and rare
// events need lies apart. Order is that of LinkId, which the host gives in ascending order: walks
// are deterministic.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "node/base/ids.h"
#include "node/base/time.h"
#include "node/core/overlay/inline_vector.h"
#include "node/core/overlay/io.h"
#include "node/core/overlay/outbox.h"
#include "node/core/prefetch.h"
#include "node/wire/overlay/announced.h"

namespace freshet::core::overlay {

enum class LinkState : std::uint8_t {
  greeting,  ///< Hello not yet heard
  up,
  closing,  ///< Close was asked for; nothing more is sent or heard
};

/// What few links have at any time.
struct LinkExtra {
  Bytes cut_frame;                         ///< the part of a frame that has come so far
  std::unique_ptr<Outbox> outbox;          ///< while something waits
  std::optional<Endpoint> greets_from;     ///< while greeting: where the link came from
  bool holds_greeting = false;             ///< until it is known whether there is a place
  std::vector<wire::Announced> announced;  ///< that the peer is to hear of (announcements.h)
  TimePoint announce_by;                   ///< when the first of them is due
};

struct alignas(32) Link {
  LinkId id;
  std::uint32_t room_bytes = 0;
  TimePoint heard;  ///< when anything last came; at first, when the link came up
  std::unique_ptr<LinkExtra> extra = nullptr;
  std::uint32_t rtt_us = 0;  ///< of the last ping; 0: not known yet
  LinkState state : 2 = LinkState::greeting;
  bool is_member : 1 = false;   ///< the peer takes part in membership, as this node does
  bool is_fixed : 1 = false;    ///< a user's choice, on either side: never given up
  bool folds_alike : 1 = true;  ///< its words are cut and folded as here: its table can decide
  bool browses : 1 = false;     ///< it can be asked what it shares
  bool tallies : 1 = false;     ///< it answers for queries that wish a tally
  Direction direction = Direction::in;
  std::uint8_t peer_links = 0;  ///< that the peer said to have; 0: not known; 255: or more
  std::uint8_t talk : 5 = 0;    ///< frames that are rated, since a pause; stops at 31
  bool awaits_pong : 1 = false;
  bool was_sent_hosts : 1 = false;  ///< a full Pong went out already
  bool is_lazy : 1 = false;  ///< no branch of the tree: queries are announced to it, not sent

  LinkExtra& need_extra() {
    if (!extra) extra = std::make_unique<LinkExtra>();
    return *extra;
  }
  /// Lets go of the extra part once nothing is in it.
  void trim_extra() {
    if (extra && extra->cut_frame.empty() && !extra->outbox && !extra->greets_from
        && extra->announced.empty()) {
      extra.reset();
    }
  }
};

static_assert(sizeof(Link) == 32, "two to a cache line");

/// The rare part of a link.
struct LinkPeer {
  NodeKey key;
  TimePoint pinged;  ///< when the outstanding ping went out; at first, when the link came up
};

class LinkTable {
 public:
  /// REQUIRES: link.id is higher than every id before.
  Link& add(Link link, LinkPeer peer);
  void remove(LinkId id);
  /// nullptr when there is none.
  [[nodiscard]] Link* find(LinkId id) { return const_cast<Link*>(std::as_const(*this).find(id)); }
  [[nodiscard]] const Link* find(LinkId id) const {
    // As long as none was removed, ids are 0, 1, 2, ...: the id is the index.
    if (id.value < links_.size() && links_[id.value].id == id) return &links_[id.value];
    return search(id);
  }
  /// REQUIRES: `link` is in this table.
  [[nodiscard]] LinkPeer& peer_of(const Link& link);
  [[nodiscard]] const LinkPeer& peer_of(const Link& link) const;
  /// The first link to `key` that is not closing, other than `except`.
  [[nodiscard]] Link* find_peer(const NodeKey& key, LinkId except);
  /// Whether a link to `key` is there that is not closing.
  [[nodiscard]] bool has_peer(const NodeKey& key) const;

  [[nodiscard]] std::span<Link> all() { return {links_.data(), links_.size()}; }
  [[nodiscard]] std::span<const Link> all() const { return {links_.data(), links_.size()}; }
  /// Links that are not closing.
  [[nodiscard]] std::size_t live_count() const;
  /// Those of them that greeted.
  [[nodiscard]] std::size_t up_count() const;
  [[nodiscard]] std::uint64_t digest() const;

  /// From now on no link stays, and nothing is dialled: the node leaves.
  void shut() { is_shut_ = true; }
  [[nodiscard]] bool is_shut() const { return is_shut_; }

  /// Fetches what find(id) is likely to touch; changes nothing.
  void prefetch(LinkId id) const {
    if (id.value < links_.size()) prefetch_line(&links_[id.value]);
  }

 private:
  /// Most nodes have no more.
  static constexpr std::uint32_t kFew = 8;

  [[nodiscard]] const Link* search(LinkId id) const;

  InlineVector<Link, kFew> links_;
  InlineVector<LinkPeer, kFew> peers_;  ///< same index
  bool is_shut_ = false;
};

}  // namespace freshet::core::overlay
