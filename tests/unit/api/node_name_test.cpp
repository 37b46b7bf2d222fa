#include "node/api/node_name.h"

#include <doctest/doctest.h>

namespace freshet::api {
namespace {

NamedNode node(Byte first, std::string name, std::string address) {
  NamedNode node{.key = {}, .name = std::move(name), .addresses = {std::move(address)}};
  node.key.bytes[0] = first;
  return node;
}

const std::vector<NamedNode> kNodes = {node(0xAB, "alice", "192.0.2.1:7346"),
                                       node(0xAC, "bob", "192.0.2.2:50000"),
                                       node(0x12, "bob", "[2001:db8::1]:7346"),
                                       node(0x34, "ab", "192.0.2.4:7346"),
                                       node(0x56, "", "192.0.2.5:7346")};

// The place, or nullopt.
std::optional<std::size_t> meant(std::string_view what) {
  const auto found = find_node(kNodes, what);
  return found ? std::optional(*found) : std::nullopt;
}

}  // namespace

TEST_CASE("a node is meant by its address, its name in either case, or the front of its id") {
  CHECK(meant("192.0.2.2:50000") == 1);
  CHECK(meant("[2001:db8::1]:7346") == 2);
  CHECK(meant("192.0.2.2") == 1);
  CHECK(meant("2001:db8::1") == 2);
  CHECK(meant("Alice") == 0);
  CHECK(meant("ac") == 1);
  CHECK(meant("AC00") == 1);
  CHECK(meant(kNodes[4].key.hex()) == 4);
}

TEST_CASE("a whole name comes before the front of an id") {
  CHECK(meant("ab") == 3);
  CHECK(meant("ab0") == 0);
}

TEST_CASE("the digits that people are shown mean that node, whoever takes them for a name") {
  const std::string shown = kNodes[0].key.hex().substr(0, 12);
  const std::vector<NamedNode> nodes = {kNodes[0], node(0x77, shown, "192.0.2.9:7346")};
  const auto found = find_node(nodes, shown);
  REQUIRE(found.ok());
  CHECK(*found == 0);
}

TEST_CASE("what means several nodes names them, and what means none says so") {
  const auto two = find_node(kNodes, "bob");
  REQUIRE_FALSE(two.ok());
  CHECK(two.error().code == ErrorCode::invalid);
  CHECK(two.error().message.find("bob ac0000000000 192.0.2.2:50000") != std::string::npos);
  CHECK(two.error().message.find("bob 120000000000 [2001:db8::1]:7346") != std::string::npos);
  CHECK(find_node(kNodes, "a").error().code == ErrorCode::invalid);
  for (const char* nobody : {"carol", "ff", "192.0.2", "192.0.2.1:7347", "alic"})
    CHECK(find_node(kNodes, nobody).error().code == ErrorCode::not_found);
}

TEST_CASE("nothing means nobody but a node without a name") {
  CHECK(meant("") == 4);
  CHECK(find_node({}, "alice").error().code == ErrorCode::not_found);
}

}  // namespace freshet::api
