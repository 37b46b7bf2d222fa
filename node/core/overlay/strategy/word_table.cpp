#include "node/core/overlay/strategy/word_table.h"

#include <algorithm>
#include <bit>
#include <iterator>
#include <utility>

#include "node/core/word_hash.h"
#include "node/wire/overlay/query_view.h"

namespace freshet::core::overlay {

WordTable::WordTable(std::vector<std::uint32_t> hashes, std::uint8_t bits)
    : places_(std::move(hashes)),
      bits_(bits) {
  for (std::uint32_t& hash : places_) hash = place_of(hash);
  std::sort(places_.begin(), places_.end());
  places_.erase(std::unique(places_.begin(), places_.end()), places_.end());
}

std::uint8_t WordTable::bits_for(std::size_t words) {
  constexpr int kSpareBits = 7;
  constexpr int kFewest = 8;
  const int bits = static_cast<int>(std::bit_width(words)) + kSpareBits;
  return static_cast<std::uint8_t>(std::clamp(bits, kFewest, 32));
}

bool WordTable::holds(std::uint32_t hash) const {
  return std::binary_search(places_.begin(), places_.end(), place_of(hash));
}

bool WordTable::may_match(std::span<const std::uint32_t> term_hashes) const {
  return std::all_of(
      term_hashes.begin(), term_hashes.end(), [&](std::uint32_t hash) { return holds(hash); });
}

void WordTable::reset(std::uint8_t bits) {
  places_.clear();
  bits_ = bits;
}

void WordTable::add(std::span<const std::uint32_t> places) {
  std::vector<std::uint32_t> all;
  all.reserve(places_.size() + places.size());
  std::set_union(
      places_.begin(), places_.end(), places.begin(), places.end(), std::back_inserter(all));
  places_ = std::move(all);
}

void WordTable::remove(std::span<const std::uint32_t> places) {
  std::vector<std::uint32_t> rest;
  rest.reserve(places_.size());
  std::set_difference(
      places_.begin(), places_.end(), places.begin(), places.end(), std::back_inserter(rest));
  places_ = std::move(rest);
}

std::vector<std::uint32_t> term_hashes(ByteView query_body) {
  std::vector<std::uint32_t> hashes;
  const wire::QueryView query(query_body);
  if (!query.well_formed()) return hashes;
  hashes.reserve(query.term_count());
  for (std::size_t i = 0; i < query.term_count(); ++i) hashes.push_back(hash_word(query.term(i)));
  return hashes;
}

}  // namespace freshet::core::overlay
