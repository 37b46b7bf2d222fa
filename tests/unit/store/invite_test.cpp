#include "node/store/invite.h"

#include <array>
#include <string>

#include <doctest/doctest.h>

namespace freshet::store {
namespace {

// The bytes 1 … 32.
constexpr std::string_view kKey = "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA";

Mesh mesh(std::string name, bool moderated = false) {
  std::array<Byte, 32> key{};
  for (std::size_t i = 0; i < key.size(); ++i) key.at(i) = static_cast<Byte>(i + 1);
  Mesh made{.name = std::move(name), .key = SecretKey(key), .moderator = std::nullopt};
  if (moderated) made.moderator = NodeKey::from(key);
  return made;
}

std::string why(const std::string& text) {
  const auto invite = parse_invite(text);
  REQUIRE_FALSE(invite.ok());
  CHECK(invite.error().code == ErrorCode::invalid);
  return invite.error().message;
}

}  // namespace

TEST_CASE("an invite is written as its header says") {
  CHECK(to_uri({.mesh = mesh("Room 12"), .addresses = {"192.0.2.7:7346", "[2001:db8::7]:7346"}})
        == "freshet:1?name=Room%2012&key=" + std::string(kKey)
               + "&at=192.0.2.7:7346&at=[2001:db8::7]:7346");
  CHECK(to_uri({.mesh = {}, .addresses = {"h:1"}}) == "freshet:1?at=h:1");
  CHECK(to_uri({}) == "freshet:1");
}

TEST_CASE("what was written is read again, blanks around it aside") {
  for (const Mesh& each : {mesh("Raum & Zeit = 100 % \xC3\xBC"), mesh("", true), Mesh{}}) {
    const Invite invite{.mesh = each, .addresses = {"[fe80::1%lan0]:7346", "10.0.0.1:1"}};
    const auto read = parse_invite("  " + to_uri(invite) + "\r\n");
    REQUIRE(read.ok());
    CHECK(read->mesh == each);
    CHECK(read->addresses == invite.addresses);
  }
}

TEST_CASE("fields of later versions are ignored, later versions are not") {
  const auto read = parse_invite("freshet:1?colour=blue&at=a:1");
  REQUIRE(read.ok());
  CHECK(read->addresses.size() == 1);
  CHECK(why("freshet:2?at=a:1").find("update") != std::string::npos);
}

TEST_CASE("a damaged invite is refused, and its key is not in the message") {
  const std::string key(kKey);
  for (const std::string& text : {std::string("http://example.org"),
                                  std::string("freshet:"),
                                  std::string("freshet:x"),
                                  "freshet:1?key=" + key.substr(1),
                                  "freshet:1?key=" + key + "A",
                                  "freshet:1?key=" + key.substr(0, 42) + "B",  // bits left over
                                  "freshet:1?key=" + key.substr(0, 42) + "+",
                                  "freshet:1?key=" + key + "&key=" + key,
                                  "freshet:1?key=" + key + "&name=%0a",
                                  "freshet:1?key=" + key + "&name=" + std::string(65, 'n'),
                                  "freshet:1?key=" + key + "&name=%4",
                                  "freshet:1?key=" + key + "&at=",
                                  "freshet:1?key=" + key + "&at=a%20b",
                                  "freshet:1?key=" + key + "&mod=" + key + "&mod=" + key,
                                  "freshet:1?key=" + key + "&at",
                                  std::string(kMaxInviteBytes + 1, 'f')}) {
    CHECK(why(text).find(key.substr(1, 8)) == std::string::npos);
  }
  std::string many = "freshet:1?at=a:1";
  for (std::size_t i = 0; i < kMaxInviteAddresses; ++i) many += "&at=a:1";
  CHECK(why(many).find("addresses") != std::string::npos);
}

}  // namespace freshet::store
