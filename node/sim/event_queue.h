// Events in order of time, and of insertion among equals. Time is cut into buckets that are sorted
// only when their turn comes; what is inserted into the bucket that is open already goes to a side
// heap, and what lies beyond the buckets' horizon to another. Knows nothing of what an event means.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "node/base/check.h"
#include "node/base/time.h"

namespace freshet::sim {

/// `Event` is trivially copyable and has `TimePoint at` and `std::uint32_t seq`; push() sets seq.
/// seq may wrap: two events of one time are in order as long as fewer than 2^31 were pushed between
/// them.
template <typename Event>
class EventQueue {
 public:
  /// 2^18 ns, 0.26 ms: a flood over 100,000 nodes then opens buckets that fit into the L2 cache.
  static constexpr unsigned kBucketShift = 18;
  /// 4.3 s ahead; timers beyond it wait in a heap.
  static constexpr std::int64_t kBuckets = 16384;

  EventQueue() : ring_(static_cast<std::size_t>(kBuckets)) {}

  /// REQUIRES: event.at is not negative and not before the last event popped.
  void push(Event event) {
    event.seq = next_seq_++;
    ++size_;
    const std::int64_t bucket = bucket_of(event.at);
    if (bucket <= opened_) {
      push_heap(late_, event);
    } else if (bucket - opened_ < kBuckets) {
      append(bucket, event);
    } else {
      push_heap(far_, event);
    }
  }

  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] std::size_t size() const { return size_; }

  /// REQUIRES: !empty().
  [[nodiscard]] TimePoint next_time() {
    make_ready();
    return late_is_next() ? late_.front().at : open_[next_].at;
  }

  /// REQUIRES: !empty().
  Event pop() {
    make_ready();
    --size_;
    if (!late_is_next()) return open_[next_++];
    std::pop_heap(late_.begin(), late_.end(), After{});
    const Event event = late_.back();
    late_.pop_back();
    return event;
  }

  /// Probably the event that is `distance` pops after the next one; nullptr when that is not known.
  /// For prefetching.
  [[nodiscard]] const Event* ahead(std::size_t distance) const {
    return next_ + distance < open_.size() ? &open_[next_ + distance] : nullptr;
  }

 private:
  /// Spare storage kept for buckets to come, beyond which it is given back.
  static constexpr std::size_t kMaxSpares = 8;

  static bool before(const Event& a, const Event& b) {
    if (a.at != b.at) return a.at < b.at;
    return static_cast<std::int32_t>(a.seq - b.seq) < 0;
  }
  struct Before {
    bool operator()(const Event& a, const Event& b) const { return before(a, b); }
  };
  struct After {
    bool operator()(const Event& a, const Event& b) const { return before(b, a); }
  };

  static std::int64_t bucket_of(TimePoint at) {
    return at.time_since_epoch().count() >> kBucketShift;
  }
  static std::size_t slot_of(std::int64_t bucket) {
    return static_cast<std::size_t>(bucket & (kBuckets - 1));
  }
  static void push_heap(std::vector<Event>& heap, const Event& event) {
    heap.push_back(event);
    std::push_heap(heap.begin(), heap.end(), After{});
  }

  [[nodiscard]] bool late_is_next() const {
    return !late_.empty() && (next_ == open_.size() || before(late_.front(), open_[next_]));
  }

  void append(std::int64_t bucket, const Event& event) {
    const std::size_t slot = slot_of(bucket);
    std::vector<Event>& events = ring_[slot];
    if (events.empty()) {
      filled_[slot / 64] |= std::uint64_t{1} << (slot % 64);
      if (events.capacity() == 0 && !spares_.empty()) {
        events = std::move(spares_.back());
        spares_.pop_back();
      }
    }
    events.push_back(event);
    ++in_ring_;
  }

  void make_ready() {
    if (next_ == open_.size() && late_.empty()) open_next();
  }

  void open_next() {
    FRESHET_CHECK(size_ > 0);
    std::int64_t bucket = std::numeric_limits<std::int64_t>::max();
    if (in_ring_ > 0) bucket = next_filled();
    if (!far_.empty()) bucket = std::min(bucket, bucket_of(far_.front().at));
    opened_ = bucket;
    while (!far_.empty() && bucket_of(far_.front().at) - opened_ < kBuckets) {
      std::pop_heap(far_.begin(), far_.end(), After{});
      append(bucket_of(far_.back().at), far_.back());
      far_.pop_back();
    }
    take_bucket(slot_of(opened_));
    if (!std::is_sorted(open_.begin(), open_.end(), Before{}))
      std::sort(open_.begin(), open_.end(), Before{});
  }

  void take_bucket(std::size_t slot) {
    open_.clear();
    if (open_.capacity() > 0 && spares_.size() < kMaxSpares) spares_.push_back(std::move(open_));
    open_ = std::move(ring_[slot]);
    ring_[slot] = {};
    filled_[slot / 64] &= ~(std::uint64_t{1} << (slot % 64));
    in_ring_ -= open_.size();
    next_ = 0;
  }

  /// REQUIRES: in_ring_ > 0.
  [[nodiscard]] std::int64_t next_filled() const {
    const std::size_t first = slot_of(opened_ + 1);
    std::uint64_t word = filled_[first / 64] & (~std::uint64_t{0} << (first % 64));
    std::size_t index = first / 64;
    while (word == 0) {  // comes around at the latest: something is in the ring
      index = (index + 1) % filled_.size();
      word = filled_[index];
    }
    const std::size_t slot = index * 64 + static_cast<std::size_t>(std::countr_zero(word));
    return opened_ + 1 + static_cast<std::int64_t>((slot - first) & (kBuckets - 1));
  }

  std::vector<std::vector<Event>> ring_;
  std::vector<std::uint64_t> filled_ = std::vector<std::uint64_t>(kBuckets / 64);
  std::vector<std::vector<Event>> spares_;
  std::vector<Event> open_;  ///< the bucket that is being emptied, sorted
  std::vector<Event> late_;  ///< heap: came for the open bucket, or for one before it
  std::vector<Event> far_;   ///< heap: beyond the ring
  std::size_t next_ = 0;     ///< in open_
  std::size_t in_ring_ = 0;
  std::size_t size_ = 0;
  std::int64_t opened_ = -1;
  std::uint32_t next_seq_ = 0;
};

}  // namespace freshet::sim
