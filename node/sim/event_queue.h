// Events in order of time, and of insertion among equals. Time is cut into buckets that are sorted
// only when their turn comes; what is inserted into the bucket that is open already goes to a side
// heap. Two rings of buckets: fine ones for the epoch that runs, coarse ones, an epoch each, for
// the next; what lies beyond those (years of a node's life) waits in another heap. Knows nothing of
// what an event means.
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
  /// An epoch is so many buckets: 4.3 s.
  static constexpr unsigned kEpochShift = 14;
  static constexpr std::int64_t kBuckets = std::int64_t{1} << kEpochShift;
  /// Epochs ahead, 4.6 minutes: more than any timer of a node.
  static constexpr std::int64_t kEpochs = 64;

  EventQueue() : fine_(static_cast<std::size_t>(kBuckets)), coarse_(kEpochs) {}

  /// REQUIRES: event.at is not negative and not before the last event popped.
  void push(Event event) {
    event.seq = next_seq_++;
    ++size_;
    const std::int64_t bucket = bucket_of(event.at);
    const std::int64_t epoch = bucket >> kEpochShift;
    if (bucket <= opened_) {
      push_heap(late_, event);
    } else if (epoch == epoch_) {
      append_fine(event);
    } else if (epoch - epoch_ < kEpochs) {
      append(coarse_[epoch_slot_of(epoch)], event);
    } else {
      push_heap(beyond_, event);
    }
  }

  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] std::size_t size() const { return size_; }

  /// Whether there is an event not later than `limit`. Opens no bucket that begins later: what is
  /// still to come up to there would all be late.
  [[nodiscard]] bool is_due(TimePoint limit) {
    if (next_ == open_.size() && late_.empty() && !open_next(limit)) return false;
    return (late_is_next() ? late_.front().at : open_[next_].at) <= limit;
  }

  /// REQUIRES: is_due() at some time, since the last call.
  Event pop() {
    FRESHET_CHECK(next_ < open_.size() || !late_.empty());
    --size_;
    if (!late_is_next()) return open_[next_++];
    return pop_heap(late_);
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

  using Bucket = std::vector<Event>;

  static std::int64_t bucket_of(TimePoint at) {
    return at.time_since_epoch().count() >> kBucketShift;
  }
  static std::size_t epoch_slot_of(std::int64_t epoch) {
    return static_cast<std::size_t>(epoch & (kEpochs - 1));
  }
  static std::size_t slot_of(std::int64_t bucket) {
    return static_cast<std::size_t>(bucket & (kBuckets - 1));
  }
  static void push_heap(std::vector<Event>& heap, const Event& event) {
    heap.push_back(event);
    std::push_heap(heap.begin(), heap.end(), After{});
  }
  static Event pop_heap(std::vector<Event>& heap) {
    std::pop_heap(heap.begin(), heap.end(), After{});
    const Event event = heap.back();
    heap.pop_back();
    return event;
  }

  [[nodiscard]] bool late_is_next() const {
    return !late_.empty() && (next_ == open_.size() || before(late_.front(), open_[next_]));
  }

  void append(Bucket& bucket, const Event& event) {
    if (bucket.capacity() == 0 && !spares_.empty()) {
      bucket = std::move(spares_.back());
      spares_.pop_back();
    }
    bucket.push_back(event);
  }
  void append_fine(const Event& event) {
    const std::size_t slot = slot_of(bucket_of(event.at));
    filled_[slot / 64] |= std::uint64_t{1} << (slot % 64);
    append(fine_[slot], event);
  }
  void give_back(Bucket storage) {
    storage.clear();
    if (storage.capacity() > 0 && spares_.size() < kMaxSpares)
      spares_.push_back(std::move(storage));
  }

  /// The first filled slot of the fine ring from `cursor_` on, or the ring's size.
  [[nodiscard]] std::size_t first_filled() const {
    if (cursor_ == fine_.size()) return cursor_;
    std::size_t index = cursor_ / 64;
    std::uint64_t word = filled_[index] & (~std::uint64_t{0} << (cursor_ % 64));
    while (word == 0) {
      if (++index == filled_.size()) return fine_.size();
      word = filled_[index];
    }
    return index * 64 + static_cast<std::size_t>(std::countr_zero(word));
  }

  bool open_next(TimePoint limit) {
    while (size_ > 0) {
      const std::size_t slot = first_filled();
      if (slot < fine_.size()) {
        const std::int64_t bucket = (epoch_ << kEpochShift) + static_cast<std::int64_t>(slot);
        if (bucket > bucket_of(limit)) return false;
        open(bucket);
        return true;
      }
      if (!begin_epoch(limit)) return false;
    }
    return false;
  }

  void open(std::int64_t bucket) {
    const std::size_t slot = slot_of(bucket);
    give_back(std::move(open_));
    open_ = std::exchange(fine_[slot], Bucket{});
    filled_[slot / 64] &= ~(std::uint64_t{1} << (slot % 64));
    next_ = 0;
    opened_ = bucket;
    cursor_ = slot + 1;
    if (!std::is_sorted(open_.begin(), open_.end(), Before{}))
      std::sort(open_.begin(), open_.end(), Before{});
  }

  /// Spreads the next epoch that holds anything over the fine ring, which is empty. False when it
  /// begins after `limit`.
  bool begin_epoch(TimePoint limit) {
    std::int64_t epoch = std::numeric_limits<std::int64_t>::max();
    for (std::int64_t ahead = kEpochs - 1; ahead > 0; --ahead) {
      if (!coarse_[epoch_slot_of(epoch_ + ahead)].empty()) epoch = epoch_ + ahead;
    }
    if (!beyond_.empty()) epoch = std::min(epoch, bucket_of(beyond_.front().at) >> kEpochShift);
    if (epoch > bucket_of(limit) >> kEpochShift) return false;
    epoch_ = epoch;
    opened_ = (epoch << kEpochShift) - 1;
    cursor_ = 0;
    Bucket events = std::exchange(coarse_[epoch_slot_of(epoch)], Bucket{});
    for (const Event& event : events) append_fine(event);
    give_back(std::move(events));
    while (!beyond_.empty() && (bucket_of(beyond_.front().at) >> kEpochShift) == epoch)
      append_fine(pop_heap(beyond_));
    return true;
  }

  std::vector<Bucket> fine_;
  std::vector<Bucket> coarse_;          ///< by epoch; the slot of the epoch that runs is empty
  std::vector<std::uint64_t> filled_ =  ///< a bit for each fine bucket
      std::vector<std::uint64_t>(static_cast<std::size_t>(kBuckets / 64));
  std::vector<Bucket> spares_;
  Bucket open_;                ///< the bucket that is being emptied, sorted
  std::vector<Event> late_;    ///< heap: came for the open bucket, or for one before it
  std::vector<Event> beyond_;  ///< heap: after the last coarse bucket
  std::size_t next_ = 0;       ///< in open_
  std::size_t cursor_ = 0;     ///< in fine_: after the open bucket
  std::size_t size_ = 0;
  std::int64_t opened_ = -1;
  std::int64_t epoch_ = 0;
  std::uint32_t next_seq_ = 0;
};

}  // namespace freshet::sim
