// The serving side and the links, with one side played by hand.
#include <doctest/doctest.h>

#include "tests/unit/transfer/hand_played.h"

using namespace freshet;        // NOLINT(google-build-using-namespace): a test
using namespace freshet::test;  // NOLINT(google-build-using-namespace): a test
using namespace std::chrono_literals;
namespace bt = freshet::wire::bt;

namespace {

constexpr LinkId kLink{1};

}  // namespace

TEST_CASE("a link for a content that is not here is closed") {
  Bench bench;
  const Thing thing = Thing::make(100000);
  bench.come_in(kLink, 1);
  const auto asked = bench.shake(kLink, thing.id);
  CHECK(the<Open>(asked).info_hash == InfoHash::from(thing.id.view().first(20)));
  CHECK(why_closed(bench.tell(Opened{.link = kLink, .found = {}})) == CloseReason::not_found);
  CHECK(bench.engine.link_count() == 0);
}

TEST_CASE("what comes while the host looks the content up is answered afterwards, within bounds") {
  Bench bench;
  const Thing thing = Thing::make(100000);
  bench.come_in(kLink, 1);
  bench.shake(kLink, thing.id);
  CHECK(bench.say(kLink, bt::HaveNone{}).empty());
  CHECK(bench.say(kLink, bt::Interested{}).empty());
  CHECK(bench.say(kLink, bt::Request{{.piece = 0, .begin = 0, .length = 16384}}).empty());
  const auto effects =
      bench.tell(Opened{.link = kLink,
                        .found = Opening{.content = thing.id,
                                         .size = thing.shape.size,
                                         .have = PieceSet::full(thing.shape.piece_count)}});
  CHECK(says<bt::HaveAll>(effects) == 1);
  CHECK(says<bt::Unchoke>(effects) == 1);
  CHECK(count<SendBlock>(effects) == 1);

  const LinkId flood{2};
  bench.come_in(flood, 2);
  bench.shake(flood, Thing::make(5).id);
  const Bytes large(60000, 20);
  CHECK(bench.tell(MessageArrived{.link = flood, .bytes = large}).empty());
  CHECK(why_closed(bench.tell(MessageArrived{.link = flood, .bytes = large}))
        == CloseReason::malformed);
}

TEST_CASE("requests are served within the room, in order, and go on when there is room") {
  Bench bench;
  const Thing thing = Thing::make(std::uint64_t{160} * 1024);
  bench.serve(kLink, 1, thing, 40000);
  std::size_t served = 0;
  for (std::uint32_t piece = 0; piece < 10; ++piece) {
    served += count<SendBlock>(
        bench.say(kLink, bt::Request{{.piece = piece, .begin = 0, .length = 16384}}));
  }
  CHECK(served == 2);
  const auto more = bench.tell(Writable{.link = kLink, .room_bytes = 3 * (16384 + 13)});
  CHECK(count<SendBlock>(more) == 3);
  CHECK(the<SendBlock>(more).block.piece == 2);
  CHECK(bench.counters.blocks_out == 5);
}

TEST_CASE("requests beyond a piece or the content are rejected, and too many close the link") {
  Bench bench;
  const Thing thing = Thing::make(100000);  // 7 pieces, the last of 1,696 bytes
  bench.serve(kLink, 1, thing);
  for (const bt::BlockRange& block :
       {bt::BlockRange{.piece = 7, .begin = 0, .length = 16384},
        bt::BlockRange{.piece = 0, .begin = 16384, .length = 1},
        bt::BlockRange{.piece = 0, .begin = 1, .length = 16384},
        bt::BlockRange{.piece = 0, .begin = 0, .length = 0},
        bt::BlockRange{.piece = 0, .begin = 0xFFFFFFFF, .length = 2},
        bt::BlockRange{.piece = 6, .begin = 0, .length = 1697},
        bt::BlockRange{.piece = 0, .begin = 0, .length = 0xFFFFFFFF}}) {
    const auto effects = bench.say(kLink, bt::Request{block});
    CHECK(says<bt::Reject>(effects) == 1);
    CHECK(count<SendBlock>(effects) == 0);
  }
  std::vector<Effect> effects;
  for (int i = 0; i < 100 && count<Close>(effects) == 0; ++i) {
    effects = bench.say(kLink, bt::Request{{.piece = 9, .begin = 0, .length = 1}});
  }
  CHECK(why_closed(effects) == CloseReason::malformed);
}

TEST_CASE("choked requests are rejected") {
  Config config;
  config.upload_slots = 1;
  Bench bench(config);
  const Thing thing = Thing::make(100000);
  bench.serve(LinkId{1}, 1, thing);
  bench.serve(LinkId{2}, 2, thing);
  const bt::Request request{{.piece = 0, .begin = 0, .length = 16384}};
  CHECK(count<SendBlock>(bench.say(LinkId{1}, request)) == 1);
  const auto refused = bench.say(LinkId{2}, request);
  CHECK(count<SendBlock>(refused) == 0);
  CHECK(says<bt::Reject>(refused) == 1);
  // A slot that becomes free goes to who waits.
  CHECK(says<bt::Unchoke>(bench.tell(LinkDown{LinkId{1}})) == 1);
  CHECK(count<SendBlock>(bench.say(LinkId{2}, request)) == 1);
}

TEST_CASE("more requests than reqq are rejected, cancelled ones are not served") {
  Config config;
  config.reqq = 4;
  Bench bench(config);
  const Thing thing = Thing::make(std::uint64_t{160} * 1024);
  bench.serve(kLink, 1, thing, 2000);  // no room for a block
  std::size_t rejects = 0;
  for (std::uint32_t piece = 0; piece < 6; ++piece) {
    rejects += says<bt::Reject>(
        bench.say(kLink, bt::Request{{.piece = piece, .begin = 0, .length = 16384}}));
  }
  CHECK(rejects == 2);
  CHECK(says<bt::Reject>(bench.say(kLink, bt::Cancel{{.piece = 0, .begin = 0, .length = 16384}}))
        == 1);
  const auto effects = bench.tell(Writable{.link = kLink, .room_bytes = 1 << 20});
  CHECK(count<SendBlock>(effects) == 3);
  CHECK(the<SendBlock>(effects).block.piece == 1);
}

TEST_CASE("with more takers than slots the choker moves the optimistic slot around") {
  Config config;
  config.upload_slots = 2;
  Bench bench(config);
  const Thing thing = Thing::make(100000);
  std::vector<bool> unchoked(7, false);
  for (Byte i = 1; i <= 6; ++i) bench.serve(LinkId{i}, i, thing);
  std::set<std::uint32_t> served;
  for (int round = 0; round < 120; ++round) {
    const auto effects = bench.pass(5s);
    for (const Effect& effect : effects) {
      const auto* send = std::get_if<Send>(&effect);
      if (send != nullptr && says<bt::Unchoke>({effect}) > 0) served.insert(send->link.value);
    }
    for (Byte i = 1; i <= 6; ++i) bench.say(LinkId{i}, bt::KeepAlive{});
  }
  CHECK(served.size() >= 5);
}

TEST_CASE(
    "hash requests go to the host when the content is whole, and senseless ones are rejected") {
  Bench bench;
  const Thing thing = Thing::make(20 << 20);
  bench.serve(kLink, 1, thing);
  const auto requests = bt::piece_layer_requests(thing.id, thing.shape);
  const auto effects = bench.say(kLink, requests.at(0));
  CHECK(the<ReadHashes>(effects).request == requests.at(0));
  const auto answer = bt::hashes_for(requests.at(0), thing.shape, thing.piece_layer, thing.leaves);
  CHECK(says<bt::Hashes>(
            bench.tell(HashesRead{.link = kLink, .request = requests.at(0), .hashes = answer}))
        == 1);
  CHECK(says<bt::HashReject>(
            bench.tell(HashesRead{.link = kLink, .request = requests.at(0), .hashes = {}}))
        == 1);
  bt::HashRequest senseless = requests.at(0);
  senseless.length = 3;
  CHECK(says<bt::HashReject>(bench.say(kLink, senseless)) == 1);
  bt::HashRequest other = requests.at(0);
  other.root.bytes[0] ^= 1;
  CHECK(says<bt::HashReject>(bench.say(kLink, other)) == 1);
  std::size_t reads = 0;
  for (std::uint32_t i = 0; i < 30; ++i)
    reads += count<ReadHashes>(bench.say(kLink, requests.at(0)));
  CHECK(reads == bench.config.max_hash_reads);
}

TEST_CASE("blocks wait for the hashes that were asked before them") {
  Bench bench;
  const Thing thing = Thing::make(20 << 20);
  bench.serve(kLink, 1, thing);
  const auto request = bt::piece_layer_requests(thing.id, thing.shape).at(0);
  bench.say(kLink, request);
  CHECK(count<SendBlock>(bench.say(kLink, bt::Request{{.piece = 0, .begin = 0, .length = 16384}}))
        == 0);
  const auto effects = bench.tell(HashesRead{.link = kLink, .request = request, .hashes = {}});
  CHECK(count<SendBlock>(effects) == 1);
}

TEST_CASE("a block that cannot be read is rejected") {
  Bench bench;
  const Thing thing = Thing::make(100000);
  bench.serve(kLink, 1, thing);
  const bt::BlockRange block{.piece = 0, .begin = 0, .length = 16384};
  bench.say(kLink, bt::Request{block});
  CHECK(says<bt::Reject>(bench.tell(ReadFailed{.link = kLink, .block = block})) == 1);
  CHECK(bench.counters.read_failures == 1);
}

TEST_CASE("a partial content serves its verified pieces only") {
  Bench bench;
  const Thing thing = Thing::make(100000);
  PieceSet have(thing.shape.piece_count);
  have.add(3);
  bench.come_in(kLink, 1);
  bench.shake(kLink, thing.id);
  const auto greeting = bench.tell(
      Opened{.link = kLink,
             .found = Opening{.content = thing.id, .size = thing.shape.size, .have = have}});
  CHECK(says<bt::Bitfield>(greeting) == 1);
  bench.say(kLink, bt::HaveNone{});
  bench.say(kLink, bt::Interested{});
  CHECK(count<SendBlock>(bench.say(kLink, bt::Request{{.piece = 3, .begin = 0, .length = 100}}))
        == 1);
  CHECK(says<bt::Reject>(bench.say(kLink, bt::Request{{.piece = 2, .begin = 0, .length = 100}}))
        == 1);
}

TEST_CASE("of two links between the same keys the one that the lower key dialled stays") {
  const Thing thing = Thing::make(1 << 20);
  for (const Byte peer : {Byte{50}, Byte{150}}) {  // this node is 100
    Bench bench;
    const Source source{.key = key_with(peer),
                        .endpoints = {Endpoint::v4({10, 0, 0, 1}, 7346)},
                        .size_claim = thing.shape.size};
    const auto started = bench.tell(
        StartFetch{.content = thing.id, .size_claim = {}, .sources = {source}, .resumed_size = {}});
    const DialId dial = the<Dial>(started).dial;
    bench.tell(LinkUp{.link = LinkId{1},
                      .peer = key_with(peer),
                      .direction = Direction::out,
                      .dial = dial,
                      .room_bytes = 1 << 20});
    bench.come_in(LinkId{2}, peer);
    const auto effects = bench.shake(LinkId{2}, thing.id);
    CHECK(why_closed(effects) == CloseReason::duplicate);
    CHECK(the<Close>(effects).link == LinkId{peer == 50 ? 1U : 2U});
    CHECK(bench.engine.link_count() == 1);
  }
}

TEST_CASE("a link to this node itself is closed, and a full house refuses") {
  Config config;
  config.max_links = 2;
  Bench bench(config);
  CHECK(why_closed(bench.come_in(LinkId{9}, 100)) == CloseReason::self);
  bench.come_in(LinkId{1}, 1);
  bench.come_in(LinkId{2}, 2);
  CHECK(why_closed(bench.come_in(LinkId{3}, 3)) == CloseReason::full);
}

TEST_CASE("a link without a handshake, without a word, or without a use is closed in time") {
  Bench bench;
  bench.come_in(kLink, 1);
  CHECK(bench.pass(4s).empty());
  CHECK(why_closed(bench.pass(1s)) == CloseReason::silent);

  const Thing thing = Thing::make(100000);
  bench.serve(LinkId{2}, 2, thing);
  Duration quiet{};
  std::vector<Effect> effects;
  while (count<Close>(effects) == 0 && quiet < 300s) {
    effects = bench.pass(10s);
    quiet += 10s;
  }
  CHECK(why_closed(effects) == CloseReason::silent);
  CHECK(quiet == 150s);

  bench.serve(LinkId{3}, 3, thing);
  bench.say(LinkId{3}, bt::NotInterested{});
  CHECK(count<Close>(bench.pass(29s)) == 0);
  CHECK(why_closed(bench.pass(1s)) == CloseReason::finished);
  CHECK(bench.engine.link_count() == 0);
  CHECK(bench.pass(600s).empty());
}

TEST_CASE("malformed messages, a second bitfield and broken streams close the link") {
  const Thing thing = Thing::make(100000);
  Bench bench;
  bench.serve(LinkId{1}, 1, thing);
  CHECK(why_closed(bench.tell(MessageArrived{.link = LinkId{1}, .bytes = Bytes{4, 0}}))
        == CloseReason::malformed);
  bench.serve(LinkId{2}, 2, thing);
  CHECK(why_closed(bench.say(LinkId{2}, bt::HaveAll{})) == CloseReason::malformed);
  bench.serve(LinkId{3}, 3, thing);
  CHECK(why_closed(bench.say(LinkId{3}, bt::Have{7})) == CloseReason::malformed);
  bench.serve(LinkId{4}, 4, thing);
  CHECK(why_closed(bench.tell(StreamBroken{LinkId{4}})) == CloseReason::malformed);
  bench.come_in(LinkId{5}, 5);
  CHECK(why_closed(bench.say(LinkId{5}, bt::Interested{})) == CloseReason::malformed);
}

TEST_CASE("data that nobody asked for is dropped, and too much of it closes the link") {
  Bench bench;
  const Thing thing = Thing::make(100000);
  bench.serve(kLink, 1, thing);
  const BlockArrived block{.link = kLink, .block = {.piece = 0, .begin = 0, .length = 16384}};
  const auto first = bench.tell(block);
  CHECK(count<KeepBlock>(first) == 0);
  std::vector<Effect> effects;
  for (int i = 0; i < 100 && count<Close>(effects) == 0; ++i) effects = bench.tell(block);
  CHECK(why_closed(effects) == CloseReason::malformed);
}

TEST_CASE("a peer that does not read its answers is closed before they pile up") {
  Bench bench;
  const Thing thing = Thing::make(100000);
  bench.serve(kLink, 1, thing, 3000);
  bt::HashRequest senseless;
  std::vector<Effect> effects;
  int asked = 0;
  while (count<Close>(effects) == 0 && asked < 100000) {
    effects = bench.say(kLink, senseless);
    ++asked;
  }
  CHECK(why_closed(effects) == CloseReason::slow_reader);
  CHECK(asked < 6000);
}

TEST_CASE("a disk error ends the fetch, and late answers mean nothing any longer") {
  Bench bench;
  const Thing thing = Thing::make(5000);
  bench.tell(
      StartFetch{.content = thing.id, .size_claim = {}, .sources = {}, .resumed_size = 5000});
  const auto effects = bench.tell(StorageFailed{.content = thing.id, .message = "no space left"});
  CHECK(the<FetchFailed>(effects).code == ErrorCode::io);
  CHECK(the<FetchFailed>(effects).message == "no space left");
  CHECK(count<Release>(effects) == 1);
  CHECK(bench.tell(StorageReady{.content = thing.id, .have = PieceSet(1)}).empty());
  CHECK(bench.tell(Verified{.content = thing.id, .piece = 0, .verdict = Verdict::ok}).empty());
  CHECK(bench.tell(LinkDown{LinkId{77}}).empty());
  CHECK(bench.tell(DialFailed{DialId{77}}).empty());
}
