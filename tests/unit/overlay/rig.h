// One node on the bench: inputs in, effects out, a clock that the test moves. What the node did
// since the last clear() lies in plain lists.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "node/base/check.h"
#include "node/core/node.h"
#include "node/wire/overlay/bodies.h"

namespace freshet::core::testing {

using namespace std::chrono_literals;  // NOLINT(google-build-using-namespace): 5s reads as 5 s

/// Keys in the order of their numbers. The rig's own node is number 100.
inline NodeKey key(std::uint8_t number) {
  NodeKey key;
  key.bytes[0] = number;
  return key;
}
inline Guid guid(std::uint8_t number) {
  Guid guid;
  guid.bytes.fill(number);
  return guid;
}
inline Endpoint address(std::uint8_t number, std::uint16_t port = kDefaultPort) {
  return Endpoint::v4({192, 0, 2, number}, port);
}
inline wire::Query words(const std::string& word) {
  wire::Query query;
  query.terms = {word};
  return query;
}

inline Config static_config() {
  Config config;
  config.overlay.discover = false;
  config.overlay.ping_at_start = false;
  config.overlay.listen_port = kDefaultPort;
  return config;
}
inline Config open_config() {
  Config config = static_config();
  config.overlay.discover = true;
  return config;
}

class Rig {
 public:
  struct Sent {
    LinkId link;
    wire::FrameHeader header;
    Bytes body;
  };
  struct Lookup {
    Guid lookup;
    wire::Query query;
  };
  static constexpr std::uint8_t kSelf = 100;
  static constexpr std::uint32_t kRoom = 1U << 20U;

  explicit Rig(Config with = static_config())
      : config(std::move(with)),
        node(config, counters, key(kSelf), Rng::from_seed(1)) {}

  // ---- what the world does

  void give(const Input& input) {
    EffectBuffer buffer;
    node.handle(input, now, buffer);
    for (Effect& effect : buffer.effects()) keep(effect, buffer);
    for (Effect& effect : buffer.effects()) vouch(effect);
  }
  void give_overlay(const overlay::Input& input) { give(Input(input)); }
  void give_search(search::Input input) { give(Input(std::move(input))); }

  /// A link to `peer`, Hello not yet heard.
  LinkId connect(std::uint8_t peer,
                 overlay::Direction direction = overlay::Direction::in,
                 std::optional<DialId> dial = std::nullopt,
                 std::uint32_t room = kRoom) {
    const LinkId link{next_link++};
    give_overlay(overlay::LinkUp{.link = link,
                                 .peer = key(peer),
                                 .remote = address(peer, 40000),
                                 .direction = direction,
                                 .dial = dial,
                                 .room_bytes = room});
    return link;
  }
  void hello(LinkId link, std::uint16_t listen_port = kDefaultPort) {
    receive(link,
            {.guid = guid(0xAA), .type = wire::FrameType::hello, .ttl = 1},
            wire::encode(wire::Hello{
                .agent = "test", .name = "peer", .listen_port = listen_port, .browse = true}));
  }
  /// A link that exchanged Hello. Forgets what was done until then.
  LinkId link_to(std::uint8_t peer,
                 overlay::Direction direction = overlay::Direction::in,
                 std::uint32_t room = kRoom) {
    const LinkId link = connect(peer, direction, std::nullopt, room);
    hello(link);
    clear();
    return link;
  }

  static Bytes encode(wire::FrameHeader header, const Bytes& body) {
    header.body_bytes = static_cast<std::uint32_t>(body.size());
    Bytes bytes(wire::kFrameHeaderBytes + body.size());
    wire::encode_header(header, bytes.data());
    std::copy(body.begin(), body.end(), bytes.begin() + wire::kFrameHeaderBytes);
    return bytes;
  }
  void receive_bytes(LinkId link, ByteView bytes) {
    give_overlay(overlay::Received{.link = link, .bytes = bytes});
  }
  void receive(LinkId link, const wire::FrameHeader& header, const Bytes& body = {}) {
    receive_bytes(link, encode(header, body));
  }
  void query(LinkId link, const Guid& id, std::uint8_t ttl, std::uint8_t hops = 0) {
    receive(link,
            {.guid = id, .type = wire::FrameType::query, .ttl = ttl, .hops = hops},
            wire::encode(words("boat")));
  }
  /// The same again is the same hit by another way, unless `file` is another one.
  void hit(LinkId link,
           const Guid& id,
           std::uint8_t ttl = 15,
           std::uint8_t hops = 0,
           const std::string& file = "boat.txt") {
    wire::HitRecord record{.node = key(9), .name = {}, .addresses = {}, .files = {}};
    record.files.push_back({.content = std::nullopt, .name = file, .size_bytes = 1});
    receive(link,
            {.guid = id, .type = wire::FrameType::query_hit, .ttl = ttl, .hops = hops},
            wire::encode_query_hit(wire::encode_record(record), {}));
  }
  void pong(LinkId link, const wire::Pong& pong = {}) {
    receive(
        link, {.guid = guid(0xAB), .type = wire::FrameType::pong, .ttl = 1}, wire::encode(pong));
  }
  void drop(LinkId link) { give_overlay(overlay::LinkDown{.link = link}); }

  /// Moves the clock, waking the node whenever it asked for it.
  void advance(Duration by) {
    const TimePoint until = now + by;
    for (int wakes = 0; wakes < 1000; ++wakes) {
      const auto deadline = node.next_deadline();
      if (!deadline || *deadline > until) {
        now = until;
        return;
      }
      now = std::max(now, *deadline);
      give(Input(DeadlinePassed{}));
    }
    check_failed("a node that wakes itself without end", "rig.h", 0);
  }

  // ---- what the node did

  [[nodiscard]] std::vector<Sent> sent_on(LinkId link) const {
    std::vector<Sent> found;
    std::copy_if(sent.begin(), sent.end(), std::back_inserter(found), [&](const Sent& each) {
      return each.link == link;
    });
    return found;
  }
  [[nodiscard]] std::size_t count(wire::FrameType type) const {
    return static_cast<std::size_t>(std::count_if(
        sent.begin(), sent.end(), [&](const Sent& each) { return each.header.type == type; }));
  }
  /// Why the node closed `link`; none when it did not.
  [[nodiscard]] overlay::CloseReason reason(LinkId link) const {
    for (const overlay::Close& each : closes) {
      if (each.link == link) return each.reason;
    }
    return overlay::CloseReason::none;
  }
  /// The Bye that it said on `link`.
  [[nodiscard]] std::optional<wire::ByeCode> bye_on(LinkId link) const {
    for (const Sent& each : sent_on(link)) {
      if (each.header.type == wire::FrameType::bye) return wire::decode_bye(each.body)->code;
    }
    return std::nullopt;
  }
  void clear() {
    sent.clear();
    dials.clear();
    closes.clear();
    established.clear();
    closed.clear();
    dial_backs.clear();
    dial_back_answers.clear();
    browse_asked.clear();
    browsed.clear();
    tallied.clear();
    lookups.clear();
    hits.clear();
  }

  Config config;
  Counters counters;
  Node node;
  TimePoint now{};
  std::uint32_t next_link = 1;

  std::vector<Sent> sent;
  std::vector<overlay::Dial> dials;
  std::vector<overlay::Close> closes;
  std::vector<overlay::LinkEstablished> established;
  std::vector<overlay::LinkClosed> closed;
  std::vector<Lookup> lookups;
  std::vector<search::Hit> hits;
  std::vector<overlay::DialBack> dial_backs;
  std::vector<overlay::DialBackAnswer> dial_back_answers;
  std::vector<overlay::BrowseAsked> browse_asked;
  std::vector<overlay::Browsed> browsed;
  std::vector<overlay::Tallied> tallied;
  std::size_t words_needed = 0;  ///< NeedWords so far; clear() leaves it

 private:
  // The host's part in signatures: signs with nothing, and believes everyone.
  void vouch(const Effect& effect) {
    const auto* of_search = std::get_if<search::Effect>(&effect);
    if (of_search == nullptr) return;
    if (const auto* seal = std::get_if<search::Seal>(of_search)) {
      give_search(
          search::Sealed{.lookup = seal->lookup,
                         .body = wire::encode_query_hit(wire::encode_record(seal->record), {})});
    } else if (const auto* judge = std::get_if<search::Judge>(of_search)) {
      give_search(search::Judged{.guid = judge->guid,
                                 .hops = judge->hops,
                                 .verdict = search::HitVerdict::good,
                                 .record = judge->hit.record,
                                 .token = judge->token,
                                 .is_cached = judge->hit.cached_hops != 0});
    }
  }
  void keep(const Effect& effect, const EffectBuffer& buffer) {
    if (const auto* of_overlay = std::get_if<overlay::Effect>(&effect)) {
      if (const auto* relay = std::get_if<overlay::Relay>(of_overlay)) {
        FRESHET_CHECK(relay->header.body_bytes == relay->body.size());  // else the stream is lost
        for (const LinkId link : buffer.links(relay->links))
          sent.push_back({link, relay->header, Bytes(relay->body.begin(), relay->body.end())});
      } else if (std::holds_alternative<overlay::NeedWords>(*of_overlay)) {
        ++words_needed;
      } else {
        keep_into(*of_overlay, dials, closes, established, closed, dial_backs, dial_back_answers);
        keep_into(*of_overlay, browse_asked, browsed, tallied);
      }
    } else if (const auto* of_search = std::get_if<search::Effect>(&effect)) {
      if (const auto* lookup = std::get_if<search::Lookup>(of_search))
        lookups.push_back({lookup->lookup, wire::decode_query(lookup->query).value()});
      keep_into(*of_search, hits);
    }
  }
  template <typename Variant, typename... T>
  static void keep_into(const Variant& effect, std::vector<T>&... lists) {
    const auto keep_one = [&](auto& list) {
      using Item = typename std::decay_t<decltype(list)>::value_type;
      if (const auto* item = std::get_if<Item>(&effect)) list.push_back(*item);
    };
    (keep_one(lists), ...);
  }
};

}  // namespace freshet::core::testing
