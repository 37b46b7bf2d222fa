#include <doctest/doctest.h>

#include "node/wire/overlay/bodies.h"
#include "tests/unit/wire/raw_message.h"

namespace freshet::wire {
namespace {

NodeKey some_key(Byte fill) {
  NodeKey key;
  key.bytes.fill(fill);
  return key;
}

Endpoint v6(std::string_view text) {
  return Endpoint::parse(text).value();
}

}  // namespace

TEST_CASE("a hello comes back as it was written") {
  const Hello hello{.version = 1,
                    .agent = "freshet/0.1.0",
                    .name = "Åsa",
                    .listen_port = 7346,
                    .tokenizer_version = 2};
  const auto decoded = decode_hello(encode(hello));
  REQUIRE(decoded);
  CHECK(decoded->version == 1);
  CHECK(decoded->agent == "freshet/0.1.0");
  CHECK(decoded->name == "Åsa");
  CHECK(decoded->listen_port == 7346);
  CHECK(decoded->tokenizer_version == 2);
}

TEST_CASE("a hello's texts are taken up to their limit and not beyond") {
  Hello hello;
  hello.name = std::string(kMaxNodeNameBytes, 'n');
  hello.agent = std::string(kMaxAgentBytes, 'a');
  CHECK(decode_hello(encode(hello)));
  Hello long_name = hello;
  long_name.name += 'n';
  CHECK_FALSE(decode_hello(encode(long_name)));
  Hello long_agent = hello;
  long_agent.agent += 'a';
  CHECK_FALSE(decode_hello(encode(long_agent)));
}

TEST_CASE(
    "a hello of no version, of an impossible port or with a name that is not UTF-8 is malformed") {
  CHECK_FALSE(decode_hello(RawMessage().bytes()));
  CHECK(decode_hello(RawMessage().varint(1, 1).varint(4, 65535).bytes()));
  CHECK_FALSE(decode_hello(RawMessage().varint(1, 1).varint(4, 65536).bytes()));
  CHECK(decode_hello(RawMessage().varint(1, 1).text(3, "\xC3\xA9").bytes()));
  CHECK_FALSE(decode_hello(RawMessage().varint(1, 1).text(3, "\xC3").bytes()));
}

TEST_CASE("fields that this version does not know are ignored") {
  const Bytes body = RawMessage()
                         .varint(1, 1)
                         .varint(200, 77)
                         .text(201, "from the future")
                         .fixed32(202, 1)
                         .fixed64(203, 1)
                         .bytes();
  const auto hello = decode_hello(body);
  REQUIRE(hello);
  CHECK(hello->version == 1);
}

TEST_CASE("a body of a great many fields is malformed before anything is allocated for them") {
  RawMessage many;
  many.varint(1, 1);
  for (std::size_t i = 1; i < 256; ++i) many.varint(99, 1);
  CHECK(decode_hello(many.bytes()));
  many.varint(99, 1);
  CHECK_FALSE(decode_hello(many.bytes()));
}

TEST_CASE("a pong carries its nodes, known keys and unknown ones") {
  Pong pong;
  pong.nodes.push_back({some_key(7), Endpoint::v4({192, 0, 2, 1}, 7346), 30});
  pong.nodes.push_back({std::nullopt, v6("[2001:db8::1]:80"), 0});
  const auto decoded = decode_pong(encode(pong));
  REQUIRE(decoded);
  REQUIRE(decoded->nodes.size() == 2);
  CHECK(decoded->nodes[0].key == some_key(7));
  CHECK(decoded->nodes[0].address == Endpoint::v4({192, 0, 2, 1}, 7346));
  CHECK(decoded->nodes[0].age_s == 30);
  CHECK_FALSE(decoded->nodes[1].key.has_value());
  CHECK(decoded->nodes[1].address == v6("[2001:db8::1]:80"));
}

TEST_CASE("an empty pong is a pong") {
  const auto decoded = decode_pong({});
  REQUIRE(decoded);
  CHECK(decoded->nodes.empty());
}

TEST_CASE("addresses that mean nothing elsewhere are not encoded") {
  Pong pong;
  pong.nodes.push_back({std::nullopt, v6("[fe80::1%3]:7346"), 0});
  pong.nodes.push_back({std::nullopt, v6("[ff02::1]:7346"), 0});
  pong.nodes.push_back({std::nullopt, Endpoint::v4({192, 0, 2, 1}, 0), 0});
  pong.nodes.push_back({std::nullopt, Endpoint::v4({192, 0, 2, 9}, 9), 0});
  const auto decoded = decode_pong(encode(pong));
  REQUIRE(decoded);
  REQUIRE(decoded->nodes.size() == 1);
  CHECK(decoded->nodes[0].address == Endpoint::v4({192, 0, 2, 9}, 9));
}

TEST_CASE("addresses that mean nothing here are dropped from a pong that holds them") {
  const std::string link_local = "\xFE\x80" + std::string(13, '\0') + "\x01";
  const Bytes address = RawMessage().text(1, link_local).varint(2, 7346).bytes();
  const Bytes body = RawMessage().message(1, RawMessage().message(2, address).bytes()).bytes();
  const auto decoded = decode_pong(body);
  REQUIRE(decoded);
  CHECK(decoded->nodes.empty());
}

TEST_CASE("a pong takes sixteen nodes and not seventeen") {
  Pong pong;
  pong.nodes.assign(kMaxPongNodes, {std::nullopt, Endpoint::v4({192, 0, 2, 1}, 1), 0});
  CHECK(decode_pong(encode(pong)));
  pong.nodes.push_back(pong.nodes.front());
  CHECK_FALSE(decode_pong(encode(pong)));
}

TEST_CASE("a pong with a key or an address of a wrong length is malformed") {
  const auto pong_of = [](std::string_view key, std::string_view ip, std::uint64_t port) {
    const Bytes address = RawMessage().text(1, ip).varint(2, port).bytes();
    return RawMessage().message(1, RawMessage().text(1, key).message(2, address).bytes()).bytes();
  };
  CHECK(decode_pong(pong_of(std::string(32, 'k'), "\x0A\x01\x01\x01", 1)));
  CHECK_FALSE(decode_pong(pong_of(std::string(31, 'k'), "\x0A\x01\x01\x01", 1)));
  CHECK_FALSE(decode_pong(pong_of("", "\x0A\x01\x01", 1)));
  CHECK_FALSE(decode_pong(pong_of("", std::string(17, 'x'), 1)));
  CHECK_FALSE(decode_pong(pong_of("", "\x0A\x01\x01\x01", 0)));
  CHECK_FALSE(decode_pong(pong_of("", "\x0A\x01\x01\x01", 65536)));
}

TEST_CASE("a bye comes back, with codes that nobody listed too") {
  const auto decoded = decode_bye(encode(Bye{ByeCode::offence, "TTL too high"}));
  REQUIRE(decoded);
  CHECK(decoded->code == ByeCode::offence);
  CHECK(decoded->reason == "TTL too high");
  const auto odd = decode_bye(encode(Bye{static_cast<ByeCode>(777), ""}));
  REQUIRE(odd);
  CHECK(static_cast<int>(odd->code) == 777);
}

TEST_CASE("a bye's reason is short text and its code fits in 16 bits") {
  CHECK(decode_bye(encode(Bye{ByeCode::full, std::string(kMaxByeReasonBytes, 'r')})));
  CHECK_FALSE(decode_bye(encode(Bye{ByeCode::full, std::string(kMaxByeReasonBytes + 1, 'r')})));
  CHECK_FALSE(decode_bye(RawMessage().varint(1, 65536).bytes()));
  CHECK_FALSE(decode_bye(RawMessage().text(2, "\xFF").bytes()));
}

TEST_CASE("a body that was cut anywhere does not decode into something larger than was sent") {
  const Bytes whole = encode(Hello{
      .version = 1, .agent = "agent", .name = "name", .listen_port = 1, .tokenizer_version = 1});
  for (std::size_t length = 0; length < whole.size(); ++length) {
    const auto hello = decode_hello(ByteView(whole).first(length));
    if (hello) CHECK(hello->agent.size() + hello->name.size() <= length);
  }
}

}  // namespace freshet::wire
