#include "node/io/testbed/ledger.h"

#include <doctest/doctest.h>

namespace freshet::io::testbed {
namespace {

wire::FrameHeader header(Byte guid, wire::FrameType type, std::uint8_t hops = 0) {
  wire::FrameHeader made{.guid = {}, .type = type, .ttl = 5, .hops = hops, .body_bytes = 10};
  made.guid.bytes.fill(guid);
  return made;
}

QueryAccount only(Ledger& ledger, bool is_at = false) {
  std::vector<QueryAccount> accounts;
  ledger.take(accounts, [&](const Guid&) { return is_at; });
  REQUIRE(accounts.size() == 1);
  return accounts.front();
}

}  // namespace

TEST_CASE("messages are all frames of a query but hits, and bytes have headers") {
  Ledger ledger;
  ledger.sent(header(1, wire::FrameType::query), 3);
  ledger.sent(header(1, wire::FrameType::check_back), 1);
  ledger.sent(header(1, wire::FrameType::query_hit), 1);
  ledger.sent(header(2, wire::FrameType::ping), 1);
  const QueryAccount account = only(ledger);
  CHECK(account.messages == 4);
  CHECK(account.query_frames == 3);
  CHECK(account.out_frames == 5);
  CHECK(account.bytes == 4 * (10 + wire::kFrameHeaderBytes));
  CHECK(ledger.by_type().size() == 4);
}

TEST_CASE("the first copy of a query is news, later ones are duplicates, by hop") {
  Ledger ledger;
  const TimePoint first{std::chrono::seconds(1)};
  ledger.arrived(header(1, wire::FrameType::query, 2), first);
  ledger.arrived(header(1, wire::FrameType::query, 3), first + std::chrono::seconds(1));
  const QueryAccount account = only(ledger);
  CHECK(account.first_at == first);
  CHECK(account.duplicates == 1);
  CHECK(account.frames_in == 2);
  CHECK(account.hops
        == std::vector<QueryAccount::Hop>{{.hops = 3, .first = 1, .duplicates = 0},
                                          {.hops = 4, .first = 0, .duplicates = 1}});
}

TEST_CASE("what comes back to the origin is a duplicate, and it is at it until it says no") {
  Ledger ledger;
  Guid guid;
  guid.bytes.fill(1);
  ledger.asked(guid, core::search::AskId{5}, TimePoint{});
  CHECK(ledger.is_at_any());
  CHECK(only(ledger, true).is_at);
  std::vector<QueryAccount> nothing;
  ledger.take(nothing, [](const Guid&) { return true; });
  CHECK(nothing.empty());
  ledger.arrived(header(1, wire::FrameType::query), TimePoint{});
  const QueryAccount account = only(ledger, false);
  CHECK(account.duplicates == 1);
  CHECK_FALSE(account.first_at);
  CHECK_FALSE(account.is_at);
}

TEST_CASE("hits are distinct pairs of node and object, the origin's own not counted") {
  Ledger ledger;
  Guid guid;
  guid.bytes.fill(1);
  ledger.asked(guid, core::search::AskId{5}, TimePoint{});
  core::search::Hit hit{.ask = core::search::AskId{5}, .hops = 0, .record = {}};
  hit.record.files = {{.content = std::nullopt, .name = "a", .size_bytes = 1}};
  ledger.hit(hit, TimePoint{});
  CHECK(only(ledger).hits == 0);
  hit.hops = 2;
  ledger.hit(hit, TimePoint{std::chrono::seconds(3)});
  ledger.hit(hit, TimePoint{std::chrono::seconds(4)});
  const QueryAccount account = only(ledger);
  CHECK(account.hits == 1);
  CHECK(account.first_hit_at == TimePoint{std::chrono::seconds(3)});
  CHECK(account.first_hit_hops == 2);
}

TEST_CASE("the oldest query is forgotten for a new one") {
  Ledger ledger;
  for (std::size_t i = 0; i <= Ledger::kMaxQueries; ++i) {
    wire::FrameHeader made = header(0, wire::FrameType::query);
    store_le(static_cast<std::uint64_t>(i), made.guid.bytes.data());
    ledger.sent(made, 1);
  }
  std::vector<QueryAccount> accounts;
  ledger.take(accounts, [](const Guid&) { return false; });
  CHECK(accounts.size() == Ledger::kMaxQueries);
  CHECK(ledger.forgotten() == 1);
}

}  // namespace freshet::io::testbed
