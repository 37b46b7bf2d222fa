// One node under random inputs, rightful and not, against a small model of what it may do. Every
// run prints its seed; FRESHET_SEED repeats one.
#include <cstdlib>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/unit/overlay/rig.h"

namespace freshet::core::testing {
namespace {

constexpr int kSteps = 3000;
constexpr std::uint8_t kPeers = 12;  ///< distinct keys that connect, the node's own among them
constexpr std::size_t kGuids = 40;   ///< few, so that duplicates and hits for them are common

Config small_limits() {
  Config config = open_config();
  config.overlay.ping_at_start = true;
  config.overlay.max_links = 8;
  config.overlay.max_cached_hosts = 12;
  config.overlay.guids_per_generation = 16;
  config.overlay.max_outbox_bytes = 600;
  return config;
}

// What the test knows of a link.
struct ModelLink {
  std::uint64_t room = 0;  ///< bytes that the node may still send
  bool closed = false;     ///< the node closed it; the host has not taken it down yet
  bool told = false;       ///< the user heard that it is closed
};

class World {
 public:
  explicit World(std::uint64_t seed) : rng_(Rng::from_seed(seed)), rig_(small_limits()) {
    for (std::size_t i = 0; i < kGuids; ++i) guids_.push_back(rng_.guid());
  }

  void run() {
    for (int step = 0; step < kSteps; ++step) {
      CAPTURE(step);
      received_on_.reset();
      act();
      check();
      rig_.clear();
    }
  }
  [[nodiscard]] std::uint64_t digest() const { return rig_.node.digest(); }

 private:
  std::uint64_t below(std::uint64_t bound) { return rng_.below(bound); }
  std::uint8_t byte() { return static_cast<std::uint8_t>(below(256)); }

  void act() {
    switch (below(16)) {
      case 0:
        return link_up();
      case 1:
        return link_down();
      case 2:
        return writable();
      case 3:
        rig_.now += Duration{static_cast<std::int64_t>(below(8'000'000'000))};
        return wake();
      case 4:
        return dial_result();
      case 5:
        return hosts();
      case 6:
        return own_search();
      default:
        return receive();
    }
  }

  void link_up(std::optional<DialId> dial = std::nullopt) {
    const auto peer = static_cast<std::uint8_t>(below(kPeers) + Rig::kSelf - kPeers / 2);
    const auto room = static_cast<std::uint32_t>(below(3) == 0 ? below(400) : 1 + below(20000));
    links_[LinkId{rig_.next_link}] = {.room = room};
    const auto direction = dial || below(2) == 0 ? overlay::Direction::out : overlay::Direction::in;
    const LinkId link = rig_.connect(peer, direction, dial, room);
    if (below(4) != 0 && rig_.reason(link) == overlay::CloseReason::none) {
      check();
      rig_.clear();
      received_on_ = link;
      rig_.receive(link,
                   {.guid = guid(0xAA), .type = wire::FrameType::hello, .ttl = 1},
                   wire::encode(wire::Hello{
                       .agent = "test",
                       .name = "peer",
                       .listen_port = static_cast<std::uint16_t>(below(2) * kDefaultPort),
                       .member = static_cast<std::uint32_t>(below(4)),
                       .wish = static_cast<wire::Wish>(below(5))}));
    }
  }
  std::optional<LinkId> any_link() {
    if (links_.empty()) return std::nullopt;
    auto at = links_.begin();
    std::advance(at, static_cast<std::ptrdiff_t>(below(links_.size())));
    return at->first;
  }
  void link_down() {
    if (const auto link = any_link()) {
      gone_ = *link;
      rig_.drop(*link);
    }
  }
  void writable() {
    if (const auto link = any_link()) {
      const auto room = static_cast<std::uint32_t>(below(5000));
      links_[*link].room = room;
      rig_.give_overlay(overlay::Writable{.link = *link, .room_bytes = room});
    }
  }
  void wake() {
    for (int again = 0; again < 4; ++again) {
      const auto deadline = rig_.node.next_deadline();
      if (!deadline || *deadline > rig_.now) return;
      rig_.give(Input(DeadlinePassed{}));
    }
    const auto deadline = rig_.node.next_deadline();
    CHECK_MESSAGE((!deadline || *deadline > rig_.now), "the node wakes itself without end");
  }
  void dial_result() {
    if (dialling_.empty()) return;
    const DialId dial = *dialling_.begin();
    dialling_.erase(dial);
    if (below(2) == 0) return link_up(dial);
    rig_.give_overlay(overlay::DialFailed{.dial = dial});
  }
  void hosts() {
    const auto number = static_cast<std::uint8_t>(below(40));
    switch (below(3)) {
      case 0:
        return rig_.give_overlay(overlay::HostSeen{.key = key(number), .address = address(number)});
      case 1:
        return rig_.give_overlay(
            overlay::HostRemembered{.key = std::nullopt, .address = address(number)});
      default:
        return rig_.give_overlay(
            overlay::AddPeer{.peer = overlay::PeerNumber{static_cast<std::uint32_t>(below(3))},
                             .keep = below(2) == 0});
    }
  }
  void own_search() {
    if (below(2) == 0) {
      rig_.give_search(search::Ask{.ask = search::AskId{next_ask_++},
                                   .query = words("boat"),
                                   .ttl = static_cast<std::uint8_t>(below(17))});
      for (const auto& lookup : rig_.lookups) guids_[below(kGuids)] = lookup.lookup;
      return;
    }
    search::Found found{.lookup = guids_[below(kGuids)], .files = {}};
    found.files.push_back({.content = std::nullopt, .name = "boat", .size_bytes = 1});
    rig_.give_search(found);
  }

  Bytes random_frame() {
    static constexpr wire::FrameType kTypes[] = {wire::FrameType::query,
                                                 wire::FrameType::query,
                                                 wire::FrameType::query,
                                                 wire::FrameType::query_hit,
                                                 wire::FrameType::query_hit,
                                                 wire::FrameType::ping,
                                                 wire::FrameType::pong,
                                                 wire::FrameType::bye,
                                                 wire::FrameType::hello,
                                                 wire::FrameType::join,
                                                 wire::FrameType::shuffle,
                                                 wire::FrameType::shuffle_reply,
                                                 wire::FrameType::push};
    const wire::FrameType type = kTypes[below(std::size(kTypes))];
    Bytes body;
    if (type == wire::FrameType::query) body = wire::encode(words("boat"));
    if (type == wire::FrameType::join || type == wire::FrameType::shuffle
        || type == wire::FrameType::shuffle_reply) {
      std::vector<wire::PongNode> nodes;
      for (std::uint64_t count = below(3); count > 0; --count) {
        const auto number = static_cast<std::uint8_t>(below(40));
        nodes.push_back({.key = key(number), .address = address(number), .age_s = 0});
      }
      body = wire::encode_members(nodes);
    }
    if (type == wire::FrameType::pong) {
      wire::Pong pong;
      const auto number = static_cast<std::uint8_t>(below(40));
      pong.nodes.push_back({.key = key(number),
                            .address = address(number),
                            .age_s = static_cast<std::uint32_t>(rng_.next_u64())});
      body = wire::encode(pong);
    }
    if (below(20) == 0) body.resize(below(300), byte());
    Bytes frame = Rig::encode({.guid = guids_[below(kGuids)],
                               .type = type,
                               .ttl = static_cast<std::uint8_t>(below(12)),
                               .hops = static_cast<std::uint8_t>(below(6))},
                              body);
    if (below(25) == 0) frame[below(frame.size())] = byte();
    return frame;
  }
  void receive() {
    const auto link = any_link();
    if (!link) return;
    Bytes bytes;
    for (std::uint64_t frames = 1 + below(2); frames > 0; --frames) {
      const Bytes frame = random_frame();
      bytes.insert(bytes.end(), frame.begin(), frame.end());
    }
    const bool was_closed = links_[*link].closed;
    received_on_ = link;
    const std::size_t cut = below(4) == 0 ? below(bytes.size()) : bytes.size();
    rig_.receive_bytes(*link, ByteView(bytes).first(cut));
    if (cut < bytes.size()) rig_.receive_bytes(*link, ByteView(bytes).subspan(cut));
    if (was_closed) {
      CHECK_MESSAGE(rig_.sent.empty(), "heard a frame on a link that it closed");
    }
  }

  // ---- what must hold after every input

  void check() {
    check_sent();
    for (const overlay::Close& close : rig_.closes) {
      REQUIRE(links_.count(close.link) == 1);
      CHECK_MESSAGE(!links_[close.link].closed, "closes a link twice");
      links_[close.link].closed = true;
    }
    for (const overlay::LinkClosed& closed : rig_.closed) {
      REQUIRE(links_.count(closed.link) == 1);
      CHECK_MESSAGE(!links_[closed.link].told, "tells of a closed link twice");
      links_[closed.link].told = true;
    }
    for (const overlay::Dial& dial : rig_.dials)
      CHECK_MESSAGE(dialling_.insert(dial.dial).second, "uses a DialId again");
    if (gone_) links_.erase(*std::exchange(gone_, std::nullopt));
    check_bounds();
  }
  void check_sent() {
    for (const Rig::Sent& sent : rig_.sent) {
      REQUIRE_MESSAGE(links_.count(sent.link) == 1, "sends on a link that is not there");
      ModelLink& link = links_[sent.link];
      CHECK_MESSAGE(!link.closed, "sends on a link that it closed");
      const std::size_t bytes = wire::kFrameHeaderBytes + sent.body.size();
      CHECK(sent.header.body_bytes == sent.body.size());
      REQUIRE_MESSAGE(bytes <= link.room, "sends more than the room");
      link.room -= bytes;
      CHECK(sent.header.ttl >= 1);
      CHECK(sent.header.ttl + sent.header.hops <= wire::kMaxTtl);
      if (sent.header.type == wire::FrameType::query) {
        CHECK_MESSAGE(sent.link != received_on_, "sends a query back");
      }
      if (sent.header.type == wire::FrameType::hello) CHECK(sent.header.hops == 0);
    }
  }
  void check_bounds() {
    const overlay::Engine& engine = rig_.node.overlay();
    const overlay::Config& config = rig_.config.overlay;
    CHECK(engine.remembered_guids() <= 2 * config.guids_per_generation);
    CHECK(engine.cached_hosts().size() <= config.max_cached_hosts);
    for (const overlay::Link& link : engine.links().all()) {
      if (!link.extra) continue;
      CHECK(link.extra->cut_frame.size() <= wire::kFrameHeaderBytes + wire::kMaxBodyBytes);
      if (link.extra->outbox) {
        CHECK(!link.extra->outbox->empty());
        CHECK(link.extra->outbox->bytes() <= config.max_outbox_bytes);
      }
    }
    CHECK(engine.links().all().size() == links_.size());
  }

  Rng rng_;
  Rig rig_;
  std::map<LinkId, ModelLink> links_;
  std::set<DialId> dialling_;
  std::vector<Guid> guids_;
  std::optional<LinkId> received_on_;
  std::optional<LinkId> gone_;
  std::uint32_t next_ask_ = 1;
};

std::vector<std::uint64_t> seeds() {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): one thread
  if (const char* one = std::getenv("FRESHET_SEED")) return {std::strtoull(one, nullptr, 10)};
  std::vector<std::uint64_t> seeds;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) seeds.push_back(seed);
  return seeds;
}

TEST_CASE("whatever comes, a node keeps to its links, its room, its limits and its word") {
  for (const std::uint64_t seed : seeds()) {
    CAPTURE(seed);
    World world(seed);
    world.run();
  }
}

TEST_CASE("the same random inputs lead to the same state") {
  for (const std::uint64_t seed : seeds()) {
    CAPTURE(seed);
    World once(seed);
    once.run();
    World twice(seed);
    twice.run();
    CHECK(once.digest() == twice.digest());
  }
}

}  // namespace
}  // namespace freshet::core::testing
