// The client of UDP trackers against a small one, over loopback: what it says, what it takes for an
// answer, and what it does when none comes.
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <asio/ip/udp.hpp>

#include "node/io/bittorrent/tracker_client.h"
#include "node/io/bittorrent/udp_tracker_talk.h"
#include "tests/unit/io/loop.h"

namespace freshet::io::test {
namespace {

using asio::ip::udp;

constexpr std::uint32_t kConnect = 0;
constexpr std::uint32_t kAnnounce = 1;
constexpr std::uint32_t kError = 3;
constexpr std::uint64_t kConnection = 0x0123456789ABCDEF;
// Where an announce has what.
constexpr std::size_t kHashAt = 16;
constexpr std::size_t kGotAt = 56;
constexpr std::size_t kLeftAt = 64;
constexpr std::size_t kEventAt = 80;
constexpr std::size_t kKeyAt = 88;
constexpr std::size_t kWantedAt = 92;
constexpr std::size_t kPortAt = 96;
constexpr std::size_t kAnnounceBytes = 98;

template <typename Number>
Number number_at(const Bytes& request, std::size_t at) {
  REQUIRE(request.size() >= at + sizeof(Number));
  return load_be<Number>(request.data() + at);
}
std::uint32_t action_of(const Bytes& request) {
  return number_at<std::uint32_t>(request, 8);
}
std::uint32_t transaction_of(const Bytes& request) {
  return number_at<std::uint32_t>(request, 12);
}

Bytes answer_head(std::uint32_t action, std::uint32_t transaction) {
  Bytes answer(8);
  store_be(action, answer.data());
  store_be(transaction, answer.data() + 4);
  return answer;
}
Bytes joined(Bytes front, const Bytes& back) {
  front.insert(front.end(), back.begin(), back.end());
  return front;
}

/// Answers as BEP 15 has it, unless told otherwise.
struct SmallTracker {
  explicit SmallTracker(asio::io_context& io,
                        const asio::ip::address& at = asio::ip::address_v4::loopback())
      : socket(io, udp::endpoint(at, 0)) {
    listen();
  }
  void listen() {
    socket.async_receive_from(
        asio::buffer(buffer), from, [this](const asio::error_code& failed, std::size_t count) {
          if (failed) return;
          requests.emplace_back(buffer.begin(),
                                buffer.begin() + static_cast<std::ptrdiff_t>(count));
          on_request(requests.back());
          listen();
        });
  }
  void say(const Bytes& answer) { socket.send_to(asio::buffer(answer), from); }
  [[nodiscard]] Bytes answer_to(const Bytes& request) const {
    Bytes answer = answer_head(action_of(request), transaction_of(request));
    if (action_of(request) == kAnnounce) return joined(joined(answer, counts), peers);
    answer.resize(16);
    store_be(kConnection, answer.data() + 8);
    return answer;
  }
  [[nodiscard]] std::string url() const {
    const std::string port = std::to_string(socket.local_endpoint().port());
    const auto address = socket.local_endpoint().address();
    const std::string text = address.to_string();
    return "udp://" + (address.is_v6() ? "[" + text + "]:" : text + ":") + port + "/announce";
  }
  [[nodiscard]] std::size_t heard(std::uint32_t action) const {
    std::size_t count = 0;
    for (const Bytes& request : requests) count += action_of(request) == action ? 1 : 0;
    return count;
  }

  udp::socket socket;
  std::array<Byte, 2048> buffer{};
  udp::endpoint from;
  std::vector<Bytes> requests;
  Bytes counts = {0, 0, 0, 60, 0, 0, 0, 1, 0, 0, 0, 2};  // interval, leechers, seeders
  Bytes peers = {10, 0, 0, 1, 0x1A, 0xE1};
  std::function<void(const Bytes&)> on_request = [this](const Bytes& request) {
    say(answer_to(request));
  };
};

/// A client, beside the tracker on one loop.
struct Asker {
  TrackerClient& ask(const std::string& url) {
    wire::bt::Announce announce{
        .info_hash = InfoHash::from(Bytes(20, Byte{0xE9})), .port = 7346, .left = 12};
    announce.peer_id.fill('p');
    client = std::make_unique<TrackerClient>(
        io,
        std::vector{url},
        TrackerClient::Parts{.announce = [announce] { return announce; },
                             .got_bytes = [] { return std::uint64_t{5}; },
                             .heard =
                                 [this](const std::vector<Endpoint>& told) {
                                   peers = told;
                                 }},
        Rng::from_seed(7),
        counters);
    client->on_time();
    return *client;
  }
  bool is_answered() {
    return run_until(io, [&] { return counters.answered + counters.failed > 0; });
  }

  asio::io_context io;
  SmallTracker tracker{io};
  TrackerCounters counters;
  std::vector<Endpoint> peers;
  std::unique_ptr<TrackerClient> client;
};

const std::vector<Endpoint> kPeers = {*Endpoint::parse("10.0.0.1:6881")};

}  // namespace

TEST_CASE("a UDP tracker is asked for a connection, and then told and asked all") {
  Asker asker;
  auto& client = asker.ask(asker.tracker.url());
  REQUIRE(asker.is_answered());
  CHECK(asker.peers == kPeers);
  CHECK(asker.counters.asked == 1);
  CHECK(asker.counters.answered == 1);
  CHECK(client.last_failure().empty());
  REQUIRE(asker.tracker.requests.size() == 2);
  const Bytes& connect = asker.tracker.requests.front();
  CHECK(connect.size() == 16);
  CHECK(number_at<std::uint64_t>(connect, 0) == 0x41727101980);
  const Bytes& announce = asker.tracker.requests.back();
  CHECK(announce.size() == kAnnounceBytes);
  CHECK(number_at<std::uint64_t>(announce, 0) == kConnection);
  CHECK(transaction_of(announce) != transaction_of(connect));
  CHECK(Bytes(announce.begin() + kHashAt, announce.begin() + kHashAt + 20)
        == Bytes(20, Byte{0xE9}));
  CHECK(number_at<std::uint64_t>(announce, kGotAt) == 5);
  CHECK(number_at<std::uint64_t>(announce, kLeftAt) == 12);
  CHECK(number_at<std::uint32_t>(announce, kEventAt) == 2);
  CHECK(number_at<std::uint32_t>(announce, kWantedAt) == 50);
  CHECK(number_at<std::uint16_t>(announce, kPortAt) == 7346);
  // It said when to be asked again.
  client.on_time();
  run_ready(asker.io);
  CHECK(asker.counters.asked == 1);
}

TEST_CASE("a UDP tracker that knows of a fetch is told how it ended, under the same key") {
  bool completed = false;
  SUBCASE("completed") {
    completed = true;
  }
  SUBCASE("given up") {}
  Asker asker;
  auto& client = asker.ask(asker.tracker.url());
  REQUIRE(asker.is_answered());
  client.stop(completed);
  REQUIRE(run_until(asker.io, [&] { return asker.tracker.heard(kAnnounce) == 2; }));
  const Bytes& last = asker.tracker.requests.back();
  CHECK(number_at<std::uint32_t>(last, kEventAt) == (completed ? 1 : 3));
  CHECK(number_at<std::uint32_t>(last, kKeyAt)
        == number_at<std::uint32_t>(asker.tracker.requests[1], kKeyAt));
  CHECK(asker.counters.asked == 1);
}

TEST_CASE("what is lost on the way to a UDP tracker is sent again") {
  Asker asker;
  std::uint32_t lost = kConnect;
  SUBCASE("connect") {}
  SUBCASE("announce") {
    lost = kAnnounce;
  }
  asker.tracker.on_request = [&](const Bytes& request) {
    if (action_of(request) != lost || asker.tracker.heard(lost) > 1)
      asker.tracker.say(asker.tracker.answer_to(request));
  };
  asker.ask(asker.tracker.url());
  REQUIRE(asker.is_answered());
  CHECK(asker.peers == kPeers);
  CHECK(asker.counters.failed == 0);
  CHECK(asker.tracker.heard(lost) == 2);
  CHECK(asker.tracker.requests.size() == 3);
}

TEST_CASE("a UDP tracker's refusal is the failure, fit for a line") {
  Asker asker;
  std::uint32_t refused = kConnect;
  SUBCASE("connect") {}
  SUBCASE("announce") {
    refused = kAnnounce;
  }
  asker.tracker.on_request = [&](const Bytes& request) {
    if (action_of(request) == refused) {
      asker.tracker.say(
          joined(answer_head(kError, transaction_of(request)), {'n', 'o', 0x1B, '!'}));
    } else {
      asker.tracker.say(asker.tracker.answer_to(request));
    }
  };
  auto& client = asker.ask(asker.tracker.url());
  REQUIRE(asker.is_answered());
  CHECK(asker.counters.failed == 1);
  CHECK(client.last_failure() == asker.tracker.url() + ": no?!");
  // Who refused knows nothing that would have to be ended.
  const auto heard = asker.tracker.requests.size();
  client.stop(false);
  run_ready(asker.io);
  CHECK(asker.tracker.requests.size() == heard);
}

TEST_CASE("what is no answer of the UDP tracker's is ignored, and the right one is heard") {
  Asker asker;
  udp::socket stranger(asker.io, udp::endpoint(asio::ip::address_v4::loopback(), 0));
  const Bytes wrong_peer = {10, 6, 6, 6, 1, 1};
  asker.tracker.on_request = [&](const Bytes& request) {
    const Bytes right = asker.tracker.answer_to(request);
    const std::uint32_t transaction = transaction_of(request);
    Bytes forged = right;
    std::copy(wrong_peer.begin(), wrong_peer.end(), forged.end() - 6);
    stranger.send_to(asio::buffer(forged), asker.tracker.from);
    store_be(transaction + 1, forged.data() + 4);
    asker.tracker.say(forged);  // of another transaction
    asker.tracker.say(joined(answer_head(kError, transaction + 1), {'x'}));
    asker.tracker.say(Bytes(right.begin(), right.begin() + 15));  // too short
    asker.tracker.say({});
    asker.tracker.say(answer_head(7, transaction));
    asker.tracker.say(right);
  };
  auto& client = asker.ask(asker.tracker.url());
  REQUIRE(asker.is_answered());
  CHECK(asker.peers == kPeers);
  CHECK(client.last_failure().empty());
  CHECK(asker.tracker.requests.size() == 2);
}

TEST_CASE("a UDP tracker is found by its host's name, whichever address it listens on") {
  Asker asker;
  asker.ask("udp://localhost:" + std::to_string(asker.tracker.socket.local_endpoint().port()));
  REQUIRE(asker.is_answered());
  CHECK(asker.peers == kPeers);
}

TEST_CASE("the addresses of a UDP tracker's host are tried in order, within the same patience") {
  Asker asker;
  const auto port = asker.tracker.socket.local_endpoint().port();
  const auto silent = asio::ip::make_address("127.0.0.2");
  const auto closed = asio::ip::make_address("127.0.0.3");
  udp::socket deaf(asker.io, udp::endpoint(silent, port));
  std::optional<Result<wire::bt::HeardAnnounce>> answer;
  udp_tracker_talk(
      asker.io,
      {.where = {.host = "tracker", .port = port, .target = "/"}, .announce = {}, .got_bytes = 0},
      0,
      Rng::from_seed(7),
      [&](const auto& heard) { answer = heard; })
      ->begin_at({silent, closed, closed, asio::ip::address_v4::loopback()});
  REQUIRE(run_until(asker.io, [&] { return answer.has_value(); }));
  REQUIRE(answer->ok());
  CHECK((*answer)->peers == kPeers);
  std::array<Byte, 64> request{};
  REQUIRE(deaf.available() > 0);  // or receive() would wait
  CHECK(deaf.receive(asio::buffer(request)) == 16);
}

TEST_CASE("a UDP tracker over IPv6 tells of peers over IPv6") {
  Asker asker;
  std::unique_ptr<SmallTracker> tracker;
  try {
    tracker = std::make_unique<SmallTracker>(asker.io, asio::ip::address_v6::loopback());
  } catch (const std::exception& error) {
    MESSAGE("skipped: no IPv6 here: " << error.what());
    return;
  }
  tracker->peers = {0xFD, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0x1A, 0xE1};
  asker.ask(tracker->url());
  REQUIRE(asker.is_answered());
  CHECK(asker.peers == std::vector{*Endpoint::parse("[fd00::1]:6881")});
}

TEST_CASE("where no UDP tracker listens the failure says so, and so does a URL without a port") {
  Asker asker;
  const std::string url = asker.tracker.url();
  asker.tracker.socket.close();
  CHECK(asker.ask("udp://127.0.0.1").last_failure()
        == "udp://127.0.0.1: the URL of a UDP tracker names its port: udp://HOST:PORT");
  CHECK(asker.counters.failed == 1);
  asker.counters = {};
  auto& client = asker.ask(url);
  REQUIRE(asker.is_answered());
  CHECK(client.last_failure() == url + ": Connection refused");
}

TEST_CASE("a client that ends while a UDP tracker is asked hears nothing more") {
  Asker asker;
  asker.ask(asker.tracker.url());
  asker.tracker.on_request = [&](const Bytes& request) {
    asker.client.reset();
    asker.tracker.say(asker.tracker.answer_to(request));
  };
  REQUIRE(run_until(asker.io, [&] { return !asker.client; }));
  run_ready(asker.io);
  CHECK(asker.peers.empty());
  CHECK(asker.counters.answered + asker.counters.failed == 0);
  CHECK(asker.tracker.requests.size() == 1);
}

}  // namespace freshet::io::test
