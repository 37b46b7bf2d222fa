#include "node/core/bittorrent/refused_records.h"

#include <doctest/doctest.h>

namespace freshet::core::bittorrent {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

RefusedRecords::Torrent torrent(std::uint16_t number) {
  RefusedRecords::Torrent made;
  made.name.bytes[0] = static_cast<Byte>(number);
  made.name.bytes[1] = static_cast<Byte>(number >> 8U);
  return made;
}

const TimePoint kRefusedAt{};
const Endpoint kSender = *Endpoint::parse("10.0.0.2:4000");

}  // namespace

TEST_CASE("a torrent that is false stays so; one that could not be read is tried again") {
  RefusedRecords refused;
  refused.found_false(torrent(1), kSender, kRefusedAt);
  refused.found_unreadable(torrent(2), kRefusedAt);
  CHECK(refused.is_known(torrent(1), kRefusedAt + hours(100)));
  CHECK(refused.is_known(torrent(2), kRefusedAt + seconds(59)));
  CHECK_FALSE(refused.is_known(torrent(2), kRefusedAt + seconds(60)));
  CHECK_FALSE(refused.is_known(torrent(3), kRefusedAt));
  RefusedRecords::Torrent of_another = torrent(1);
  of_another.content.bytes.fill(9);
  CHECK_FALSE(refused.is_known(of_another, kRefusedAt));
}

TEST_CASE("who brings false records, from whichever port, has brought enough for an hour") {
  RefusedRecords refused;
  Endpoint from = kSender;
  for (std::uint16_t i = 0; i < RefusedRecords::kMaxPerSender; ++i) {
    CHECK_FALSE(refused.is_over_limit(kSender, kRefusedAt));
    ++from.port;
    refused.found_false(torrent(i), from, kRefusedAt);
  }
  CHECK(refused.is_over_limit(kSender, kRefusedAt));
  CHECK_FALSE(refused.is_over_limit(*Endpoint::parse("10.0.0.3:4000"), kRefusedAt));
  CHECK_FALSE(refused.is_over_limit(kSender, kRefusedAt + hours(1)));
}

TEST_CASE("a record that says nothing of the torrent counts against who brought it, alone") {
  RefusedRecords refused;
  for (std::size_t i = 0; i < RefusedRecords::kMaxPerSender; ++i)
    refused.found_unsound(kSender, kRefusedAt);
  CHECK(refused.is_over_limit(kSender, kRefusedAt));
  CHECK_FALSE(refused.is_over_limit(*Endpoint::parse("10.0.0.3:4000"), kRefusedAt));
  CHECK_FALSE(refused.is_known(torrent(0), kRefusedAt));
  CHECK_FALSE(refused.is_known({}, kRefusedAt));
}

TEST_CASE("the addresses of one IPv6 network are one sender") {
  RefusedRecords refused;
  for (std::uint16_t i = 0; i < RefusedRecords::kMaxPerSender; ++i) {
    Endpoint from = *Endpoint::parse("[2001:db8:1:2::1]:4000");
    from.address[15] = static_cast<Byte>(i);
    refused.found_false(torrent(i), from, kRefusedAt);
  }
  CHECK(refused.is_over_limit(*Endpoint::parse("[2001:db8:1:2:ffff::7]:1"), kRefusedAt));
  CHECK_FALSE(refused.is_over_limit(*Endpoint::parse("[2001:db8:1:3::1]:4000"), kRefusedAt));
}

TEST_CASE("what is remembered is bounded, and the oldest goes first") {
  RefusedRecords refused;
  for (std::uint16_t i = 0; i <= RefusedRecords::kMaxRemembered; ++i)
    refused.found_false(torrent(i), kSender, kRefusedAt);
  CHECK(refused.size() == RefusedRecords::kMaxRemembered);
  CHECK_FALSE(refused.is_known(torrent(0), kRefusedAt));
  CHECK(refused.is_known(torrent(1), kRefusedAt));
}

}  // namespace freshet::core::bittorrent
