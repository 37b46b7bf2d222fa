#include "node/core/bittorrent/offer_places.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace freshet::core::bittorrent {
namespace {

Endpoint host(const std::string& address, std::size_t port = 4000) {
  return *Endpoint::parse(address + ":" + std::to_string(port));
}
/// Another address of one /64 for each number.
Endpoint in_network(std::size_t number) {
  return host("[2001:db8:1:2::" + std::to_string(number + 1) + "]");
}

}  // namespace

TEST_CASE("one host, or one IPv6 network, takes its share of the talks and leaves the others") {
  std::vector<Endpoint> talking;
  for (std::size_t i = 0; i < OfferPlaces::kMaxTalksPerSender; ++i) {
    CHECK(OfferPlaces::may_talk(talking, in_network(i)));
    talking.push_back(in_network(i));
  }
  CHECK_FALSE(OfferPlaces::may_talk(talking, in_network(99)));
  CHECK(OfferPlaces::may_talk(talking, host("[2001:db8:1:3::1]")));
  for (std::size_t i = 0; i < OfferPlaces::kMaxTalksPerSender; ++i)
    talking.push_back(host("10.0.0.2", 4000 + i));
  CHECK_FALSE(OfferPlaces::may_talk(talking, host("10.0.0.2", 1)));
  CHECK(OfferPlaces::may_talk(talking, host("10.0.0.3")));
}

TEST_CASE("of one sender one record comes at a time, and of all senders a few") {
  std::vector<Endpoint> bringing = {in_network(0)};
  CHECK_FALSE(OfferPlaces::may_bring(bringing, in_network(1)));
  for (std::size_t i = 1; i < OfferPlaces::kMaxComing; ++i) {
    const Endpoint other = host("10.0.0." + std::to_string(i));
    CHECK(OfferPlaces::may_bring(bringing, other));
    bringing.push_back(other);
  }
  CHECK_FALSE(OfferPlaces::may_bring(bringing, host("10.0.0.99")));
}

TEST_CASE("the talks of many senders are bounded, too") {
  std::vector<Endpoint> talking;
  for (std::size_t i = 0; i < OfferPlaces::kMaxTalks; ++i)
    talking.push_back(host("10.0.1." + std::to_string(i)));
  CHECK_FALSE(OfferPlaces::may_talk(talking, host("10.0.2.1")));
}

}  // namespace freshet::core::bittorrent
