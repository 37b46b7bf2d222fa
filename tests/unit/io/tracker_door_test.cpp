// The HTTP side of the tracker, over loopback: what it does not answer is counted.
#include "node/io/bittorrent/tracker_door.h"

#include <memory>
#include <string>
#include <vector>

#include <asio/ip/tcp.hpp>
#include <asio/write.hpp>

#include "node/io/net/tcp_socket.h"
#include "tests/unit/io/loop.h"

namespace freshet::io::test {
namespace {

using asio::ip::tcp;

struct Door {
  /// A client that is connected to the door and has said `first`.
  tcp::socket& knock(const std::string& first = "G") {
    auto& client = *clients.emplace_back(std::make_unique<tcp::socket>(io));
    client.connect(acceptor.local_endpoint());
    door.take({acceptor.accept()}, Bytes(first.begin(), first.end()));
    run_ready(io);
    return client;
  }

  asio::io_context io;
  tcp::acceptor acceptor{io, tcp::endpoint(asio::ip::address_v4::loopback(), 0)};
  std::uint64_t refused = 0;
  std::uint64_t busy = 0;
  std::uint64_t silent = 0;
  std::vector<std::unique_ptr<tcp::socket>> clients;
  std::vector<TrackerDoor::Reply> replies;
  TrackerDoor door{io,
                   [this](const wire::bt::Announce&,
                          const Endpoint&,
                          const Endpoint&,
                          const TrackerDoor::Reply& reply) { replies.push_back(reply); },
                   TrackerDoor::Counters{.refused = refused, .busy = busy, .silent = silent}};
};

}  // namespace

TEST_CASE("connections beyond what the tracker takes at once are closed and counted") {
  Door door;
  for (std::size_t i = 0; i < TrackerDoor::kMaxTalks; ++i) door.knock();
  CHECK(door.door.talks() == TrackerDoor::kMaxTalks);
  CHECK(door.busy == 0);
  door.knock();
  CHECK(door.door.talks() == TrackerDoor::kMaxTalks);
  CHECK(door.busy == 1);
}

TEST_CASE("a connection that ends before its request is whole is counted, and makes room") {
  Door door;
  door.knock().close();
  REQUIRE(run_until(door.io, [&] { return door.door.talks() == 0; }));
  CHECK(door.silent == 1);
  CHECK(door.refused == 0);
}

TEST_CASE("a request that is no announce is answered and counted") {
  Door door;
  door.knock("GET / HTTP/1.0\r\n\r\n");
  REQUIRE(run_until(door.io, [&] { return door.door.talks() == 0; }));
  CHECK(door.refused == 1);
  CHECK(door.silent == 0);
}

TEST_CASE("an answer may come later, and one to a client that left goes nowhere") {
  const std::string announce = "GET /announce?info_hash=" + std::string(20, 'h') + "&peer_id="
                               + std::string(20, 'p') + "&port=6881&left=1 HTTP/1.0\r\n\r\n";
  Door door;
  door.knock(announce);
  door.knock(announce);
  REQUIRE(door.replies.size() == 2);
  CHECK(door.door.talks() == 2);
  door.replies.front()(Bytes(3, 'x'));
  REQUIRE(run_until(door.io, [&] { return door.door.talks() == 1; }));
  door.door.stop();
  door.replies.back()(Bytes(3, 'x'));
  run_ready(door.io);
  CHECK(door.door.talks() == 0);
  CHECK(door.refused == 0);
}

}  // namespace freshet::io::test
