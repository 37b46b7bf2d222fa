// What keeps a node useful among abusive neighbours: rates by link and type of frame, points for
// breaches, bans by key, whom others may make it dial, and who may put in how many queries during a
// rush. The ways of pushes are kept with what limits them. Most nodes never need
// one: it comes into being with the first of these.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "node/base/digest.h"
#include "node/base/ids.h"
#include "node/core/overlay/guard/attempt_limiter.h"
#include "node/core/overlay/guard/bans.h"
#include "node/core/overlay/guard/lasting_guids.h"
#include "node/core/overlay/guard/penalties.h"
#include "node/core/overlay/guard/query_share.h"
#include "node/core/overlay/guard/token_bucket.h"
#include "node/core/overlay/push_routes.h"

namespace freshet::core::overlay {

/// Frames that have a rate of their own. Queries on their way have none: query_share.h sees to
/// them. Hits for this node are let in faster than those that others pass on: each has a signature
/// to be checked, and who forges them without end is to be held back by its first neighbour, before
/// it uses up what the origin checks of all.
enum class Rated : std::uint8_t {
  probe,       ///< Ping and Pong
  table,       ///< route tables
  strategy,    ///< what strategies say to each other of a query
  member,      ///< joins and shuffles
  push,        ///< Pushes and calls: each makes somebody connect
  browse,      ///< what a neighbour shares: questions and pages
  unknown,     ///< types that this version does not take
  stray,       ///< hits of queries that did not come through here
  hit,         ///< hits on their way through here
  answer,      ///< hits of this node's own queries
  kind_count,  ///< how many there are
};

/// The rate of one kind on one link: far above what an honest neighbour does.
const Rate& rate_of(Rated kind);

class BlockLists;
class Browsing;
class DialBacks;

class Guard {
 public:
  Guard();
  ~Guard();
  Guard(const Guard&) = delete;
  Guard& operator=(const Guard&) = delete;

  /// Whether one more frame of that kind on that link is within its rate.
  bool allows(LinkId link, Rated kind, TimePoint now);
  void forget(LinkId link);

  [[nodiscard]] Penalties& penalties() { return penalties_; }
  [[nodiscard]] const Penalties& penalties() const { return penalties_; }
  [[nodiscard]] Bans& bans() { return bans_; }
  [[nodiscard]] const Bans& bans() const { return bans_; }
  [[nodiscard]] QueryShare& queries() { return queries_; }
  [[nodiscard]] const QueryShare& queries() const { return queries_; }
  /// This node's own queries, which a rush of others does not push out; and neighbours' own.
  [[nodiscard]] LastingGuids& own_queries() { return own_queries_; }
  [[nodiscard]] const LastingGuids& own_queries() const { return own_queries_; }
  [[nodiscard]] LastingGuids& near_queries() { return near_queries_; }
  [[nodiscard]] const LastingGuids& near_queries() const { return near_queries_; }
  /// What others may make this node dial.
  [[nodiscard]] AttemptLimiter& attempts() { return attempts_; }
  [[nodiscard]] const AttemptLimiter& attempts() const { return attempts_; }
  [[nodiscard]] PushRoutes& push_routes() { return push_routes_; }
  [[nodiscard]] const PushRoutes& push_routes() const { return push_routes_; }
  /// Of the moderator that is obeyed; nullptr: nobody's. It lives here so that other nodes do
  /// without a place for it.
  [[nodiscard]] BlockLists* block_lists() const { return block_lists_.get(); }
  void use(std::unique_ptr<BlockLists> lists);
  /// Who asked this node to dial back, and whom it asked. Here for the same reason.
  [[nodiscard]] DialBacks& dial_backs();
  /// Whom this node asked what it shares, and who asked it. Here for the same reason.
  [[nodiscard]] Browsing& need_browsing();
  /// nullptr as long as nobody asked.
  [[nodiscard]] Browsing* browsing() const { return browsing_.get(); }
  [[nodiscard]] std::uint64_t digest() const;

 private:
  static constexpr auto kKinds = static_cast<std::size_t>(Rated::kind_count);
  struct Buckets {
    LinkId link;
    std::array<TokenBucket, kKinds> of_kind;
  };

  std::vector<Buckets> links_;  ///< as many as there are links at most
  Penalties penalties_;
  Bans bans_;
  QueryShare queries_;
  LastingGuids own_queries_;
  LastingGuids near_queries_;
  AttemptLimiter attempts_;
  PushRoutes push_routes_;
  std::unique_ptr<BlockLists> block_lists_;
  std::unique_ptr<DialBacks> dial_backs_;
  std::unique_ptr<Browsing> browsing_;
};

}  // namespace freshet::core::overlay
