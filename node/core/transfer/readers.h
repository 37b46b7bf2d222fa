// Who reads one content while it is fetched, and at which piece each is. Knows pieces and places
// alone: which blocks are asked, and of whom, is the picker's.
//
// A reader's place is the first piece of its range that is not verified; it moves on with every
// verified piece. Its window is that piece and so many bytes behind it. Pieces of windows come
// before all others, the nearest to its reader first, and of those as near that of the reader which
// moved on longest ago: all move on alike, however little is asked for at a time.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

#include "node/core/transfer/io.h"
#include "node/wire/bt/merkle.h"

namespace freshet::core::transfer {

using wire::bt::Shape;

class Readers {
 public:
  Readers(const Shape& shape, std::uint64_t window_bytes);

  /// Takes the place of what was said before; one that reads what it read keeps its place. True
  /// when somebody who is new waits for something. `done(piece)`: it is verified.
  template <typename F>
  bool set(const std::vector<Reading>& readings, F&& done);
  /// A piece was verified.
  template <typename F>
  void advance(F&& done);
  /// Something of the piece is to be asked again.
  void freed(std::uint32_t piece);

  [[nodiscard]] bool empty() const { return readers_.empty(); }
  /// Somebody wants it, now or later.
  [[nodiscard]] bool want(std::uint32_t piece) const;
  /// It lies in somebody's window.
  [[nodiscard]] bool soon(std::uint32_t piece) const;
  /// How far each can read, by whole pieces.
  [[nodiscard]] std::vector<Ready> ready() const;
  /// The byte that each waits for, of those that do.
  [[nodiscard]] std::vector<std::uint64_t> awaited() const;
  /// The block of this piece that is read first; 0 where nobody waits in it.
  [[nodiscard]] std::uint32_t first_block(std::uint32_t piece) const;

  enum class Within : std::uint8_t { window, range };
  /// The piece nearest to its reader's place for which `fits(piece, awaited)` holds, where
  /// `awaited` says that it is that place. `open(piece)`: something of it may be asked of somebody.
  template <typename Open, typename Fits>
  std::optional<std::uint32_t> nearest(Within within, Open&& open, Fits&& fits);
  /// Something of what is read may be asked of somebody.
  template <typename Open>
  [[nodiscard]] bool any(Open&& open) const;
  [[nodiscard]] std::uint64_t digest() const;

 private:
  struct Reader {
    Reading reading;
    std::uint32_t place = 0;
    std::uint32_t next = 0;  ///< nothing from `place` up to it may be asked of anybody
    std::uint32_t end = 0;   ///< behind the last piece
    std::uint64_t turn = 0;  ///< when it last moved on; 0: not yet
    /// True when it moved on.
    template <typename F>
    bool advance(F&& done) {
      const std::uint32_t before = place;
      while (place < end && done(place)) ++place;
      next = std::max(next, place);
      return place != before;
    }
  };
  [[nodiscard]] Reader begin(const Reading& reading) const;
  [[nodiscard]] std::uint64_t verified_to(const Reader& reader) const;
  [[nodiscard]] std::uint32_t window_end(const Reader& reader) const {
    return reader.place + std::min(window_pieces_, reader.end - reader.place);
  }

  Shape shape_;
  std::uint32_t window_pieces_;  ///< the place itself among them
  std::vector<Reader> readers_;
  std::uint64_t turns_ = 0;
};

template <typename F>
bool Readers::set(const std::vector<Reading>& readings, F&& done) {
  std::vector<Reader> readers;
  bool is_new = false;
  for (const Reading& reading : readings) {
    const auto known = std::find_if(readers_.begin(), readers_.end(), [&](const Reader& reader) {
      return reader.reading == reading;
    });
    readers.push_back(known == readers_.end() ? begin(reading) : *known);
    if (known != readers_.end()) continue;
    readers.back().advance(done);
    is_new = is_new || readers.back().place < readers.back().end;
  }
  readers_ = std::move(readers);
  return is_new;
}

template <typename F>
void Readers::advance(F&& done) {
  for (Reader& reader : readers_) {
    if (reader.advance(done)) reader.turn = ++turns_;
  }
}

template <typename Open, typename Fits>
std::optional<std::uint32_t> Readers::nearest(Within within, Open&& open, Fits&& fits) {
  std::optional<std::uint32_t> nearest;
  std::uint32_t least = UINT32_MAX;
  std::uint64_t turn = 0;
  for (Reader& reader : readers_) {
    const std::uint32_t end = within == Within::window ? window_end(reader) : reader.end;
    while (reader.next < end && !open(reader.next)) ++reader.next;
    for (std::uint32_t piece = reader.next; piece < end; ++piece) {
      const std::uint32_t distance = piece - reader.place;
      if (distance > least || (distance == least && reader.turn >= turn)) break;
      if (!open(piece) || !fits(piece, distance == 0)) continue;
      nearest = piece;
      least = distance;
      turn = reader.turn;
      break;
    }
  }
  return nearest;
}

template <typename Open>
bool Readers::any(Open&& open) const {
  return std::any_of(readers_.begin(), readers_.end(), [&](const Reader& reader) {
    for (std::uint32_t piece = reader.next; piece < reader.end; ++piece) {
      if (open(piece)) return true;
    }
    return false;
  });
}

}  // namespace freshet::core::transfer
