#include "node/wire/bt/metainfo.h"

#include <string>

#include <doctest/doctest.h>

#include "node/wire/bt/announce.h"
#include "node/wire/bt/bencode.h"
#include "node/wire/bt/http_reply.h"
#include "node/wire/bt/http_request.h"
#include "node/wire/bt/metadata_message.h"
#include "node/wire/bt/sha1.h"
#include "node/wire/bt/tracker_reason.h"
#include "node/wire/bt/tracker_url.h"

using namespace freshet;            // NOLINT(google-build-using-namespace): a test
using namespace freshet::wire::bt;  // NOLINT(google-build-using-namespace): a test

namespace {

TorrentInfo example(TorrentKind kind) {
  TorrentInfo info{.kind = kind,
                   .name = "blue boat.bin",
                   .size_bytes = 40000,
                   .piece_length = 16384,
                   .pieces = {},
                   .root = std::nullopt};
  if (has_v1(kind)) info.pieces = Bytes(3 * kSha1Bytes, Byte{7});
  if (has_v2(kind)) info.root = ContentId::from(Bytes(32, Byte{9}));
  return info;
}

HttpRequest asked(const std::string& target) {
  const std::string text = "GET " + target + " HTTP/1.1\r\nHost: x\r\n\r\n";
  CHECK(http_request_length(bytes_of(text)) == text.size());
  auto request = parse_http_request(bytes_of(text));
  REQUIRE(request);
  return *request;
}

const std::string kAnnounce =
    "/announce?info_hash=aaaaaaaaaa%61aaaaaaaa%00&peer_id=-Fr0100-bbbbbbbbbbbb&port=6881";

AnnounceAnswer two_peers() {
  return {.interval_s = 60,
          .min_interval_s = 15,
          .complete = 1,
          .incomplete = 0,
          .peers = {{.id = {}, .at = *Endpoint::parse("10.0.0.1:258")},
                    {.id = {}, .at = *Endpoint::parse("[fd00::1]:258")}},
          .compact = true};
}

}  // namespace

TEST_CASE("SHA-1 of a known text") {
  CHECK(sha1(bytes_of("abc")).hex() == "a9993e364706816aba3e25717850c26c9cd0d89d");
}

TEST_CASE("an info dictionary of each version is read back, and nothing else is taken for one") {
  for (const TorrentKind kind : {TorrentKind::v1, TorrentKind::v2, TorrentKind::hybrid}) {
    const Bytes bytes = encode_info(example(kind));
    CHECK(parse_info(bytes) == example(kind));
    CHECK(Bencoded::parse(bytes));
    for (std::size_t cut = 0; cut < bytes.size(); ++cut)
      CHECK_FALSE(parse_info(ByteView(bytes).first(cut)));
  }
  for (const char* text :
       {"de",
        "le",
        "d6:lengthi5e4:name1:x12:piece lengthi16384e6:pieces19:aaaaaaaaaaaaaaaaaaae",
        "d6:lengthi0e4:name1:x12:piece lengthi16384e6:pieces0:e",
        "d6:lengthi-5e4:name1:x12:piece lengthi16384e6:pieces0:e",
        "d6:lengthi5e4:name1:x12:piece lengthi0e6:pieces0:e",
        "d5:filesle4:name1:x12:piece lengthi16384e6:pieces0:e"}) {
    CHECK_FALSE(parse_info(bytes_of(text)));
  }
}

TEST_CASE("a torrent file names its trackers, and is one value") {
  const Bytes info = encode_info(example(TorrentKind::hybrid));
  const Bytes file = encode_torrent({.info = info,
                                     .trackers = {"http://a/announce", "http://b/announce"},
                                     .kind = TorrentKind::hybrid,
                                     .piece_layers = {{ContentId{}, Bytes(96)}}});
  const auto document = Bencoded::parse(file);
  REQUIRE(document);
  CHECK(document->root().find("announce")->text() == "http://a/announce");
  CHECK(text_of(document->root().find("info")->encoded()) == text_of(info));
  CHECK(document->root().find("piece layers")->first()->bytes()->size() == 96);
}

TEST_CASE("a magnet link names each version, and escapes what it must") {
  const auto names = names_of(TorrentKind::hybrid, bytes_of("x"));
  const std::string link = magnet_link(names, "blue boat&.bin", 5, {"http://a:1/announce"});
  CHECK(link
        == "magnet:?xt=urn:btih:" + names.v1->hex() + "&xt=urn:btmh:1220" + names.v2->hex()
               + "&dn=blue%20boat%26.bin&xl=5&tr=http%3A%2F%2Fa%3A1%2Fannounce");
}

TEST_CASE("a message of metadata is read back, and its bytes follow the dictionary") {
  const MetadataMessage data{.type = MetadataMessage::Type::data,
                             .piece = 2,
                             .total_size = 34000,
                             .data = bytes_of("i1e")};
  const Bytes bytes = encode(data);
  CHECK(text_of(bytes) == "d8:msg_typei1e5:piecei2e10:total_sizei34000eei1e");
  const auto back = decode_metadata(bytes);
  REQUIRE(back);
  CHECK(back->piece == 2);
  CHECK(text_of(back->data) == "i1e");
  for (const char* text : {"",
                           "d",
                           "de",
                           "i1e",
                           "d8:msg_typei0ee",
                           "d8:msg_typei9e5:piecei0ee",
                           "d8:msg_typei0e5:piecei-1ee",
                           "d999:",
                           "d8:msg_typei0e5:piecei4294967296ee"})
    CHECK_FALSE(decode_metadata(bytes_of(text)));
}

TEST_CASE("an announce is read from a query, and one that lacks something is none") {
  const auto announce =
      read_announce(asked(kAnnounce + "&left=12&event=started&numwant=3&compact=0&key=%ff"));
  REQUIRE(announce);
  CHECK(announce->info_hash.bytes[10] == 'a');
  CHECK(announce->info_hash.bytes[19] == 0);
  CHECK(announce->port == 6881);
  CHECK(announce->left == 12);
  CHECK(announce->event == Announce::Event::started);
  CHECK(announce->wanted == 3);
  CHECK_FALSE(announce->compact);
  CHECK_FALSE(read_announce(asked("/announce?info_hash=aaa&port=1")));
  CHECK_FALSE(read_announce(asked("/announce")));
  for (const char* text : {"",
                           "GET\r\n\r\n",
                           "GET / \r\n\r\n",
                           "GET x HTTP/1.1\r\n\r\n",
                           "GET /?a=%x HTTP/1.1\r\n\r\n",
                           "GET /?a=%6 HTTP/1.1\r\n\r\n"})
    CHECK_FALSE(parse_http_request(bytes_of(text)));
}

TEST_CASE("peers are answered in six or eighteen bytes, or as a list where one is asked for") {
  AnnounceAnswer answer = two_peers();
  const Bytes compact = encode(answer);
  const auto document = Bencoded::parse(compact);
  REQUIRE(document);
  CHECK(text_of(*document->root().find("peers")->bytes()) == std::string_view("\x0a\0\0\1\1\2", 6));
  CHECK(document->root().find("peers6")->bytes()->size() == 18);
  answer.compact = false;
  const Bytes listed = encode(answer);
  const auto list = Bencoded::parse(listed);
  REQUIRE(list);
  const auto first = list->root().find("peers")->first();
  CHECK(first->find("ip")->text() == "10.0.0.1");
  CHECK(first->next()->find("ip")->text() == "fd00::1");
}

TEST_CASE("what a tracker answers is heard, compact or listed, and its refusal too") {
  AnnounceAnswer answer = two_peers();
  for (const bool compact : {true, false}) {
    answer.compact = compact;
    const auto heard = read_announce_answer(encode(answer));
    REQUIRE(heard);
    CHECK(heard->interval_s == 60);
    CHECK(heard->peers == std::vector{answer.peers[0].at, answer.peers[1].at});
  }
  CHECK(read_announce_answer(announce_failure("not here")).error().message == "not here");
  const std::string hostile = "no\x1b[31m\n" + std::string(500, '!');
  const auto shown = read_announce_answer(announce_failure(hostile)).error().message;
  CHECK(shown == "no?[31m?" + std::string(kMaxTrackerReasonBytes - 8, '!'));
  CHECK_FALSE(read_announce_answer(bytes_of("d5:peersi1ee"))->interval_s);
  for (const char* text : {"", "de", "le", "hello"})
    CHECK_FALSE(read_announce_answer(bytes_of(text)));
}

TEST_CASE("a tracker's URL is taken apart, and what is asked there is what a tracker reads") {
  const auto url = parse_tracker_url("http://[fd00::1]:6969/announce?key=1#x");
  REQUIRE(url);
  CHECK(url->host == "fd00::1");
  CHECK(url->port == 6969);
  CHECK(url->target == "/announce?key=1");
  CHECK(parse_tracker_url("http://tracker")->target == "/");
  CHECK(parse_tracker_url("http://tracker?x")->target == "/?x");
  for (const char* text : {"ftp://a:1",
                           "https://a",
                           "http://",
                           "http://:1",
                           "http://a:0/",
                           "http://a:99999/",
                           "http://a:1x/",
                           "http://[::1/",
                           "http://a/\r\n"})
    CHECK_FALSE(parse_tracker_url(text));
  Announce announce{.info_hash = InfoHash::from(Bytes(20, Byte{0xE9})), .port = 7346};
  announce.peer_id.fill('&');
  announce.left = 12;
  announce.event = Announce::Event::started;
  const std::string request = http_get(*url, announce_query(announce, 5));
  const auto parsed = parse_http_request(bytes_of(request));
  REQUIRE(parsed);
  CHECK(read_announce(*parsed) == announce);
}

TEST_CASE("the body of a tracker's answer is what stands behind its fields") {
  CHECK(text_of(*http_body(bytes_of("HTTP/1.1 200 OK\r\nA: b\r\n\r\nbody"))) == "body");
  CHECK(http_body(bytes_of("HTTP/1.0 404 Not Found\r\n\r\n")).error().message == "404 Not Found");
  CHECK(http_body(bytes_of("HTTP/1.0 404 \a\r\n\r\n")).error().message == "404 ?");
  for (const char* text : {"", "HTTP/1.1", "HTTP/1.1 200 OK\r\n", "hello\r\n\r\n"})
    CHECK_FALSE(http_body(bytes_of(text)));
}
