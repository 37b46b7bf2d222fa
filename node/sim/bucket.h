// The buckets of the event queue: lists of events in the order in which they were appended, in
// chunks from one pool, so that a bucket that fills moves nothing and one that was emptied leaves
// its memory to the next; and the stable sort of one bucket.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace freshet::sim {

template <typename Event>
class BucketPool {
  static constexpr std::size_t kChunkBytes = 256;
  struct Chunk {
    static constexpr std::size_t kEvents = (kChunkBytes - 16) / sizeof(Event);
    Chunk* next = nullptr;
    std::uint32_t count = 0;
    std::array<Event, kEvents> events{};
  };
  static_assert(sizeof(Chunk) <= kChunkBytes);

 public:
  class List {
   public:
    [[nodiscard]] bool empty() const { return first_ == nullptr; }

   private:
    friend class BucketPool;
    Chunk* first_ = nullptr;
    Chunk* last_ = nullptr;
  };

  void append(List& list, const Event& event) {
    Chunk* last = list.last_;
    if (last == nullptr || last->count == Chunk::kEvents) {
      Chunk* chunk = take();
      (last == nullptr ? list.first_ : last->next) = chunk;
      list.last_ = last = chunk;
    }
    last->events[last->count++] = event;
  }

  /// Hands each event of `list` to `take`, in order; the list is empty then.
  template <typename Take>
  void empty(List& list, Take take) {
    Chunk* chunk = std::exchange(list, List{}).first_;
    while (chunk != nullptr) {
      Chunk* next = chunk->next;
      __builtin_prefetch(next);
      for (std::uint32_t i = 0; i < chunk->count; ++i) take(chunk->events[i]);
      give_back(chunk);
      chunk = next;
    }
  }
  void empty_into(List& list, std::vector<Event>& events) {
    Chunk* chunk = std::exchange(list, List{}).first_;
    while (chunk != nullptr) {
      Chunk* next = chunk->next;
      __builtin_prefetch(next);
      events.insert(events.end(), chunk->events.begin(), chunk->events.begin() + chunk->count);
      give_back(chunk);
      chunk = next;
    }
  }

 private:
  static constexpr std::size_t kSlabChunks = 256;  ///< 64 KiB

  Chunk* take() {
    if (free_ == nullptr) {
      slabs_.push_back(std::make_unique<Chunk[]>(kSlabChunks));
      for (std::size_t i = kSlabChunks; i > 0; --i) give_back(&slabs_.back()[i - 1]);
    }
    Chunk* chunk = free_;
    free_ = chunk->next;
    chunk->next = nullptr;
    chunk->count = 0;
    return chunk;
  }
  void give_back(Chunk* chunk) {
    chunk->next = free_;
    free_ = chunk;
  }

  std::vector<std::unique_ptr<Chunk[]>> slabs_;
  Chunk* free_ = nullptr;
};

/// Sorts events by the low `kBits` bits of their offset, stably.
template <typename Event, unsigned kBits>
class BucketSorter {
 public:
  void sort(std::vector<Event>& events) {
    if (events.size() <= kFew) {
      sort_few(events);
    } else if (!std::is_sorted(events.begin(), events.end(), before)) {
      scratch_.resize(events.size());
      pass(events, scratch_, 0);
      pass(scratch_, events, kDigitBits);
    }
  }

 private:
  static constexpr std::size_t kFew = 32;
  static constexpr unsigned kDigitBits = kBits / 2;
  static_assert(kBits % 2 == 0);
  static constexpr std::size_t kDigits = std::size_t{1} << kDigitBits;

  static bool before(const Event& a, const Event& b) { return a.offset < b.offset; }

  static void sort_few(std::vector<Event>& events) {
    for (std::size_t i = 1; i < events.size(); ++i) {
      const Event event = events[i];
      std::size_t to = i;
      for (; to > 0 && before(event, events[to - 1]); --to) events[to] = events[to - 1];
      events[to] = event;
    }
  }
  /// One pass of a radix sort.
  static void pass(const std::vector<Event>& from, std::vector<Event>& to, unsigned shift) {
    const auto digit = [shift](const Event& event) {
      return (event.offset >> shift) & (kDigits - 1);
    };
    std::array<std::uint32_t, kDigits> place{};
    for (const Event& event : from) ++place[digit(event)];
    std::uint32_t before = 0;
    for (std::uint32_t& each : place) before += std::exchange(each, before);
    for (const Event& event : from) to[place[digit(event)]++] = event;
  }

  std::vector<Event> scratch_;
};

}  // namespace freshet::sim
