// Several transfer engines joined by an in-memory network with virtual time. A block has a length
// and no bytes: a content is its Merkle leaves, a payload is "good" or "bad". The host side of io.h
// is played faithfully: room, parked payloads, assembly buffers, verdicts.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "node/core/transfer/engine.h"
#include "node/wire/bt/merkle.h"
#include "node/wire/bt/stream_splitter.h"

namespace freshet::test {

using namespace core::transfer;  // NOLINT(google-build-using-namespace): for tests of it only
using wire::bt::Shape;

inline constexpr std::uint64_t kMiB = 1 << 20;  ///< bytes
inline constexpr std::uint32_t kBlock = wire::bt::kBlockBytes;

/// A content without bytes.
struct Thing {
  ContentId id;
  Shape shape;
  std::vector<Sha256> leaves;
  std::vector<Sha256> piece_layer;
  static Thing make(std::uint64_t size, std::uint64_t seed = 1);
};

class World;

/// One node: its engine, its disk, and how it misbehaves.
struct Peer {
  struct File {
    const Thing* thing = nullptr;
    PieceSet have;
  };
  struct Finished {
    TimePoint at;
    std::uint32_t sources = 0;
  };
  /// How this node lies or fails.
  struct Faults {
    bool corrupts = false;     ///< every block that it sends is bad
    bool mute_blocks = false;  ///< takes requests and sends no block
    bool bad_hashes = false;
    bool bad_leaves = false;                 ///< those of a piece that others ask for
    bool refuses_leaves = false;             ///< the same
    bool keeps_leaves = false;               ///< the same: says nothing, and goes on with blocks
    std::optional<std::uint64_t> lies_size;  ///< opens its files under another size
  };

  Peer(World& world, std::uint32_t number, const Config& peer_config);
  void give(const Thing& thing);                        ///< whole
  void give(const Thing& thing, const PieceSet& have);  ///< a partial file

  World& world;
  NodeKey key;
  Config config;
  Counters counters;
  Engine engine;
  bool alive = true;
  bool filtered = false;  ///< dials of others to it are dropped
  Faults faults;
  std::uint64_t upload_rate = 0;  ///< bytes a second; 0: endless
  /// Behind its uplink: takes what it sends, so many bytes, and calls when they are through.
  std::function<void(std::size_t, std::function<void()>)> path;

  std::map<ContentId, File> files;
  std::map<ContentId, Finished> done;
  std::map<ContentId, ErrorCode> failed;
  std::map<ContentId, std::uint64_t> prepared;  ///< sizes of PrepareStorage
  std::vector<Progress> progress;
  std::map<LinkId, CloseReason> closed;
  std::vector<BlockRange> kept;
  std::size_t need_sources = 0;
  std::size_t pushes = 0;
  std::size_t verify_calls = 0;
  std::set<ContentId> released;

 private:
  friend class World;
  struct Buffer {
    std::map<std::uint32_t, bool> blocks;  ///< begin -> good
  };
  std::map<std::pair<ContentId, std::uint32_t>, Buffer> buffers_;
  TimePoint armed_ = TimePoint::max();
};

class World {
 public:
  explicit World(std::uint64_t seed) : seed_(seed) {}
  Peer& add(const Config& config = {});

  /// Starts a fetch from some peers, as the hits of a search would.
  void fetch(Peer& peer, const Thing& thing, const std::vector<Peer*>& sources);
  [[nodiscard]] Source source_of(const Peer& peer, const Thing& thing) const;
  void tell(Peer& peer, const Input& input);
  /// A node dies: no effect, no input, and its links go down after `after`.
  void kill(Peer& peer, Duration after = Duration{});
  void at(Duration delay, std::function<void()> action);
  /// From now on nothing passes between the two directly: neither bytes nor dials, and nobody is
  /// told.
  void cut(const Peer& one, const Peer& other) { cuts_.insert(std::minmax(one.key, other.key)); }

  /// Runs until nothing happens or `until` has passed since the start. Returns the time since the
  /// start.
  Duration run(Duration until);
  /// Runs until the peer has it, at most to `until`. Returns whether it has.
  bool run_until_done(Peer& peer, const Thing& thing, Duration until);
  [[nodiscard]] TimePoint now() const { return now_; }
  [[nodiscard]] std::uint64_t digest() const;
  [[nodiscard]] std::uint64_t seed() const { return seed_; }

  Duration latency = std::chrono::milliseconds(5);  ///< one way
  bool has_thirds = false;                          ///< that every two nodes reach
  bool has_pushes = false;                          ///< an overlay that carries them
  Duration dial_timeout = std::chrono::seconds(5);
  std::deque<std::unique_ptr<Peer>> peers;

 private:
  friend struct Peer;
  struct Performer;
  struct Item {
    Bytes bytes;
    std::optional<BlockRange> block;
    bool good = true;
  };
  struct End {
    Peer* peer = nullptr;
    LinkId other;
    wire::bt::StreamSplitter splitter;
    std::uint32_t used = 0;  ///< of this end's output buffer
    TimePoint free_at{};
    bool up = true;
    bool relayed = false;
  };
  void deliver(Peer& peer, const Input& input);
  void perform(Peer& peer, Effect& effect, const std::optional<bool>& parked_good);
  void dial(Peer& peer, const Dial& dial);
  void dial_through(Peer& peer, const DialThrough& dial);
  void push(Peer& peer, const AskPush& ask);
  void connect(Peer& peer, DialId dial, const NodeKey& expected, bool relayed);
  [[nodiscard]] bool is_cut(const NodeKey& one, const NodeKey& other) const {
    return cuts_.contains(std::minmax(one, other));
  }
  void transmit(LinkId from, Item item);
  void arrive(LinkId to, const Item& item);
  void down(LinkId link);
  void arm(Peer& peer);
  std::optional<std::vector<Sha256>> read_hashes(Peer& peer, const ReadHashes& read);
  bool verify(Peer& peer, const Verify& verify);

  std::uint64_t seed_;
  TimePoint now_{};
  std::uint64_t order_ = 0;
  std::map<std::pair<TimePoint, std::uint64_t>, std::function<void()>> events_;
  std::map<LinkId, End> ends_;
  std::set<std::pair<NodeKey, NodeKey>> cuts_;
  std::uint32_t links_ = 0;
  bool good_in_ = true;  ///< of the block that is being delivered
};

}  // namespace freshet::test
