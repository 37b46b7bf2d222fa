// This node's own searches: hands queries to the search engine, gathers hits into results, and
// remembers the results of the last search, which `get` names by number. Also asks the mesh who has
// a content. On the io thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "node/base/ids.h"
#include "node/base/result.h"
#include "node/core/overlay/io.h"
#include "node/core/search/io.h"
#include "node/core/search/results.h"
#include "node/core/transfer/io.h"
#include "node/io/asio_fwd.h"

namespace freshet::io {

/// What is fetched when the user names a result.
struct Wanted {
  ContentId content;
  std::string name;
  std::optional<std::uint64_t> size_claim;
  std::vector<core::transfer::Source> sources;
  std::optional<wire::FolderFacts> folder = {};  ///< set: `content` is the list of a folder's files
};

/// What numbers and beginnings of ids mean after something else than a search, that listed files.
class NumberedResults {
 public:
  using Resolved = std::function<void(Result<Wanted>)>;

  NumberedResults() = default;
  NumberedResults(const NumberedResults&) = delete;
  NumberedResults& operator=(const NumberedResults&) = delete;
  virtual ~NumberedResults() = default;
  /// As Searches::resolve().
  virtual void resolve(const std::string& what,
                       std::chrono::milliseconds patience,
                       Resolved resolved) = 0;
};

class Searches {
 public:
  static constexpr std::size_t kMaxContentAsks =
      16;  ///< for sources, whose answers are still listened to
  static constexpr std::size_t kMaxNodeAsks = 16;  ///< the same, for find_nodes()

  using Deliver = std::function<void(core::search::Input)>;
  /// A result is new, or something of it changed.
  using Changed = std::function<void(const core::search::SearchResult&)>;
  /// More is known of whom a search that wishes a tally reached.
  using Tallied = std::function<void(const core::overlay::Tallied&)>;
  using SourcesFound = std::function<void(const ContentId&, std::vector<core::transfer::Source>)>;
  /// Whether a content is here, or on its way.
  using IsHere = std::function<bool(const ContentId&)>;

  Searches(asio::io_context& io,
           const NodeKey& self,
           Deliver deliver,
           SourcesFound sources_found,
           IsHere is_here);
  ~Searches();
  Searches(const Searches&) = delete;
  Searches& operator=(const Searches&) = delete;

  /// How far and how a search goes (core::search::Ask has the meaning of each).
  struct Scope {
    std::uint8_t ttl = 7;
    core::StrategyId strategy = core::StrategyId::automatic;
    std::uint32_t wanted = 0;
  };
  /// Begins a search; it becomes the last one. `changed` is called until stop_watching(),
  /// and so is `tallied`.
  core::search::AskId start(wire::Query query,
                            const Scope& scope,
                            Changed changed,
                            Tallied tallied = {});
  /// Asks the mesh once more, under a new GUID; results go on where they were, so that `changed` is
  /// called for what is new alone. Nothing when the search is over.
  void repeat(core::search::AskId ask, wire::Query query, const Scope& scope);
  /// Hits are still gathered, for `get`, until the next search.
  void stop_watching(core::search::AskId ask);
  [[nodiscard]] const core::search::ResultSet* results(core::search::AskId ask) const;
  /// `results` take the place of the last search's, until the next search.
  void list_instead(std::shared_ptr<NumberedResults> results);
  /// Nodes of the last search that have something, each once.
  [[nodiscard]] std::vector<core::search::Source> nodes() const;

  /// What `what` means: a number of the last search, the beginning of an id in it, or a whole id.
  /// A result without an id yet is waited for, at most `patience`; so is, some seconds, what a node
  /// that has an unknown id says of it: it may be a folder's. Errors: invalid, not_found,
  /// no_source.
  void resolve(const std::string& what,
               std::chrono::milliseconds patience,
               std::function<void(Result<Wanted>)> resolved);

  /// The same of a whole id, whatever was searched for. At once where it is here.
  void resolve_whole(const ContentId& content,
                     std::chrono::milliseconds patience,
                     std::function<void(Result<Wanted>)> resolved);

  /// Floods a query for a content; what answers goes to `sources_found`.
  void ask_content(const ContentId& content);
  /// The same; `heard` gets the record of each other node that answers, until kMaxNodeAsks other
  /// contents were asked for so, or this one again.
  using NodeHeard = std::function<void(const wire::HitRecord&)>;
  void find_nodes(const ContentId& content, NodeHeard heard);

  void on_hit(const core::search::Hit& hit);
  void on_tallied(const core::overlay::Tallied& tally);
  void stop();

 private:
  struct Session;
  struct Pending;
  struct ContentAsk {
    core::search::AskId ask;
    ContentId content;
    NodeHeard heard = {};  ///< of node_asks_
  };

  void flood_for(ContentAsk asked, std::list<ContentAsk>& asks, std::size_t most);
  void add_hit(Session& session, const core::search::Hit& hit);
  void add_content_sources(const ContentId& content, const core::search::Hit& hit);
  /// Those of which something is known now.
  void settle(const std::function<std::optional<Wanted>(const Pending&)>& wanted_of);
  void settle_numbers();
  void settle_whole(const wire::HitFile& file, const core::transfer::Source& source);
  /// Is settled by what the mesh says; by `at_last` otherwise.
  std::shared_ptr<Pending> wait(std::chrono::milliseconds patience,
                                Result<Wanted> at_last,
                                std::function<void(Result<Wanted>)> resolved);
  void wait_for_id(core::search::ResultNumber number,
                   std::chrono::milliseconds patience,
                   std::function<void(Result<Wanted>)> resolved);
  void send(core::search::AskId ask, wire::Query query, const Scope& scope);

  asio::io_context& io_;
  NodeKey self_;
  Deliver deliver_;
  SourcesFound sources_found_;
  IsHere is_here_;
  std::uint32_t next_ask_ = 1;
  /// Newest last. The last search, and those that are still watched.
  std::list<std::unique_ptr<Session>> sessions_;
  std::shared_ptr<NumberedResults> instead_;  ///< null: the last of the above is meant
  std::list<ContentAsk> content_asks_;
  std::list<ContentAsk> node_asks_;
  std::list<std::shared_ptr<Pending>> pending_;
};

}  // namespace freshet::io
