// The buckets of the event queue: lists of events in the order in which they were appended, in
// chunks from one pool, so that a bucket that fills moves nothing and one that was emptied leaves
// its memory to the next; and the stable sort of one bucket.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace freshet::sim {

template <typename Event>
class BucketPool {
  static constexpr std::size_t kChunkBytes = 256;
  struct alignas(64) Chunk {
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

/// Sorts events by the low `kBits` bits of their offset, stably: first dealt into as many drawers
/// as there are events, about, by their highest bits; then what is left is small disorder among
/// neighbours.
template <typename Event, unsigned kBits>
class BucketSorter {
 public:
  void sort(std::vector<Event>& events) {
    if (events.size() > kFew && !std::is_sorted(events.begin(), events.end(), before)) deal(events);
    insert(events);
  }

 private:
  static constexpr std::size_t kFew = 16;
  static constexpr unsigned kMostDrawerBits = 12;
  static constexpr std::uint32_t kMostInDrawer = 64;  ///< more disorder than insertion mends well
  static_assert(kMostDrawerBits <= kBits);

  static bool before(const Event& a, const Event& b) { return a.offset < b.offset; }

  void deal(std::vector<Event>& events) {
    const auto bits =
        std::min(kMostDrawerBits, static_cast<unsigned>(std::bit_width(events.size())));
    const std::uint32_t mask = (std::uint32_t{1} << bits) - 1;
    const unsigned shift = kBits - bits;
    const auto drawer = [&](const Event& event) {
      return (event.offset >> shift) & mask;
    };
    std::fill_n(place_.begin(), mask + 1, 0);
    for (const Event& event : events) ++place_[drawer(event)];
    if (*std::max_element(place_.begin(), place_.begin() + mask + 1) > kMostInDrawer) {
      std::stable_sort(events.begin(), events.end(), before);
      return;
    }
    std::uint32_t sum = 0;
    for (std::uint32_t i = 0; i <= mask; ++i) sum += std::exchange(place_[i], sum);
    scratch_.resize(events.size());
    for (const Event& event : events) scratch_[place_[drawer(event)]++] = event;
    events.swap(scratch_);
  }
  static void insert(std::vector<Event>& events) {
    for (std::size_t i = 1; i < events.size(); ++i) {
      if (!before(events[i], events[i - 1])) continue;
      const Event event = events[i];
      std::size_t to = i;
      for (; to > 0 && before(event, events[to - 1]); --to) events[to] = events[to - 1];
      events[to] = event;
    }
  }

  std::array<std::uint32_t, std::size_t{1} << kMostDrawerBits> place_{};
  std::vector<Event> scratch_;
};

}  // namespace freshet::sim
