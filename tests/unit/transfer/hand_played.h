// One engine whose peers and host are played by hand.
#pragma once

#include <algorithm>
#include <variant>
#include <vector>

#include <doctest/doctest.h>

#include "node/wire/bt/messages.h"
#include "tests/unit/transfer/world.h"

namespace freshet::test {

namespace bt = freshet::wire::bt;

inline NodeKey key_with(Byte first) {
  NodeKey key;
  key.bytes[0] = first;
  return key;
}

// An engine whose peers are this test.
struct Bench {
  explicit Bench(const Config& bench_config = {})
      : config(bench_config),
        engine(config, counters, key_with(100), Rng::from_seed(1)) {}

  std::vector<Effect> tell(const Input& input) {
    std::vector<Effect> out;
    engine.handle(input, now, out);
    return out;
  }
  template <typename M>
  std::vector<Effect> say(LinkId link, const M& message) {
    Bytes bytes;
    append(bytes, message);
    return tell(MessageArrived{.link = link, .bytes = ByteView(bytes).subspan(4)});
  }
  std::vector<Effect> shake(LinkId link, const ContentId& content) {
    bt::Handshake handshake{
        .extensions = true, .fast = true, .v2 = true, .info_hash = {}, .peer_id = {}};
    handshake.info_hash = InfoHash::from(content.view().first(20));
    const Bytes bytes = bt::encode(handshake);
    return tell(HandshakeArrived{.link = link, .bytes = bytes});
  }
  std::vector<Effect> come_in(LinkId link, Byte peer, std::uint32_t room = 1 << 20) {
    return tell(LinkUp{.link = link,
                       .peer = key_with(peer),
                       .direction = Direction::in,
                       .dial = {},
                       .room_bytes = room});
  }
  // A peer that is served a whole content and said that it is interested.
  void serve(LinkId link, Byte peer, const Thing& thing, std::uint32_t room = 1 << 20) {
    come_in(link, peer, room);
    shake(link, thing.id);
    tell(Opened{.link = link,
                .found = Opening{.content = thing.id,
                                 .size = thing.shape.size,
                                 .have = PieceSet::full(thing.shape.piece_count)}});
    say(link, bt::HaveNone{});
    say(link, bt::Interested{});
  }
  std::vector<Effect> pass(Duration time) {
    now += time;
    return tell(DeadlinePassed{});
  }

  Config config;
  Counters counters;
  Engine engine;
  TimePoint now{};
};

template <typename E>
std::size_t count(const std::vector<Effect>& effects) {
  return static_cast<std::size_t>(
      std::count_if(effects.begin(), effects.end(), [](const Effect& effect) {
        return std::holds_alternative<E>(effect);
      }));
}

template <typename E>
const E& the(const std::vector<Effect>& effects) {
  for (const Effect& effect : effects) {
    if (const auto* found = std::get_if<E>(&effect)) return *found;
  }
  FAIL("no such effect");
  return std::get<E>(effects.at(0));
}

// The messages in everything that was sent (the handshake left out).
inline std::vector<bt::Message> sent(const std::vector<Effect>& effects) {
  std::vector<bt::Message> messages;
  static std::vector<Bytes> kept;
  for (const Effect& effect : effects) {
    const auto* send = std::get_if<Send>(&effect);
    if (send == nullptr) continue;
    ByteView bytes = kept.emplace_back(send->bytes);
    if (bt::may_be_handshake(bytes))
      bytes = bytes.subspan(std::min(bytes.size(), bt::kHandshakeBytes));
    while (bytes.size() >= 4) {
      const std::size_t length = load_be<std::uint32_t>(bytes.data());
      REQUIRE(bytes.size() >= 4 + length);
      const auto message = bt::decode_message(bytes.subspan(4, length));
      REQUIRE(message);
      messages.push_back(*message);
      bytes = bytes.subspan(4 + length);
    }
  }
  return messages;
}

template <typename M>
std::size_t says(const std::vector<Effect>& effects) {
  std::size_t found = 0;
  for (const bt::Message& message : sent(effects))
    found += std::holds_alternative<M>(message) ? 1 : 0;
  return found;
}

inline CloseReason why_closed(const std::vector<Effect>& effects) {
  REQUIRE(count<Close>(effects) == 1);
  return the<Close>(effects).reason;
}

}  // namespace freshet::test
