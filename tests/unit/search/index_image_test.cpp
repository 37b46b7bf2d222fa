// Parts of the index that are kept as bytes answer as those in memory do.
#include "node/core/search/index_image.h"

#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "node/base/rng.h"
#include "node/core/search/index.h"
#include "node/core/search/index_growing.h"
#include "node/core/search/index_match.h"

namespace freshet::core::search {

namespace {

constexpr std::uint64_t kKey = 7;

std::string random_path(Rng& rng) {
  std::string path;
  for (std::uint64_t words = 1 + rng.below(5); words > 0; --words) {
    path += rng.below(3) == 0 ? "common" : "w" + std::to_string(rng.below(3000));
    path += rng.below(4) == 0 ? "/" : "_";
  }
  return path + "x.txt";
}

// Words, so that it is aligned as a mapped file is.
struct Image {
  std::vector<std::uint64_t> words;
  std::size_t size = 0;

  explicit Image(const IndexPart& part) {
    Bytes all;
    write_index_image(
        part, kKey, [&](ByteView piece) { all.insert(all.end(), piece.begin(), piece.end()); });
    size = all.size();
    words.resize(size / sizeof(std::uint64_t) + 1);
    std::copy(all.begin(), all.end(), bytes());
  }
  // NOLINTNEXTLINE(*-reinterpret-cast): bytes of integers
  [[nodiscard]] Byte* bytes() { return reinterpret_cast<Byte*>(words.data()); }
  [[nodiscard]] ByteView view() { return {bytes(), size}; }
};

std::vector<Slot> all_of(const PostingsView& postings) {
  std::vector<Slot> slots;
  PostingsCursor cursor(postings);
  for (auto slot = cursor.seek(0); slot; slot = cursor.seek(*slot + 1)) slots.push_back(*slot);
  return slots;
}

}  // namespace

TEST_CASE("an image has the words, files and tokens of the part that it was made of") {
  Rng rng = Rng::from_seed(3);
  for (const int files : {0, 1, 5000}) {
    GrowingPart part(kKey);
    for (int i = 0; i < files; ++i) part.add(bytes_of(random_path(rng)));
    Image image(part);
    const auto read = open_index_image(image.view(), nullptr);
    REQUIRE(read.ok());
    const IndexPart& again = **read;
    REQUIRE(again.terms() == part.terms());
    REQUIRE(again.slots() == part.slots());
    for (TermNumber term = 0; term < part.terms(); ++term) {
      REQUIRE(again.word(term) == part.word(term));
      REQUIRE(again.find(part.word(term)) == term);
      REQUIRE(again.postings(term).count == part.postings(term).count);
      REQUIRE(all_of(again.postings(term)) == all_of(part.postings(term)));
      PostingsCursor far(again.postings(term));
      PostingsCursor expected(part.postings(term));
      REQUIRE(far.seek(4000) == expected.seek(4000));
    }
    for (Slot slot = 0; slot < part.slots(); ++slot)
      REQUIRE(std::ranges::equal(again.tokens(slot), part.tokens(slot)));
    CHECK_FALSE(again.find("nowhere").has_value());
    for (const std::string_view prefix : {"w1", "c", "", "q"}) {
      auto begun = part.beginning_with(prefix);
      auto begun_again = again.beginning_with(prefix);
      std::ranges::sort(begun);
      std::ranges::sort(begun_again);
      CHECK(begun == begun_again);
    }
  }
}

TEST_CASE("an image that is cut, or of another version, is refused") {
  GrowingPart part(kKey);
  part.add(bytes_of("a/b.txt"));
  Image image(part);
  for (std::size_t size = 0; size < image.size; ++size)
    CHECK_FALSE(open_index_image(image.view().first(size), nullptr).ok());
  const auto footer_at = image.size;
  for (std::size_t back = 1; back <= 200 && back <= footer_at; ++back) {
    Image changed(part);
    changed.bytes()[footer_at - back] ^= 0xFF;
    static_cast<void>(open_index_image(changed.view(), nullptr));  // no crash
  }
}

TEST_CASE("an index finds the same whatever of it is sealed and kept as an image") {
  Rng rng = Rng::from_seed(11);
  for (int round = 0; round < 5; ++round) {
    Index plain(kKey);
    Index parted(kKey);
    std::vector<Image> images;
    images.reserve(20);
    const auto check = [&] {
      for (int asked = 0; asked < 60; ++asked) {
        wire::Query query;
        query.terms = {"w" + std::to_string(rng.below(3000))};
        if (rng.below(2) == 0) query.terms.emplace_back("common");
        auto expected = plain.find(query, 10'000);
        auto found = parted.find(query, 10'000);
        std::ranges::sort(expected);
        std::ranges::sort(found);
        REQUIRE(found == expected);
        if (parted.lacks_word(query.terms.front())) REQUIRE(expected.empty());
      }
      REQUIRE(plain.size() == parted.size());
    };
    for (int turn = 0; turn < 6; ++turn) {
      const auto change = [&](std::uint64_t times) {
        for (; times > 0; --times) {
          const FileNumber file{static_cast<std::uint32_t>(rng.below(1500))};
          if (rng.below(4) == 0) {
            CHECK(plain.remove(file) == parted.remove(file));
          } else {
            const std::string path = random_path(rng);
            plain.add(file, bytes_of(path));
            parted.add(file, bytes_of(path));
          }
        }
      };
      change(800);
      check();
      const Index::Sealed sealed = parted.seal();
      CHECK(sealed.files.size() == parted.size());
      CHECK(parted.unsealed() == 0);
      change(300);  // while the image is made
      check();
      GrowingPart whole(kKey);
      std::vector<std::vector<TermNumber>> numbers(sealed.parts.size());
      std::vector<FileNumber> files;
      for (const Index::Indexed& each : sealed.files) {
        whole.add(*sealed.parts[each.part], each.slot, numbers[each.part]);
        files.push_back(each.file);
      }
      const auto part = open_index_image(images.emplace_back(whole).view(), nullptr);
      REQUIRE(part.ok());
      parted.replace_sealed(*part, files);
      check();
    }
  }
}

TEST_CASE("files of an image are found once they are adopted") {
  GrowingPart part(kKey);
  part.add(bytes_of("blue boat"));
  part.add(bytes_of("red boat"));
  Image image(part);
  Index index(kKey);
  index.replace_sealed(*open_index_image(image.view(), nullptr), {kNoFile, kNoFile});
  wire::Query boats;
  boats.terms = {"boat"};
  CHECK(index.find(boats, 10).empty());
  CHECK(index.size() == 0);
  CHECK(index.adopt(1, FileNumber{5}));
  CHECK_FALSE(index.adopt(1, FileNumber{6}));
  CHECK_FALSE(index.adopt(2, FileNumber{6}));
  CHECK(index.find(boats, 10) == std::vector{FileNumber{5}});
  index.add(FileNumber{6}, bytes_of("third boat"));
  CHECK(index.find(boats, 10).size() == 2);
  CHECK(index.remove(FileNumber{5}));
  CHECK(index.find(boats, 10) == std::vector{FileNumber{6}});
}

}  // namespace freshet::core::search
