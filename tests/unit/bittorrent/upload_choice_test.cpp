#include "node/core/bittorrent/upload_choice.h"

#include <algorithm>
#include <map>
#include <vector>

#include <doctest/doctest.h>

using namespace freshet;                    // NOLINT(google-build-using-namespace): a test
using namespace freshet::core::bittorrent;  // NOLINT(google-build-using-namespace): a test

namespace {

using Takers = std::vector<UploadChoice::Taker>;

/// Peers 0 to `count` - 1; the first `givers` of them brought the more the later they come.
Takers takers_of(PeerNumber count, PeerNumber givers) {
  Takers takers;
  for (PeerNumber i = 0; i < count; ++i)
    takers.push_back({.peer = i, .brought = i < givers ? 1000 * (i + 1) : 0});
  return takers;
}

bool has(const std::vector<PeerNumber>& served, PeerNumber peer) {
  return std::find(served.begin(), served.end(), peer) != served.end();
}

}  // namespace

TEST_CASE("while there are slots for all, all are served") {
  const FetchConfig config;
  UploadChoice choice(config);
  CHECK(choice.choose(takers_of(8, 2), {}).size() == 8);
  CHECK(choice.choose({}, {}).empty());
}

TEST_CASE("the best givers keep their slots, and the others share the rest in turn") {
  const FetchConfig config;
  UploadChoice choice(config);
  const Takers takers = takers_of(20, 10);
  TimePoint now;
  std::map<PeerNumber, int> rounds;
  for (int round = 0; round < 60; ++round, now += config.choke_interval) {
    const auto served = choice.choose(takers, now);
    CHECK(served.size() == config.upload_slots);
    for (PeerNumber best = 4; best < 10; ++best) CHECK(has(served, best));
    for (const PeerNumber peer : served) ++rounds[peer];
  }
  // Fourteen others have two slots: a turn of three rounds each, one after the other.
  for (PeerNumber peer = 0; peer < 20; ++peer) {
    if (peer >= 4 && peer < 10) continue;
    CHECK(rounds[peer] >= 6);
    CHECK(rounds[peer] <= 12);
  }
}

TEST_CASE("where too few give, their slots are in turn, too") {
  const FetchConfig config;
  UploadChoice choice(config);
  const auto served = choice.choose(takers_of(20, 1), {});
  CHECK(served.size() == config.upload_slots);
  CHECK(has(served, 0));
}

TEST_CASE("who begins to give is served from the next round on, and who leaves is forgotten") {
  const FetchConfig config;
  UploadChoice choice(config);
  Takers takers = takers_of(12, 8);
  TimePoint now;
  choice.choose(takers, now);
  takers.back().brought = 100000;
  now += config.choke_interval;
  CHECK(has(choice.choose(takers, now), 11));
  takers.pop_back();
  choice.forget(11);
  now += config.choke_interval;
  CHECK_FALSE(has(choice.choose(takers, now), 11));
}

TEST_CASE("who loses interest and finds it again has no turn sooner for it") {
  const FetchConfig config;
  UploadChoice choice(config);
  const Takers all = takers_of(16, 6);
  const Takers others(all.begin(), all.end() - 1);
  TimePoint now;
  std::map<PeerNumber, int> rounds;
  for (int round = 0; round < 60; ++round, now += config.choke_interval)
    for (const PeerNumber peer : choice.choose(round % 2 == 0 ? all : others, now)) ++rounds[peer];
  // Ten have two slots, for 120 rounds.
  CHECK(rounds[15] <= 12);
  CHECK(rounds[14] >= 6);
}
