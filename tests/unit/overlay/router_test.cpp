// Queries out, hits back: every rule of node/core/overlay/router.h at one node.
#include <doctest/doctest.h>

#include "tests/unit/overlay/rig.h"

namespace freshet::core::testing {
namespace {

TEST_CASE("a query goes to every other neighbour with one TTL less and one hop more") {
  Rig rig;
  const LinkId from = rig.link_to(1);
  const LinkId one = rig.link_to(2);
  const LinkId two = rig.link_to(3);
  rig.query(from, guid(1), 5, 2);
  REQUIRE(rig.sent.size() == 2);
  CHECK(rig.sent_on(from).empty());
  for (const LinkId link : {one, two}) {
    REQUIRE(rig.sent_on(link).size() == 1);
    const Rig::Sent sent = rig.sent_on(link)[0];
    CHECK(sent.header.guid == guid(1));
    CHECK(sent.header.ttl == 4);
    CHECK(sent.header.hops == 3);
    CHECK(sent.body == wire::encode(words("boat")));
    CHECK(sent.header.body_bytes == sent.body.size());
  }
  CHECK(rig.counters.overlay.query_first == 1);
  CHECK(rig.counters.overlay.query_forwarded == 2);
}

TEST_CASE("a query is looked up in the node's own files, with its words") {
  Rig rig;
  const LinkId from = rig.link_to(1);
  rig.query(from, guid(1), 1);
  REQUIRE(rig.lookups.size() == 1);
  CHECK(rig.lookups[0].lookup == guid(1));
  CHECK(rig.lookups[0].query.terms == words("boat").terms);
}

TEST_CASE("a query that arrives with TTL 1 is answered and not passed on") {
  Rig rig;
  const LinkId from = rig.link_to(1);
  rig.link_to(2);
  rig.query(from, guid(1), 1);
  CHECK(rig.sent.empty());
  CHECK(rig.lookups.size() == 1);
}

TEST_CASE("a duplicate is counted and goes nowhere") {
  Rig rig;
  const LinkId one = rig.link_to(1);
  const LinkId two = rig.link_to(2);
  rig.link_to(3);
  rig.query(one, guid(1), 5);
  rig.clear();
  rig.query(two, guid(1), 5);
  rig.query(two, guid(1), 4, 1);
  CHECK(rig.sent.empty());
  CHECK(rig.lookups.empty());
  CHECK(rig.counters.overlay.query_first == 1);
  CHECK(rig.counters.overlay.query_duplicates == 2);
  CHECK(rig.counters.overlay.query_reforwarded == 0);
}

TEST_CASE("a copy with a higher TTL than any before is passed on again and not answered again") {
  Rig rig;
  const LinkId one = rig.link_to(1);
  const LinkId two = rig.link_to(2);
  const LinkId three = rig.link_to(3);
  rig.query(one, guid(1), 3, 4);
  rig.clear();
  rig.query(two, guid(1), 5, 2);
  CHECK(rig.lookups.empty());
  CHECK(rig.sent_on(two).empty());
  REQUIRE(rig.sent_on(three).size() == 1);
  CHECK(rig.sent_on(three)[0].header.ttl == 4);
  CHECK(rig.sent_on(one).size() == 1);
  CHECK(rig.counters.overlay.query_duplicates == 1);
  CHECK(rig.counters.overlay.query_reforwarded == 2);  // frames, not queries

  rig.clear();
  rig.query(three, guid(1), 5, 2);  // not higher than that one
  CHECK(rig.sent.empty());
  CHECK(rig.counters.overlay.query_reforwarded == 2);
}

TEST_CASE("what was not passed on the first time is no re-forwarding") {
  Rig rig;
  const LinkId one = rig.link_to(1);
  const LinkId two = rig.link_to(2);
  rig.query(one, guid(1), 1, 6);
  rig.query(two, guid(1), 3, 4);
  CHECK(rig.sent_on(one).size() == 1);
  CHECK(rig.counters.overlay.query_reforwarded == 0);
  CHECK(rig.counters.overlay.query_forwarded == 1);
}

TEST_CASE("copies that wait for room count as passed on") {
  Rig rig;
  const LinkId from = rig.link_to(1);
  const LinkId slow = rig.connect(2, overlay::Direction::in, std::nullopt, 0);
  rig.hello(slow);
  rig.clear();
  rig.query(from, guid(1), 5);
  CHECK(rig.sent.empty());
  CHECK(rig.counters.overlay.query_forwarded == 1);
}

TEST_CASE("a query does not go to a link that has not said Hello") {
  Rig rig;
  const LinkId from = rig.link_to(1);
  rig.connect(2);
  rig.clear();
  rig.query(from, guid(1), 5);
  CHECK(rig.sent.empty());
}

TEST_CASE("a hit takes the link on which its query first came") {
  Rig rig;
  const LinkId one = rig.link_to(1);
  const LinkId two = rig.link_to(2);
  const LinkId three = rig.link_to(3);
  rig.query(one, guid(1), 5);
  rig.query(two, guid(1), 7);
  rig.clear();
  rig.hit(three, guid(1), 10, 2);
  REQUIRE(rig.sent.size() == 1);
  CHECK(rig.sent[0].link == one);
  CHECK(rig.sent[0].header.type == wire::FrameType::query_hit);
  CHECK(rig.sent[0].header.ttl == 9);
  CHECK(rig.sent[0].header.hops == 3);
  CHECK(rig.counters.overlay.hits_forwarded == 1);
}

TEST_CASE("a hit for an unknown GUID is dropped and counted") {
  Rig rig;
  const LinkId one = rig.link_to(1);
  rig.link_to(2);
  rig.hit(one, guid(1));
  CHECK(rig.sent.empty());
  CHECK(rig.counters.overlay.hits_unknown_guid == 1);
}

TEST_CASE("a hit whose way back is gone, or is where it came from, is dropped and counted") {
  Rig rig;
  const LinkId one = rig.link_to(1);
  const LinkId two = rig.link_to(2);
  rig.query(one, guid(1), 5);
  rig.clear();
  rig.hit(one, guid(1));
  CHECK(rig.counters.overlay.hits_no_route == 1);
  rig.drop(one);
  rig.hit(two, guid(1));
  CHECK(rig.sent.empty());
  CHECK(rig.counters.overlay.hits_no_route == 2);
}

TEST_CASE("a hit whose TTL is used up is dropped and counted") {
  Rig rig;
  const LinkId one = rig.link_to(1);
  const LinkId two = rig.link_to(2);
  rig.query(one, guid(1), 5);
  rig.clear();
  rig.hit(two, guid(1), 1, 14);
  CHECK(rig.sent.empty());
  CHECK(rig.counters.overlay.hits_expired == 1);
}

TEST_CASE("what the node finds goes back as a hit with the query's GUID") {
  Rig rig;
  const LinkId one = rig.link_to(1);
  rig.link_to(2);
  rig.query(one, guid(1), 5);
  rig.clear();
  search::Found found{.lookup = guid(1), .files = {}};
  found.files.push_back({.content = std::nullopt, .name = "boat.txt", .size_bytes = 3});
  rig.give_search(found);
  REQUIRE(rig.sent.size() == 1);
  CHECK(rig.sent[0].link == one);
  CHECK(rig.sent[0].header.guid == guid(1));
  CHECK(rig.sent[0].header.ttl == wire::kMaxTtl);
  CHECK(rig.sent[0].header.hops == 0);
  const auto hit = wire::decode_query_hit(rig.sent[0].body);
  REQUIRE(hit.has_value());
  CHECK(hit->record.node == key(Rig::kSelf));
  CHECK(rig.counters.overlay.hits_sent == 1);
}

TEST_CASE("a node's own query goes to every neighbour, and its hits come to its user") {
  Rig rig;
  const LinkId one = rig.link_to(1);
  const LinkId two = rig.link_to(2);
  rig.give_search(search::Ask{.ask = search::AskId{7}, .query = words("boat"), .ttl = 4});
  REQUIRE(rig.sent.size() == 2);
  CHECK(rig.sent[0].header.ttl == 4);
  CHECK(rig.sent[0].header.hops == 0);
  const Guid own = rig.sent[0].header.guid;
  CHECK(rig.node.overlay().is_own(own));
  REQUIRE(rig.lookups.size() == 1);
  CHECK(rig.lookups[0].lookup == own);

  rig.clear();
  rig.hit(two, own, 13, 2);
  REQUIRE(rig.hits.size() == 1);
  CHECK(rig.hits[0].ask == search::AskId{7});
  CHECK(rig.hits[0].hops == 3);
  CHECK(rig.sent.empty());
  CHECK(rig.counters.overlay.hits_for_us == 1);

  rig.query(one, own, 3, 1);  // it came around
  CHECK(rig.sent.empty());
  CHECK(rig.counters.overlay.query_duplicates == 1);
}

TEST_CASE("TTL 0 asks the node's own files alone") {
  Rig rig;
  rig.link_to(1);
  rig.give_search(search::Ask{.ask = search::AskId{7}, .query = words("boat"), .ttl = 0});
  CHECK(rig.sent.empty());
  CHECK(rig.lookups.size() == 1);
}

TEST_CASE("a user's TTL beyond the limit is cut to it") {
  Rig rig;
  rig.link_to(1);
  rig.give_search(search::Ask{.ask = search::AskId{7}, .query = words("boat"), .ttl = 200});
  REQUIRE(rig.sent.size() == 1);
  CHECK(rig.sent[0].header.ttl == wire::kMaxTtl);
}

TEST_CASE("a query body that does not decode is passed on all the same, and counted") {
  Rig rig;
  const LinkId from = rig.link_to(1);
  const LinkId to = rig.link_to(2);
  rig.receive(
      from, {.guid = guid(1), .type = wire::FrameType::query, .ttl = 3}, Bytes{0x0A, 0x7F, 0x01});
  CHECK(rig.sent_on(to).size() == 1);
  CHECK(rig.lookups.empty());
  CHECK(rig.counters.search.queries_malformed == 1);
}

}  // namespace
}  // namespace freshet::core::testing
