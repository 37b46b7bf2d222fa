#include "node/base/rng.h"

#include <doctest/doctest.h>

namespace freshet {

TEST_CASE("the keystream is ChaCha20's (RFC 8439, A.1, vectors 1 and 2)") {
  const Rng::Key zero{};
  const auto first = Rng::chacha20_block(zero, 0, 0);
  CHECK(to_hex(ByteView(first).first(16)) == "76b8e0ada0f13d90405d6ae55386bd28");
  const auto second = Rng::chacha20_block(zero, 1, 0);
  CHECK(to_hex(ByteView(second).first(16)) == "9f07e7be5551387a98ba977c732d080d");
}

TEST_CASE("a fork does not depend on what was drawn before it") {
  Rng a = Rng::from_seed(7);
  const Rng b = Rng::from_seed(7);
  a.next_u64();
  CHECK(a.fork("flood").next_u64() == b.fork("flood").next_u64());
  CHECK(a.fork("flood").next_u64() != b.fork("ping").next_u64());
  CHECK(a.fork(1).next_u64() != b.fork(2).next_u64());
}

TEST_CASE("bounded draws stay in bounds and reach every value") {
  Rng rng = Rng::from_seed(1);
  std::array<int, 5> seen{};
  for (int i = 0; i < 500; ++i) ++seen.at(rng.below(5));
  for (const int count : seen) CHECK(count > 50);
  for (int i = 0; i < 100; ++i) {
    const double u = rng.unit();
    CHECK((u >= 0.0 && u < 1.0));
  }
}

}  // namespace freshet
