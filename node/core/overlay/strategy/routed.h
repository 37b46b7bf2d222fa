// Query routing: the last hop of a flood goes only to neighbours that may match. Each node can ask
// a neighbour for a table of the words that it holds (Gnutella's query routing, C. Rohrs, 2001);
// from then on the neighbour keeps it up to date by patches. A copy that may not travel beyond the
// neighbour (TTL 1) is not sent when the table says that it cannot match.
//
// No hit is lost by it. A neighbour passes as long as its table was not asked for, has not come
// whole, or lost a part on the way, or if it folds words by other rules (Hello); and so does every
// query without a term (phrases, exclusions, content ids), which no table decides. Patches that add
// words go out as soon as the words are known, and links keep their order.
//
// Tables are asked for, not given: a mesh that does not route pays nothing. Asking has two tempers.
// Strategy routed asks at once, and the wish spreads a few links, so that the next queries find
// tables where they go. Auto asks a link only after it missed the table a few times, by when it
// will have cost less than what it saves.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "node/core/overlay/strategy/strategy.h"
#include "node/core/overlay/strategy/word_table.h"
#include "node/wire/overlay/route_table.h"

namespace freshet::core::overlay {

class Routed final : public Strategy {
 public:
  std::uint32_t pass_on(Turn& turn, const Passing& query) override;
  /// The same, asking for tables only where they pay.
  std::uint32_t pass_on_sparingly(Turn& turn, const Passing& query);
  void forget(Turn& turn, LinkId link, bool was_branch) override;

  enum class Verdict : std::uint8_t { unknown, cannot_match, may_match };
  /// What the neighbour's table says of a query with these terms (empty: no table can decide it).
  Verdict judge(LinkId link, std::span<const std::uint32_t> terms);
  /// Asks for tables that were unknown so often that they will have paid, a copy costing so much.
  void ask_where_it_pays(Turn& turn, std::size_t copy_bytes);

  /// A route table frame came. False when it is malformed.
  bool on_table(Turn& turn, Link& from, const wire::FrameHeader& header, ByteView body);
  /// The words that this node's files have, all of them.
  void set_words(Turn& turn, std::vector<std::uint32_t> hashes);

  /// Tables of neighbours that are whole.
  [[nodiscard]] std::size_t tables() const;
  [[nodiscard]] std::uint64_t digest() const override;

 private:
  /// What is known of a neighbour's words.
  struct Heard {
    LinkId link;
    bool asked = false;
    bool whole = false;
    bool everything = false;
    std::uint8_t unanswered = 0;  ///< how often its table was wished for
    std::uint32_t sequence = 0;
    WordTable table;
  };
  /// A neighbour that asked for this node's.
  struct Reader {
    LinkId link;
    bool has_whole = false;
  };

  std::uint32_t pass_last_hop(Turn& turn, const Passing& query, bool sparing);
  Heard& heard_of(LinkId link);
  static void ask(Turn& turn, Link& link, Heard& heard, std::uint8_t ttl);
  void need_words(Turn& turn);
  void on_want(Turn& turn, Link& from, std::uint8_t ttl);
  void take(Heard& heard, const wire::RouteTable& part);
  void publish(Turn& turn, WordTable next);
  void send_whole(Turn& turn, Link& link);
  void send(Turn& turn,
            Link& link,
            wire::TableKind kind,
            std::span<const std::uint32_t> added,
            std::span<const std::uint32_t> removed) const;

  std::vector<Heard> heard_;
  std::vector<Reader> readers_;
  std::vector<std::uint32_t> words_;  ///< this node's, ascending
  WordTable own_;
  std::uint32_t sequence_ = 0;  ///< of the last table or patch sent
  bool knows_words_ = false;
  bool asked_for_words_ = false;
};

}  // namespace freshet::core::overlay
