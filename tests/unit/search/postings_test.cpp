#include <algorithm>
#include <optional>
#include <vector>

#include <doctest/doctest.h>

#include "node/base/rng.h"
#include "node/core/search/index_postings.h"

namespace freshet::core::search {

TEST_CASE("a cursor finds the next slot from any target, near and far") {
  constexpr std::uint64_t seed = 5;
  MESSAGE("seed ", seed);
  Rng rng = Rng::from_seed(seed);
  for (const std::uint64_t count : {0, 1, 2, 127, 128, 129, 1000, 20'000}) {
    Postings postings;
    std::vector<Slot> slots;
    Slot slot = 0;
    for (std::uint64_t i = 0; i < count; ++i) {
      slot += static_cast<Slot>(1 + rng.below(i % 50 == 0 ? 40'000 : 5));
      slots.push_back(slot);
      postings.append(slot);
      postings.append(slot);
    }
    CHECK(postings.size() == count);
    for (const std::uint64_t stride : {1, 100, 10'000, 1'000'000}) {
      CAPTURE(count);
      CAPTURE(stride);
      PostingsCursor cursor(postings);
      for (Slot target = 0; target <= slot + 1;
           target += static_cast<Slot>(1 + rng.below(stride))) {
        const auto expected = std::lower_bound(slots.begin(), slots.end(), target);
        const auto found = cursor.seek(target);
        REQUIRE(found.has_value() == (expected != slots.end()));
        if (found) REQUIRE(*found == *expected);
        if (stride == 1) target += static_cast<Slot>(rng.below(30));
      }
    }
  }
}

TEST_CASE("numbers of every width survive the variable-length coding") {
  for (const std::uint32_t value :
       {0U, 1U, 127U, 128U, 16'383U, 16'384U, 2'097'152U, 268'435'456U, UINT32_MAX}) {
    std::vector<Byte> bytes;
    put_varint(value, bytes);
    const Byte* at = bytes.data();
    CHECK(get_varint(at) == value);
    CHECK(at == bytes.data() + bytes.size());
  }
}

}  // namespace freshet::core::search
