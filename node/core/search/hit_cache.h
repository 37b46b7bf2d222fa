// Hits that came by lately, to answer the same query again (`up --cache`).
//
// A node remembers signed records, as they were sent and only when their signature holds, under the
// query that they answered: its words and filters exactly, whoever asked. When such a query comes
// again and says how many files are enough, and that many are remembered, the node sends those
// records, marked as cached, and does not pass the query on: that is what a cache saves. A query
// that wants all there is is never ended so, and nodes that it would not reach are not named: a
// record is sent only if its node is no farther from here than the query may still travel.
//
// What it costs: later files and other nodes are not found by that query; and a node that is gone
// is still named until the record is cache_age old. What a node makes up of itself is believed, as
// everywhere, but ends floods too: that is why it is off unless asked for.
//
// Bounded in bytes, records and age; the oldest goes first. Content queries, which look for
// sources, are not remembered.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "node/base/bytes.h"
#include "node/base/ids.h"
#include "node/base/time.h"
#include "node/core/search/config.h"
#include "node/wire/overlay/bodies.h"

namespace freshet::core::search {

class HitCache {
 public:
  static constexpr std::size_t kMaxChecks = 64;  ///< signatures being looked at

  struct Record {
    NodeKey node;
    std::uint8_t hops = 0;  ///< links from here to the node
    std::uint32_t files = 0;
    Bytes record;
    Bytes signature;
    TimePoint until;
    std::uint64_t number = 0;
  };

  /// `config` outlives it.
  explicit HitCache(const Config& config) : config_(config) {}

  /// A query goes by, or is this node's own: from now on its hits can be kept. nullopt: such ones
  /// are not remembered, or it is none. Otherwise whether it is new here.
  std::optional<bool> note(const Guid& guid, ByteView body, unsigned span);
  /// Records that satisfy it: as many as it says are enough, of nodes within `reach`; none when
  /// there are fewer. Valid until the next call.
  std::vector<const Record*> answers(const Guid& guid, std::uint8_t reach, TimePoint now);
  /// The same for one that was not noted.
  std::vector<const Record*> answers_to(ByteView body, std::uint8_t reach, TimePoint now);
  /// It was answered here: copies that may not travel farther than `span` links in all go no
  /// further.
  void set_answered(const Guid& guid);
  [[nodiscard]] bool was_answered(const Guid& guid, unsigned span) const;

  /// A hit of a query that was noted, whose signature is to be looked at: its token. nullopt: it is
  /// not to be kept.
  std::optional<std::uint32_t> begin_check(const Guid& guid,
                                           std::uint8_t hops,
                                           const wire::QueryHit& hit,
                                           TimePoint now);
  /// False: there is no such token.
  bool end_check(std::uint32_t token, bool is_good, TimePoint now);

  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  [[nodiscard]] std::size_t records() const { return order_.size(); }
  [[nodiscard]] std::uint64_t digest() const;

 private:
  struct Query {
    Guid guid;
    Bytes key;
    std::uint32_t enough = 0;
    unsigned span = 0;  ///< how far its copies go in all, at most
    bool answered = false;
  };
  struct Check {
    std::uint32_t token = 0;
    Bytes key;
    Record record;
  };
  struct Order {
    Bytes key;
    std::uint64_t number = 0;
  };

  [[nodiscard]] const Query* find(const Guid& guid) const;
  Query* find(const Guid& guid);
  [[nodiscard]] std::vector<const Record*> enough_of(const Bytes& key,
                                                     std::uint32_t enough,
                                                     std::uint8_t reach) const;
  void store(const Bytes& key, Record record, TimePoint now);
  /// It goes from its records: nor does it count, or have a place in the order, any more.
  void let_go(const Bytes& key, const Record& record);
  void drop_oldest();
  void drop_old(TimePoint now);

  const Config& config_;
  std::deque<Query> queries_;  ///< oldest first
  std::deque<Check> checks_;
  std::map<Bytes, std::vector<Record>> by_query_;
  std::deque<Order> order_;  ///< of all records, oldest first
  std::size_t bytes_ = 0;
  std::uint64_t next_number_ = 0;
  std::uint32_t next_token_ = 1;
  TimePoint second_begins_{};
  std::uint32_t checks_in_second_ = 0;
};

}  // namespace freshet::core::search
