#include "node/core/transfer/readers.h"

#include "node/base/digest.h"

namespace freshet::core::transfer {

Readers::Readers(const Shape& shape, std::uint64_t window_bytes)
    : shape_(shape),
      window_pieces_(static_cast<std::uint32_t>(
          std::min<std::uint64_t>(window_bytes / shape.piece_length, shape.piece_count) + 1)) {}

Readers::Reader Readers::begin(const Reading& reading) const {
  const std::uint64_t to = std::min(reading.to, shape_.size);
  if (reading.from >= to) {
    return {.reading = reading,
            .place = shape_.piece_count,
            .next = shape_.piece_count,
            .end = shape_.piece_count};
  }
  const auto first = static_cast<std::uint32_t>(reading.from / shape_.piece_length);
  const auto last = static_cast<std::uint32_t>((to - 1) / shape_.piece_length);
  return {.reading = reading, .place = first, .next = first, .end = last + 1};
}

void Readers::freed(std::uint32_t piece) {
  for (Reader& reader : readers_) {
    if (piece >= reader.place) reader.next = std::min(reader.next, piece);
  }
}

bool Readers::want(std::uint32_t piece) const {
  return std::any_of(readers_.begin(), readers_.end(), [&](const Reader& reader) {
    return piece >= reader.place && piece < reader.end;
  });
}

bool Readers::soon(std::uint32_t piece) const {
  return std::any_of(readers_.begin(), readers_.end(), [&](const Reader& reader) {
    return piece >= reader.place && piece < window_end(reader);
  });
}

std::vector<Ready> Readers::ready() const {
  std::vector<Ready> all;
  all.reserve(readers_.size());
  for (const Reader& reader : readers_) {
    const std::uint64_t to = verified_to(reader);
    all.push_back({.reader = reader.reading.reader, .to = to, .whole = to});
  }
  return all;
}

std::uint64_t Readers::verified_to(const Reader& reader) const {
  const std::uint64_t pieces =
      std::min(shape_.size, std::uint64_t{reader.place} * shape_.piece_length);
  return std::min(std::max(reader.reading.from, pieces), reader.reading.to);
}

std::vector<std::uint64_t> Readers::awaited() const {
  std::vector<std::uint64_t> places;
  for (const Reader& reader : readers_) {
    if (reader.place < reader.end) places.push_back(verified_to(reader));
  }
  return places;
}

std::uint32_t Readers::first_block(std::uint32_t piece) const {
  std::uint64_t first = UINT64_MAX;
  for (const Reader& reader : readers_) {
    if (reader.place == piece && reader.place < reader.end)
      first = std::min(first, verified_to(reader));
  }
  if (first == UINT64_MAX) return 0;
  return static_cast<std::uint32_t>((first - std::uint64_t{piece} * shape_.piece_length)
                                    / wire::bt::kBlockBytes);
}

std::uint64_t Readers::digest() const {
  Digest digest;
  for (const Reader& reader : readers_) {
    digest.add(reader.place);
    digest.add(reader.end);
    digest.add(reader.turn);
  }
  return digest.value();
}

}  // namespace freshet::core::transfer
