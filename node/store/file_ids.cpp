#include "node/store/file_ids.h"

#include <algorithm>
#include <bit>

namespace freshet::store {

FileIds::Place FileIds::place_of(FileId file) {
  const auto id = static_cast<std::uint64_t>(file.value);
  return {.chunk = id / kChunkBits,
          .word = static_cast<std::size_t>(id % kChunkBits / kWordBits),
          .bit = std::uint64_t{1} << (id % kWordBits)};
}

bool FileIds::contains(FileId file) const {
  const Place place = place_of(file);
  const auto chunk = chunks_.find(place.chunk);
  return chunk != chunks_.end() && (chunk->second.at(place.word) & place.bit) != 0;
}

bool FileIds::insert(FileId file) {
  const Place place = place_of(file);
  std::uint64_t& word = chunks_[place.chunk].at(place.word);
  if ((word & place.bit) != 0) return false;
  word |= place.bit;
  ++size_;
  return true;
}

bool FileIds::erase(FileId file) {
  const Place place = place_of(file);
  const auto chunk = chunks_.find(place.chunk);
  if (chunk == chunks_.end() || (chunk->second.at(place.word) & place.bit) == 0) return false;
  chunk->second.at(place.word) &= ~place.bit;
  if (chunk->second == Chunk{}) chunks_.erase(chunk);
  --size_;
  return true;
}

std::optional<FileId> FileIds::pop_lowest() {
  if (chunks_.empty()) return std::nullopt;
  const auto& [number, chunk] = *chunks_.begin();
  const auto word = std::ranges::find_if(chunk, [](std::uint64_t each) { return each != 0; });
  const std::uint64_t id = number * kChunkBits
                           + static_cast<std::uint64_t>(word - chunk.begin()) * kWordBits
                           + static_cast<std::uint64_t>(std::countr_zero(*word));
  const FileId lowest{static_cast<std::int64_t>(id)};
  erase(lowest);
  return lowest;
}

std::size_t FileIds::memory_bytes() const {
  constexpr std::size_t kNodeBytes = 64;  // of a map and of malloc
  return chunks_.size() * (sizeof(Chunk) + kNodeBytes);
}

}  // namespace freshet::store
