#include "node/wire/bt/udp_tracker.h"

#include <string>

#include <doctest/doctest.h>

#include "node/wire/bt/tracker_reason.h"
#include "node/wire/bt/tracker_url.h"

using namespace freshet;            // NOLINT(google-build-using-namespace): a test
using namespace freshet::wire::bt;  // NOLINT(google-build-using-namespace): a test

namespace {

constexpr std::uint32_t kAsked = 0xA1B2C3D4;

/// Of hexadecimal digits; spaces between them are for the reader.
Bytes bytes(std::string digits) {
  std::erase(digits, ' ');
  const auto read = from_hex(digits);
  REQUIRE(read);
  return *read;
}

void check_no_answer(ByteView datagram) {
  CHECK_FALSE(read_udp_connect_answer(datagram, kAsked));
  CHECK_FALSE(read_udp_announce_answer(datagram, kAsked, UdpTrackerFamily::v4));
  CHECK_FALSE(read_udp_announce_answer(datagram, kAsked, UdpTrackerFamily::v6));
}

}  // namespace

TEST_CASE("what is sent to a UDP tracker is as BEP 15 has it") {
  CHECK(udp_connect_request(kAsked) == bytes("0000041727101980 00000000 a1b2c3d4"));
  UdpAnnounceRequest request{.connection = 0x0102030405060708,
                             .transaction = kAsked,
                             .announce = {.info_hash = InfoHash::from(Bytes(20, Byte{0xE9})),
                                          .port = 7346,
                                          .left = 12,
                                          .wanted = 50},
                             .got_bytes = 5,
                             .key = 0xCAFED00D};
  request.announce.peer_id.fill('p');
  const auto expected = [&](const std::string& event) {
    std::string text = "0102030405060708 00000001 a1b2c3d4";
    for (int i = 0; i < 20; ++i) text += "e9";
    for (int i = 0; i < 20; ++i) text += "70";
    text += "0000000000000005 000000000000000c 0000000000000000";
    return bytes(text + event + "00000000 cafed00d 00000032 1cb2");
  };
  using Event = Announce::Event;
  CHECK(encode(request) == expected("00000000"));
  request.announce.event = Event::completed;
  CHECK(encode(request) == expected("00000001"));
  request.announce.event = Event::started;
  CHECK(encode(request) == expected("00000002"));
  request.announce.event = Event::stopped;
  CHECK(encode(request) == expected("00000003"));
  CHECK(encode(request).size() == 98);
}

TEST_CASE("a UDP tracker's answers are heard, peers by what they came over") {
  const auto connection =
      read_udp_connect_answer(bytes("00000000 a1b2c3d4 0102030405060708"), kAsked);
  REQUIRE((connection && *connection));
  CHECK(**connection == 0x0102030405060708);

  const std::string head = "00000001 a1b2c3d4 0000003c 00000001 00000002";
  const auto v4 = read_udp_announce_answer(
      bytes(head + "0a000001 1ae1 0a000002 1cb2"), kAsked, UdpTrackerFamily::v4);
  REQUIRE((v4 && *v4));
  CHECK((*v4)->interval_s == 60);
  CHECK((*v4)->peers
        == std::vector{*Endpoint::parse("10.0.0.1:6881"), *Endpoint::parse("10.0.0.2:7346")});
  const auto v6 = read_udp_announce_answer(
      bytes(head + "fd000000000000000000000000000001 1ae1"), kAsked, UdpTrackerFamily::v6);
  REQUIRE((v6 && *v6));
  CHECK((*v6)->peers == std::vector{*Endpoint::parse("[fd00::1]:6881")});
  const auto none = read_udp_announce_answer(bytes(head), kAsked, UdpTrackerFamily::v4);
  REQUIRE((none && *none));
  CHECK((*none)->peers.empty());
}

TEST_CASE("a UDP tracker's refusal answers either request, and is fit for a line") {
  const auto refused = [](const std::string& reason) {
    Bytes datagram = bytes("00000003 a1b2c3d4");
    datagram.insert(datagram.end(), reason.begin(), reason.end());
    const auto connection = read_udp_connect_answer(datagram, kAsked);
    const auto heard = read_udp_announce_answer(datagram, kAsked, UdpTrackerFamily::v4);
    REQUIRE((connection && !*connection && heard && !*heard));
    CHECK(connection->error().message == heard->error().message);
    CHECK(heard->error().code == ErrorCode::not_found);
    return heard->error().message;
  };
  CHECK(refused("not here") == "not here");
  CHECK(refused("a\x1b[2J\n") == "a?[2J?");
  CHECK(refused(std::string(5000, 'x')) == std::string(kMaxTrackerReasonBytes, 'x'));
  CHECK_FALSE(refused("").empty());
}

TEST_CASE("what is no answer to a request, or a short one, is none") {
  const Bytes connect = bytes("00000000 a1b2c3d4 0102030405060708");
  const Bytes announce = bytes("00000001 a1b2c3d4 0000003c 00000001 00000002");
  for (std::size_t size = 0; size < connect.size(); ++size)
    check_no_answer(ByteView(connect).first(size));
  for (std::size_t size = 0; size < announce.size(); ++size)
    check_no_answer(ByteView(announce).first(size));
  check_no_answer(bytes("00000000 a1b2c3d5 0102030405060708"));                     // another's
  check_no_answer(bytes("00000001 a1b2c3d5 0000003c 00000001 00000002"));           // the same
  check_no_answer(bytes("00000003 a1b2c3d5 6e6f"));                                 // and a refusal
  check_no_answer(bytes("00000002 a1b2c3d4 0000003c 00000001 00000002 00000003"));  // a scrape's
  CHECK_FALSE(read_udp_announce_answer(connect, kAsked, UdpTrackerFamily::v4));
  CHECK_FALSE(read_udp_connect_answer(announce, kAsked));
}

TEST_CASE("what a hostile UDP tracker says is bounded") {
  const auto interval = [](const std::string& seconds) {
    const auto heard = read_udp_announce_answer(
        bytes("00000001 a1b2c3d4" + seconds + "ffffffff ffffffff"), kAsked, UdpTrackerFamily::v4);
    REQUIRE((heard && *heard));
    return (*heard)->interval_s;
  };
  CHECK(interval("7fffffff") == 86'400);
  CHECK(interval("ffffffff") == 0);  // it is signed
  for (const auto family : {UdpTrackerFamily::v4, UdpTrackerFamily::v6}) {
    Bytes datagram = bytes("00000001 a1b2c3d4 0000003c 00000001 00000002");
    datagram.resize(65'507, Byte{1});
    const auto heard = read_udp_announce_answer(datagram, kAsked, family);
    REQUIRE((heard && *heard));
    CHECK((*heard)->peers.size() == kMaxHeardPeers);
    // Half a peer is none.
    datagram.resize(family == UdpTrackerFamily::v4 ? 20 + 6 + 5 : 20 + 18 + 17);
    CHECK((*read_udp_announce_answer(datagram, kAsked, family))->peers.size() == 1);
  }
}

TEST_CASE("a UDP tracker's URL names its port; what stands behind it is not needed") {
  for (const char* text :
       {"udp://tracker:6969", "udp://tracker:6969/announce", "udp://tracker:6969/?x"}) {
    const auto url = parse_tracker_url(text);
    REQUIRE(url);
    CHECK(url->scheme == TrackerUrl::Scheme::udp);
    CHECK(url->host == "tracker");
    CHECK(url->port == 6969);
  }
  CHECK(parse_tracker_url("udp://[fd00::1]:1")->host == "fd00::1");
  for (const char* text : {"udp://tracker", "udp://tracker/announce", "udp://[fd00::1]"})
    CHECK(parse_tracker_url(text).error().message
          == "the URL of a UDP tracker names its port: udp://HOST:PORT");
  for (const char* text :
       {"udp://", "udp://:1", "udp://a:0", "udp://a:65536", "udp://[::1", "udp://a:1 "})
    CHECK_FALSE(parse_tracker_url(text));
  CHECK(parse_tracker_url("http://tracker")->scheme == TrackerUrl::Scheme::http);
}
