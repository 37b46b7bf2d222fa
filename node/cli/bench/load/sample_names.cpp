#include "node/cli/bench/load/sample_names.h"

#include <array>
#include <string_view>

#include "node/base/rng.h"

namespace freshet::bench {
namespace {

constexpr std::array<std::string_view, 32> kSyllables = {
    "ka", "to", "mi",  "ra",  "no", "se",  "lu",  "vi",  "pe",  "da",  "go",
    "fu", "be", "chi", "sta", "lo", "ne",  "mar", "tin", "sol", "ber", "an",
    "el", "or", "ul",  "it",  "es", "gra", "phi", "cal", "den", "wo"};
constexpr std::array<std::string_view, 6> kSuffixes = {
    ".jpg", ".mp3", ".txt", ".pdf", ".tar.gz", ".md"};

std::string word(Rng& rng) {
  const std::uint64_t range = rng.below(32) + 1;
  std::string text;
  for (int i = 0; i < 3; ++i) text += kSyllables[rng.below(range)];
  return text;
}

}  // namespace

std::vector<std::string> sample_names(std::size_t count, bool ascii) {
  Rng rng = Rng::from_seed(7);
  std::vector<std::string> list;
  for (std::size_t i = 0; i < count; ++i) {
    std::string name =
        word(rng) + "/" + word(rng) + "_" + word(rng) + "-" + std::to_string(rng.below(5000));
    if (!ascii) name += "é";
    name += kSuffixes[rng.below(kSuffixes.size())];
    list.push_back(std::move(name));
  }
  return list;
}

}  // namespace freshet::bench
