// Which beacons are answered, in virtual time.
#include "node/io/net/beacon_answers.h"

#include <doctest/doctest.h>

namespace freshet::io::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using Verdict = BeaconAnswers::Verdict;

constexpr TimePoint kStart{seconds(1000)};

NodeKey named(std::uint32_t number) {
  NodeKey key;
  store_le(number, key.bytes.data());
  return key;
}

Endpoint from(std::uint32_t number) {
  return Endpoint::v4({10, 0, static_cast<Byte>(number >> 8), static_cast<Byte>(number)}, 5000);
}

TEST_CASE("on a small network every newcomer is answered, once") {
  BeaconAnswers answers{AnswerConfig{}};
  Rng rng = Rng::from_seed(1);
  for (std::uint32_t i = 0; i < 8; ++i) {
    CHECK(answers.judge(named(i), from(i), kStart, rng) == Verdict::answer);
    CHECK(answers.judge(named(i), from(i), kStart + milliseconds(200), rng) == Verdict::known);
  }
}

TEST_CASE("a node that starts again, or was away for long, is a newcomer") {
  BeaconAnswers answers{AnswerConfig{}};
  Rng rng = Rng::from_seed(1);
  CHECK(answers.judge(named(1), from(1), kStart, rng) == Verdict::answer);
  Endpoint other = from(1);
  other.port = 5001;
  CHECK(answers.judge(named(1), other, kStart + seconds(5), rng) == Verdict::answer);
  CHECK(answers.judge(named(1), from(1), kStart + minutes(10), rng) == Verdict::known);
  CHECK(answers.judge(named(1), from(1), kStart + minutes(40), rng) == Verdict::answer);
}

TEST_CASE("among 200 nodes a newcomer gets a few answers, and never none") {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    Rng rng = Rng::from_seed(seed);
    int answered = 0;
    for (std::uint32_t node = 0; node < 200; ++node) {
      BeaconAnswers answers{AnswerConfig{}};
      Rng own = rng.fork(node);
      for (std::uint32_t i = 0; i < 199; ++i) answers.judge(named(i), from(i), kStart, own);
      // The newcomer's first three beacons, as its rhythm has them.
      for (const auto after : {milliseconds(70), milliseconds(250), milliseconds(600)}) {
        const auto verdict =
            answers.judge(named(1000), from(1000), kStart + minutes(1) + after, own);
        answered += verdict == Verdict::answer ? 1 : 0;
      }
    }
    CAPTURE(seed);
    CHECK(answered >= 5);
    CHECK(answered <= 60);
  }
}

TEST_CASE("who makes up nodes is answered within bounds") {
  AnswerConfig config;
  config.max_answered = 16;
  config.max_known = 32;
  config.wanted_answers = 1000;
  BeaconAnswers answers(config);
  Rng rng = Rng::from_seed(1);
  int answered = 0;
  for (std::uint32_t i = 0; i < 1000; ++i)
    answered += answers.judge(named(i), from(i), kStart, rng) == Verdict::answer ? 1 : 0;
  CHECK(answered == 16);
  CHECK(answers.known() == 32);
  // One address under many names is answered once a second.
  answered = 0;
  for (std::uint32_t i = 0; i < 100; ++i) {
    const auto verdict =
        answers.judge(named(5000 + i), from(7), kStart + seconds(10) + milliseconds(i), rng);
    answered += verdict == Verdict::answer ? 1 : 0;
  }
  CHECK(answered == 1);
}

}  // namespace
}  // namespace freshet::io::test
