// Search at one node: answers the queries of others from the node's own files, and collects the
// hits for its own. Decodes bodies; knows nothing of links. The overlay carries what it says
// (Carrier), the host looks into the index (Lookup).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "node/base/bytes.h"
#include "node/base/ids.h"
#include "node/core/effects.h"
#include "node/core/search/config.h"
#include "node/core/search/hit_cache.h"
#include "node/core/search/io.h"

namespace freshet::core::search {

/// What search needs of the overlay.
class Carrier {
 public:
  Carrier() = default;
  Carrier(const Carrier&) = delete;
  Carrier& operator=(const Carrier&) = delete;
  virtual ~Carrier() = default;
  struct Plan {
    StrategyId strategy = StrategyId::flood;
    std::uint8_t ttl = 0;
    std::uint32_t wanted = 0;       ///< files that are enough; 0: all there are
    std::uint32_t ask = 0;          ///< this engine's number for it (AskId)
    std::optional<Guid> guid = {};  ///< otherwise a fresh one
  };
  /// Sends a Query body out under its GUID.
  virtual Guid ask(const Plan& plan, ByteView body) = 0;
  /// So many more files were found by other nodes; and nobody wants more.
  virtual void found(const Guid& guid, std::uint32_t files) = 0;
  virtual void end(const Guid& guid) = 0;
  /// Sends a QueryHit body back toward the origin; false when the way is not known any more.
  virtual bool answer(const Guid& guid, Bytes body) = 0;
};

class Engine {
 public:
  /// `config` and `counters` outlive the engine.
  Engine(const Config& config, Counters& counters, const NodeKey& self)
      : config_(config),
        counters_(counters),
        self_(self) {}

  void handle(const Input& input, TimePoint now, EffectBuffer& out, Carrier& carrier);
  /// A query of another node. Needs no engine: most nodes have none, they never asked or answered.
  static void on_query(
      const Config& config, Counters& counters, const Guid& guid, ByteView body, EffectBuffer& out);
  /// A hit for one of this node's own. Nothing comes of it before it is judged.
  void on_hit(const Guid& guid, std::uint8_t hops, ByteView body, TimePoint now, EffectBuffer& out);

  /// With a cache alone. A query that would be passed on: whether it was answered from it instead.
  struct Passing {
    Guid guid;
    std::uint8_t hops = 0;   ///< links travelled
    std::uint8_t reach = 0;  ///< links that it may still travel
    ByteView body;
  };
  bool ends_here(const Passing& query, TimePoint now, Carrier& carrier);
  /// A hit on its way to another node.
  void on_passing_hit(
      const Guid& guid, std::uint8_t hops, ByteView body, TimePoint now, EffectBuffer& out);

  /// Where this node can be dialled, as its hits say.
  [[nodiscard]] const std::vector<Endpoint>& addresses() const { return addresses_; }
  [[nodiscard]] std::uint64_t digest() const;

 private:
  struct Asked {
    Guid guid;
    AskId ask;
    std::vector<std::uint64_t> heard = {};  ///< digests of hits, each of which may come two ways
  };

  void on_ask(const Ask& ask, TimePoint now, EffectBuffer& out, Carrier& carrier);
  /// nullptr without one.
  HitCache* cache();
  /// What a cache knows of it, if that is enough.
  std::vector<wire::QueryHit> remembered(ByteView body, std::uint8_t ttl, TimePoint now);
  void on_forget(const Forget& forget, Carrier& carrier);
  void on_found(const Found& found, EffectBuffer& out);
  void on_judged(const Judged& judged, TimePoint now, EffectBuffer& out, Carrier& carrier);
  [[nodiscard]] const Asked* find(const Guid& guid) const;
  [[nodiscard]] Asked* find(const Guid& guid);
  static bool is_repeated(Asked& asked, const wire::QueryHit& hit);
  [[nodiscard]] wire::HitRecord own_record() const;

  const Config& config_;
  Counters& counters_;
  const NodeKey& self_;
  std::vector<Asked> asked_;  ///< oldest first
  std::string name_;
  std::vector<Endpoint> addresses_;
  bool bittorrent_ = false;
  std::unique_ptr<HitCache> cache_;  ///< with its first use, if there is to be one
};

}  // namespace freshet::core::search
