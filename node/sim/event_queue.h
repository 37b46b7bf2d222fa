// Events in order of time, and of insertion among equals. Time is cut into buckets that are sorted
// only when their turn comes; what is inserted into the bucket that is open already goes to a side
// heap. Two rings of buckets: fine ones for the epoch that runs, coarse ones, an epoch each, for
// the next; what lies beyond those (years of a node's life) waits in another heap. Knows nothing of
// what an event means.
//
// Order of insertion needs no number: a bucket is a list in that order, and is sorted stably.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "node/base/check.h"
#include "node/base/time.h"
#include "node/sim/bucket.h"

namespace freshet::sim {

/// An event, and when it is due.
template <typename Event>
struct Due {
  TimePoint at;
  Event event;
};

/// `Event` is trivially copyable and has a `std::uint32_t offset` that is the queue's own.
template <typename Event>
class EventQueue {
 public:
  /// 2^18 ns, 0.26 ms: a flood over 100,000 nodes then opens buckets that fit into the L2 cache.
  static constexpr unsigned kBucketShift = 18;
  /// An epoch is so many buckets: 2^32 ns, 4.3 s, so that an offset into it has 32 bits.
  static constexpr unsigned kEpochShift = 14;
  static constexpr std::int64_t kBuckets = std::int64_t{1} << kEpochShift;
  /// Epochs ahead, 4.6 minutes: more than any timer of a node.
  static constexpr std::int64_t kEpochs = 64;

  EventQueue() : fine_(static_cast<std::size_t>(kBuckets)), coarse_(kEpochs) {}

  /// REQUIRES: `at` is not negative and not before the last event popped.
  void push(TimePoint at, Event event) {
    ++size_;
    event.offset = static_cast<std::uint32_t>(at.time_since_epoch().count());
    const std::int64_t bucket = bucket_of(at);
    if (bucket > opened_ && bucket >> kEpochShift == epoch_) {  // nearly always
      append_fine(event);
    } else {
      push_elsewhere(at, event);
    }
  }

  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] std::size_t size() const { return size_; }

  /// Whether there is an event not later than `limit`. Opens no bucket that begins later: what is
  /// still to come up to there would all be late.
  [[nodiscard]] bool is_due(TimePoint limit) {
    if (next_ == open_.size() && late_.empty() && !open_next(limit)) return false;
    return (late_is_next() ? late_.first().at : time_of(open_[next_])) <= limit;
  }

  /// REQUIRES: is_due() at some time, since the last call.
  Due<Event> pop() {
    FRESHET_CHECK(next_ < open_.size() || !late_.empty());
    --size_;
    if (late_is_next()) {
      const auto late = late_.take();
      return {.at = late.at, .event = late.event};
    }
    const Event& event = open_[next_++];
    return {.at = time_of(event), .event = event};
  }

  /// Probably the next events in order, as far as that is known. For prefetching.
  [[nodiscard]] std::span<const Event> upcoming() const {
    return {open_.data() + next_, open_.size() - next_};
  }

 private:
  using List = typename BucketPool<Event>::List;

  /// An event outside the lists, with what their order would have said.
  struct Numbered {
    TimePoint at;
    std::uint64_t seq = 0;
    Event event;
  };
  /// A heap, the first in order of time and insertion at its top.
  class Heap {
   public:
    [[nodiscard]] bool empty() const { return events_.empty(); }
    [[nodiscard]] const Numbered& first() const { return events_.front(); }
    void push(const Numbered& event) {
      events_.push_back(event);
      std::push_heap(events_.begin(), events_.end(), after);
    }
    Numbered take() {
      std::pop_heap(events_.begin(), events_.end(), after);
      const Numbered event = events_.back();
      events_.pop_back();
      return event;
    }

   private:
    static bool after(const Numbered& a, const Numbered& b) {
      return a.at != b.at ? a.at > b.at : a.seq > b.seq;
    }
    std::vector<Numbered> events_;
  };

  static std::int64_t bucket_of(TimePoint at) {
    return at.time_since_epoch().count() >> kBucketShift;
  }
  static std::size_t epoch_slot_of(std::int64_t epoch) {
    return static_cast<std::size_t>(epoch & (kEpochs - 1));
  }
  /// Of an event of the epoch that runs.
  [[nodiscard]] TimePoint time_of(const Event& event) const {
    return TimePoint{Duration{(epoch_ << (kBucketShift + kEpochShift)) + event.offset}};
  }
  /// Among equals those of the bucket came first: they were there when it was opened.
  [[nodiscard]] bool late_is_next() const {
    return !late_.empty() && (next_ == open_.size() || late_.first().at < time_of(open_[next_]));
  }

  void push_elsewhere(TimePoint at, const Event& event) {
    const std::int64_t bucket = bucket_of(at);
    const std::int64_t epoch = bucket >> kEpochShift;
    if (bucket <= opened_) {
      late_.push({.at = at, .seq = pushed_++, .event = event});
    } else if (epoch - epoch_ < kEpochs) {
      pool_.append(coarse_[epoch_slot_of(epoch)], event);
    } else {
      beyond_.push({.at = at, .seq = pushed_++, .event = event});
    }
  }

  void append_fine(const Event& event) {
    const std::size_t slot = event.offset >> kBucketShift;
    filled_[slot / 64] |= std::uint64_t{1} << (slot % 64);
    pool_.append(fine_[slot], event);
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
        open(slot, bucket);
        return true;
      }
      if (!begin_epoch(limit)) return false;
    }
    return false;
  }

  void open(std::size_t slot, std::int64_t bucket) {
    open_.clear();
    pool_.empty_into(fine_[slot], open_);
    sorter_.sort(open_);
    filled_[slot / 64] &= ~(std::uint64_t{1} << (slot % 64));
    next_ = 0;
    opened_ = bucket;
    cursor_ = slot + 1;
  }

  /// Spreads the next epoch that holds anything over the fine ring, which is empty. False when it
  /// begins after `limit`.
  bool begin_epoch(TimePoint limit) {
    std::int64_t epoch = std::numeric_limits<std::int64_t>::max();
    for (std::int64_t ahead = kEpochs - 1; ahead > 0; --ahead) {
      if (!coarse_[epoch_slot_of(epoch_ + ahead)].empty()) epoch = epoch_ + ahead;
    }
    if (!beyond_.empty()) epoch = std::min(epoch, epoch_of(beyond_.first()));
    if (epoch > bucket_of(limit) >> kEpochShift) return false;
    open_.clear();
    next_ = 0;
    epoch_ = epoch;
    opened_ = (epoch << kEpochShift) - 1;
    cursor_ = 0;
    // Whoever came when this epoch was beyond came first.
    while (!beyond_.empty() && epoch_of(beyond_.first()) == epoch)
      append_fine(beyond_.take().event);
    pool_.empty(coarse_[epoch_slot_of(epoch)], [&](const Event& event) { append_fine(event); });
    return true;
  }
  static std::int64_t epoch_of(const Numbered& event) { return bucket_of(event.at) >> kEpochShift; }

  BucketPool<Event> pool_;
  BucketSorter<Event, kBucketShift> sorter_;
  std::vector<List> fine_;
  std::vector<List> coarse_;            ///< by epoch; the slot of the epoch that runs is empty
  std::vector<std::uint64_t> filled_ =  ///< a bit for each fine bucket
      std::vector<std::uint64_t>(static_cast<std::size_t>(kBuckets / 64));
  std::vector<Event> open_;  ///< the bucket that is being emptied, sorted
  Heap late_;                ///< came for the open bucket, or for one before it
  Heap beyond_;              ///< after the last coarse bucket
  std::size_t next_ = 0;     ///< in open_
  std::size_t cursor_ = 0;   ///< in fine_: after the open bucket
  std::size_t size_ = 0;
  std::uint64_t pushed_ = 0;  ///< into either heap
  std::int64_t opened_ = -1;
  std::int64_t epoch_ = 0;
};

}  // namespace freshet::sim
