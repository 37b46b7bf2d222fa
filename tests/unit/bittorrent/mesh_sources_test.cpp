#include "node/core/bittorrent/mesh_sources.h"

#include <string>

#include <doctest/doctest.h>

namespace freshet::core::bittorrent {
namespace {

using std::chrono::seconds;

TorrentPtr torrent_of(Byte content, const std::string& name = "boat") {
  wire::bt::TorrentInfo info;
  info.name = name;
  info.size_bytes = 1;
  info.piece_length = 16384;
  info.pieces.assign(20, content);
  ContentId id;
  id.bytes.fill(content);
  return make_torrent(id, info, wire::bt::encode_info(info));
}

NodeKey node(Byte number) {
  NodeKey key;
  key.bytes.fill(number);
  return key;
}

Endpoint at(Byte host, std::uint16_t port = 7346) {
  return Endpoint::v4({10, 0, 0, host}, port);
}

const TimePoint kStart{};

}  // namespace

TEST_CASE("the mesh is asked once a minute for a content, whoever announces which torrent of it") {
  MeshSources sources({});
  const auto torrent = torrent_of(1);
  CHECK(sources.want(torrent, kStart).flood);
  CHECK_FALSE(sources.want(torrent, kStart).flood);
  CHECK_FALSE(sources.want(torrent_of(1, "ship"), kStart + seconds(30)).flood);
  CHECK_FALSE(sources.want(torrent, kStart + seconds(59)).flood);
  CHECK(sources.want(torrent, kStart + seconds(60)).flood);
  CHECK_FALSE(sources.want(torrent, kStart + seconds(119)).flood);
  CHECK(sources.want(torrent_of(2), kStart + seconds(119)).flood);
  CHECK(sources.counters().floods == 3);
  CHECK(sources.counters().floods_refused == 0);
}

TEST_CASE("clients that announce many torrents cost no more floods than there may be") {
  MeshSources sources({.max_floods = 3});
  for (Byte content = 1; content <= 10; ++content)
    CHECK(sources.want(torrent_of(content), kStart).flood == (content <= 3));
  CHECK(sources.counters().floods_refused == 7);
  CHECK(sources.want(torrent_of(10), kStart + seconds(60)).flood);
}

TEST_CASE("contents that nobody wants any more make room, not those of the last minute") {
  MeshSources sources({.max_contents = 2});
  CHECK(sources.want(torrent_of(1), kStart).flood);
  CHECK(sources.want(torrent_of(2), kStart).flood);
  CHECK_FALSE(sources.want(torrent_of(3), kStart + seconds(10)).flood);
  CHECK(sources.counters().floods_refused == 1);
  CHECK(sources.want(torrent_of(3), kStart + seconds(200)).flood);
  CHECK(sources.contents() == 1);
}

TEST_CASE(
    "a node that has the content is asked at each of its addresses, and told of after its yes") {
  MeshSources sources({});
  const auto torrent = torrent_of(1);
  sources.want(torrent, kStart);
  const auto asks = sources.found(torrent->content, node(5), {at(1), at(2)}, kStart);
  REQUIRE(asks.size() == 2);
  CHECK(asks.front().node == node(5));
  CHECK(asks.front().at == at(1));
  CHECK(sources.list(torrent, kStart).empty());
  sources.answered(asks.front(), true, kStart);
  sources.answered(asks.back(), false, kStart);
  CHECK(sources.list(torrent, kStart) == std::vector<Endpoint>{at(1)});
  CHECK(sources.list(torrent_of(1, "ship"), kStart).empty());
  // The same hit once more, by another way.
  CHECK(sources.found(torrent->content, node(5), {at(1), at(2)}, kStart + seconds(1)).empty());
}

TEST_CASE("a yes counts for three minutes, and not longer than the next no") {
  MeshSources sources({});
  const auto torrent = torrent_of(1);
  sources.want(torrent, kStart);
  const auto asks = sources.found(torrent->content, node(5), {at(1)}, kStart);
  REQUIRE(asks.size() == 1);
  sources.answered(asks.front(), true, kStart);
  CHECK(sources.list(torrent, kStart + seconds(180)).size() == 1);
  CHECK(sources.list(torrent, kStart + seconds(181)).empty());
  const auto again = sources.found(torrent->content, node(5), {at(1)}, kStart + seconds(60));
  REQUIRE(again.size() == 1);
  sources.answered(again.front(), false, kStart + seconds(60));
  CHECK(sources.list(torrent, kStart + seconds(60)).empty());
}

TEST_CASE("what one flood found is asked about every torrent of the content") {
  MeshSources sources({});
  const auto one = torrent_of(1);
  const auto other = torrent_of(1, "ship");
  sources.want(one, kStart);
  sources.found(one->content, node(5), {at(1)}, kStart);
  const auto turn = sources.want(other, kStart + seconds(5));
  CHECK_FALSE(turn.flood);
  REQUIRE(turn.asks.size() == 1);
  CHECK(turn.asks.front().torrent == other);
}

TEST_CASE("hits nobody asked for, addresses that are none, and crowds come to nothing") {
  MeshSources sources({.max_nodes_per_content = 2, .max_addresses_per_node = 2, .max_places = 3});
  const auto torrent = torrent_of(1);
  CHECK(sources.found(torrent->content, node(5), {at(1)}, kStart).empty());
  sources.want(torrent, kStart);
  CHECK(sources.found(torrent->content, node(5), {at(1, 0)}, kStart).empty());
  CHECK(sources.found(torrent->content, node(5), {at(1), at(2), at(3)}, kStart).size() == 2);
  CHECK(sources.found(torrent->content, node(6), {at(1), at(2)}, kStart).size() == 1);
  CHECK(sources.counters().dropped == 1);
  CHECK(sources.found(torrent->content, node(7), {at(4)}, kStart).empty());
  CHECK(sources.counters().dropped == 2);
}

}  // namespace freshet::core::bittorrent
