#include "node/api/codec.h"

#include <string>
#include <utility>

#include <doctest/doctest.h>

namespace freshet::api {
namespace {

ByteView message_of(const Bytes& framed) {
  REQUIRE(load_le<std::uint32_t>(framed.data()) == framed.size() - kLengthBytes);
  return ByteView(framed).subspan(kLengthBytes);
}

template <typename R>
void check_request(const R& request) {
  const auto decoded = decode_request(message_of(encode_request(request)));
  REQUIRE(decoded.ok());
  REQUIRE(std::holds_alternative<R>(*decoded));
  CHECK(std::get<R>(*decoded) == request);
}

template <typename T>
void check_reply(const T& reply) {
  const auto decoded = decode_reply(message_of(encode_reply(reply)));
  REQUIRE(decoded);
  REQUIRE(std::holds_alternative<T>(*decoded));
  CHECK(std::get<T>(*decoded) == reply);
}

bool refused(const Request& request) {
  const Bytes framed = encode_request(request);
  const auto decoded = decode_request(ByteView(framed).subspan(kLengthBytes));
  return !decoded && decoded.error().code == ErrorCode::invalid;
}

ContentId content(Byte fill) {
  ContentId id;
  id.bytes.fill(fill);
  return id;
}
NodeKey node(Byte fill) {
  NodeKey key;
  key.bytes.fill(fill);
  return key;
}

}  // namespace

TEST_CASE("every request comes back as it was written") {
  check_request(PingRequest{});
  check_request(StatusRequest{});
  check_request(PeersRequest{});
  check_request(NetworkRequest{.dial_back = true});
  check_request(JoinRequest{.address = "host:7346", .timeout = Millis(1500)});
  check_request(ShareAddRequest{.path = "/home/\xFF/Public"});
  check_request(ShareAddRequest{.path = "/home", .browse = false});
  check_request(ShareRemoveRequest{.path = "/home"});
  check_request(ShareBrowseRequest{.path = "/home", .allowed = false});
  check_request(ShareBrowseRequest{.path = "/home", .allowed = true});
  check_request(BrowseRequest{.peer = "alice", .limit = std::nullopt, .timeout = std::nullopt});
  check_request(BrowseRequest{.peer = "\xFF", .limit = 3, .timeout = Millis(1500)});
  check_request(ShareListRequest{});
  check_request(ShareRescanRequest{});
  check_request(ShareHashingRequest{.paused = true});
  check_request(SearchRequest{.words = {"blue", "Bö", "-red", "a b"},
                              .ttl = 0,
                              .timeout = Millis(0),
                              .limit = 3,
                              .strategy = "flood",
                              .tally = true});
  check_request(
      SearchRequest{.words = {"x"}, .ttl = {}, .timeout = {}, .limit = {}, .strategy = ""});
  check_request(GetRequest{.what = "2", .folder = "/tmp", .file_name = "n", .timeout = Millis(10)});
  check_request(GetRequest{.what = "abc", .folder = "", .file_name = "", .timeout = {}});
  check_request(GetRequest{.what = "abc",
                           .folder = "",
                           .file_name = "",
                           .timeout = {},
                           .rate = 5'000'000'000,
                           .in_order = true,
                           .polite = true});
  for (const ByteRange& range : {ByteRange{.offset = 0, .length = 1},
                                 ByteRange{.offset = 1'000'000'000'000, .length = std::nullopt},
                                 ByteRange{.offset = 5, .length = INT64_MAX - 5}}) {
    check_request(GetRequest{.what = "abc",
                             .folder = "",
                             .file_name = "",
                             .timeout = {},
                             .in_order = true,
                             .range = range});
  }
  check_request(RateRequest{});
  check_request(RateRequest{.up = 0, .down = 2'000'000});
  check_request(RateRequest{.up = {}, .down = {}, .polite = false});
  check_request(DownloadsRequest{});
  check_request(DownRequest{});
  check_request(TestbedRunRequest{.setup = {.seed = 7,
                                            .node = 3,
                                            .alias = node(9),
                                            .epoch_ns = 1'000'000'000'000,
                                            .dilation = 27,
                                            .delay = {.kind = io::testbed::Delay::Kind::lognormal,
                                                      .low = std::chrono::milliseconds(50),
                                                      .high = std::chrono::milliseconds(60),
                                                      .sigma = 0.5},
                                            .breaks_ties = true,
                                            .loss = 0.25,
                                            .discover = true,
                                            .max_ttl = 255,
                                            .target_links = 6,
                                            .max_links = 900,
                                            .walk_key = 11,
                                            .listen = "127.0.0.1:0",
                                            .share = "/s",
                                            .capture = "/c",
                                            .drops_queries = true}});
  check_request(TestbedLinkRequest{.peers = {"127.0.0.1:1", "127.0.0.1:2"}, .begins = true});
  check_request(TestbedAskRequest{
      .guid = Guid{}, .terms = {"blue", "boat"}, .ttl = 15, .wanted = 2, .strategy = "walk"});
  check_request(InviteRequest{});
  check_request(BlockListRequest{});
  check_request(BlockRequest{.what = "node:ab", .unblock = true, .sign = true});
  check_request(ModeratorRequest{.key = node(1), .become = false});
  check_request(ModeratorRequest{.key = std::nullopt, .become = true});
}

TEST_CASE("every reply comes back as it was written") {
  check_reply(Done{});
  check_reply(DaemonInfo{.version = 1, .agent = "freshet/0.1.0", .pid = 42});
  check_reply(
      StatusInfo{.id = node(1),
                 .name = "desk",
                 .agent = "a",
                 .state_dir = "/s",
                 .listen = {"1.2.3.4:5", "[::1]:5"},
                 .peers = 3,
                 .shared_files = 4,
                 .shared_bytes = 5,
                 .hashed_files = 6,
                 .hashed_bytes = 7,
                 .uptime = Millis(8),
                 .counters = {{"a", 1}, {"b", ~0ULL}},
                 .mesh_id = "0123456789abcdef",
                 .mesh_name = "Room 12",
                 .limits = {{"links", 64, 3}, {"query_words", 32, std::nullopt}},
                 .rates = {.up = 9, .down = 10},
                 .hashing = {.files = 1, .bytes = 2, .bytes_per_second = 0.5, .paused = true},
                 .share_problems = 3});
  check_reply(RateInfo{.up = 1, .down = 0, .polite = true});
  using Outcome = BrowseDone::Outcome;
  for (const Outcome outcome :
       {Outcome::listed, Outcome::refused, Outcome::receive_only, Outcome::too_old}) {
    check_reply(BrowseDone{.node = node(3),
                           .name = "al\xFF",
                           .outcome = outcome,
                           .files = 7,
                           .more = true,
                           .was_linked = true,
                           .numbered = 5,
                           .seconds = 0.5});
  }
  check_reply(BlockInfos{});
  check_reply(BlockInfos{
      .blocks =
          {{.node = node(1), .content = std::nullopt, .by_user = true, .by_moderator = false},
           {.node = std::nullopt, .content = content(2), .by_user = false, .by_moderator = true}},
      .moderator = node(3),
      .version = 4});
  check_reply(InviteText{.uri = "freshet:1"});
  check_reply(PeerList{});
  check_reply(
      NetworkInfo{.discover = false,
                  .beacon = true,
                  .places = {"eth0 10.0.0.5"},
                  .beacons_sent = 1,
                  .beacons_heard = 2,
                  .beacons_foreign = 3,
                  .known_hosts = 4,
                  .failed = {{"10.0.0.9:7346", "timed out"}},
                  .dial_backs = {{node(3), "10.0.0.7:7346", DialBackInfo::Verdict::reached}}});
  check_reply(PeerList{{{.id = node(2),
                         .addr = "1.2.3.4:5",
                         .name = "n",
                         .direction = Direction::out,
                         .rtt_ms = 0.25,
                         .bytes_in = 1,
                         .bytes_out = 2},
                        {.id = node(3),
                         .addr = "x",
                         .name = "",
                         .direction = Direction::in,
                         .rtt_ms = {},
                         .bytes_in = 0,
                         .bytes_out = 0}}});
  check_reply(Joined{.id = node(4), .addr = "1.2.3.4:5", .name = "n"});
  check_reply(ShareCount{.files = 1, .bytes = 2});
  check_reply(
      ShareLines{.shares = {{.path = "/p",
                             .files = 1,
                             .bytes = 2,
                             .hashed_files = 3,
                             .problem = "away",
                             .scanning = true}},
                 .hashing = {.files = 4, .bytes = 5, .bytes_per_second = 6.5, .paused = true}});
  check_reply(Hit{.n = 1, .id = content(5), .name = "f", .size_bytes = 6, .sources = 7, .hops = 8});
  check_reply(Hit{.n = 1,
                  .id = {},
                  .name = "\xFF",
                  .size_bytes = 0,
                  .sources = 1,
                  .hops = 0,
                  .other_names = {"g", "\xFE"},
                  .is_cached = true});
  check_reply(Hit{
      .n = 2,
      .id = {},
      .name = "h",
      .metadata = {
          .artist = "a", .title = "t", .album = "b", .duration_ms = 1, .width = 2, .height = 3}});
  check_reply(SearchDone{.hits = 1,
                         .answered = 2,
                         .seconds = 0.5,
                         .ttl = 7,
                         .answered_at = {0, 2},
                         .ranking = {3, 1}});
  check_reply(SearchDone{.tally = SearchTally{.is_exact = true,
                                              .counts = {.nodes = 1,
                                                         .queries = 2,
                                                         .query_bytes = 3,
                                                         .duplicates = 4,
                                                         .tallies = 5,
                                                         .hops = 6,
                                                         .silent = 7,
                                                         .open = true}}});
  check_reply(GetProgress{.id = content(6),
                          .done_bytes = 1,
                          .size_bytes = 2,
                          .sources = 3,
                          .ready_bytes = 4,
                          .part = "/p"});
  check_reply(GetDone{.id = content(7), .path = "/p", .size_bytes = 1, .seconds = 2, .sources = 3});
  check_reply(io::testbed::News{.number = 3,
                                .address = "127.0.0.1:9",
                                .links = 5,
                                .deliveries = 70,
                                .late = 1,
                                .worst_late = std::chrono::milliseconds(2),
                                .sent = {{.type = 128, .frames = 3, .bytes = 99}},
                                .queries = {{.guid = Guid{},
                                             .messages = 4,
                                             .bytes = 100,
                                             .query_frames = 3,
                                             .out_frames = 5,
                                             .frames_in = 2,
                                             .hits_in = 1,
                                             .lost = 1,
                                             .duplicates = 1,
                                             .first_at = TimePoint(std::chrono::seconds(1)),
                                             .hops = {{.hops = 2, .first = 1, .duplicates = 1}},
                                             .is_origin = true,
                                             .is_at = true,
                                             .asked_at = TimePoint(std::chrono::seconds(2)),
                                             .first_hit_at = TimePoint(std::chrono::seconds(3)),
                                             .first_hit_hops = 2,
                                             .hits = 6}}});
  check_reply(DownloadList{{{.id = content(8),
                             .name = "n",
                             .folder = "/f",
                             .size_bytes = 2,
                             .done_bytes = 1,
                             .state = DownloadState::fetching,
                             .sources = 1}}});
}

TEST_CASE("every error code and its message come back") {
  for (const ErrorCode code : {ErrorCode::invalid,
                               ErrorCode::not_found,
                               ErrorCode::no_daemon,
                               ErrorCode::wrong_key,
                               ErrorCode::no_source,
                               ErrorCode::verification,
                               ErrorCode::io,
                               ErrorCode::timed_out,
                               ErrorCode::canceled}) {
    const auto decoded = decode_reply(message_of(encode_reply(Error{code, "why"})));
    REQUIRE(decoded);
    CHECK(std::get<Error>(*decoded).code == code);
    CHECK(std::get<Error>(*decoded).message == "why");
  }
}

TEST_CASE("every download state comes back") {
  for (const DownloadState state : {DownloadState::fetching,
                                    DownloadState::paused,
                                    DownloadState::done,
                                    DownloadState::failed}) {
    DownloadList list;
    list.downloads.emplace_back().state = state;
    check_reply(list);
  }
}

TEST_CASE("a request beyond a limit is refused, one at the limit is not") {
  CHECK_FALSE(refused(SearchRequest{.words = std::vector<std::string>(kMaxWords, "w"),
                                    .ttl = {},
                                    .timeout = {},
                                    .limit = {},
                                    .strategy = ""}));
  CHECK(refused(SearchRequest{.words = std::vector<std::string>(kMaxWords + 1, "w"),
                              .ttl = {},
                              .timeout = {},
                              .limit = {},
                              .strategy = ""}));
  CHECK_FALSE(refused(SearchRequest{.words = {std::string(kMaxWordBytes, 'w')},
                                    .ttl = {},
                                    .timeout = {},
                                    .limit = {},
                                    .strategy = ""}));
  CHECK(refused(SearchRequest{.words = {std::string(kMaxWordBytes + 1, 'w')},
                              .ttl = {},
                              .timeout = {},
                              .limit = {},
                              .strategy = ""}));
  CHECK_FALSE(refused(ShareAddRequest{.path = std::string(kMaxPathBytes, '/')}));
  CHECK(refused(ShareAddRequest{.path = std::string(kMaxPathBytes + 1, '/')}));
  CHECK(refused(ShareAddRequest{.path = ""}));
  CHECK(refused(ShareRemoveRequest{.path = std::string("/a\0b", 4)}));
  CHECK(refused(ShareBrowseRequest{.path = "", .allowed = true}));
  CHECK(refused(BrowseRequest{.peer = "", .limit = std::nullopt, .timeout = std::nullopt}));
  CHECK(refused(BrowseRequest{.peer = std::string(kMaxWordBytes + 1, 'x'),
                              .limit = std::nullopt,
                              .timeout = std::nullopt}));
  CHECK(refused(GetRequest{.what = "", .folder = "", .file_name = "", .timeout = {}}));
  const auto ranged = [](bool in_order, const ByteRange& range) {
    return GetRequest{.what = "1",
                      .folder = "",
                      .file_name = "",
                      .timeout = {},
                      .in_order = in_order,
                      .range = range};
  };
  CHECK(refused(ranged(false, {.offset = 1, .length = 1})));
  CHECK(refused(ranged(true, {.offset = 1, .length = 0})));
  CHECK(refused(ranged(true, {.offset = 5, .length = INT64_MAX - 4})));
  CHECK(refused(ranged(true, {.offset = std::uint64_t{1} << 63U, .length = std::nullopt})));
  for (const std::uint64_t rate : {1ULL, 16383ULL, 100'000'000'001ULL}) {
    CAPTURE(rate);
    CHECK(refused(RateRequest{.up = rate, .down = std::nullopt}));
    CHECK(refused(RateRequest{.up = std::nullopt, .down = rate}));
    CHECK(refused(
        GetRequest{.what = "1", .folder = "", .file_name = "", .timeout = {}, .rate = rate}));
  }
  CHECK_FALSE(refused(RateRequest{.up = 0, .down = 16384}));
  CHECK(refused(JoinRequest{.address = "", .timeout = Millis(1)}));
}

TEST_CASE("a request of another protocol version is refused with the way out") {
  const Bytes version_two = {0x08, 0x02, 0x12, 0x00};  // version = 2, ping
  const auto decoded = decode_request(version_two);
  REQUIRE_FALSE(decoded.ok());
  CHECK(decoded.error().message.find("restart the daemon") != std::string::npos);
}

TEST_CASE("a request that this version does not know is refused with the way out") {
  const Bytes unknown = {0x08, 0x01, 0xC2, 0x3E, 0x00};  // version = 1, field 1000
  const auto decoded = decode_request(unknown);
  REQUIRE_FALSE(decoded.ok());
  CHECK(decoded.error().message.find("does not know") != std::string::npos);
}

TEST_CASE("bytes that are no message are refused") {
  CHECK_FALSE(decode_request(Bytes{0xFF, 0xFF, 0xFF}).ok());
  CHECK_FALSE(decode_request({}).ok());
  CHECK_FALSE(decode_request(Bytes(kMaxRequestBytes + 1)).ok());
  CHECK_FALSE(decode_reply(Bytes{0xFF, 0xFF, 0xFF}).has_value());
  CHECK_FALSE(decode_reply({}).has_value());
}

TEST_CASE("an answer that is too large becomes an error that says so") {
  StatusInfo info;
  info.name = std::string(kMaxReplyBytes, 'x');
  const Bytes framed = encode_reply(info);
  CHECK(framed.size() < 1000);
  const auto decoded = decode_reply(message_of(framed));
  REQUIRE(decoded);
  CHECK(std::holds_alternative<Error>(*decoded));
}

}  // namespace freshet::api
