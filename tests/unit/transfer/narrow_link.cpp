#include "tests/unit/transfer/narrow_link.h"

#include <algorithm>
#include <utility>

namespace freshet::test {
namespace {

constexpr std::uint64_t kItem = 16'384;

}  // namespace

void NarrowLink::Stream::send(std::size_t bytes, std::function<void()> through) {
  waiting_.push_back({.bytes = bytes, .through = std::move(through)});
  push();
}

void NarrowLink::Stream::push() {
  while (!waiting_.empty() && !backs_off_ && (unacked_ == 0 || unacked_ < window_)) {
    if (link_.queued_ + waiting_.front().bytes > link_.shape_.buffer) {
      window_ = std::max(window_ / 2, kItem);
      backs_off_ = true;
      link_.world_.at(link_.free_at_ - link_.world_.now() + link_.shape_.way, [this] {
        backs_off_ = false;
        push();
      });
      return;
    }
    Item item = std::move(waiting_.front());
    waiting_.pop_front();
    enter(std::move(item));
  }
}

void NarrowLink::Stream::enter(Item item) {
  World& world = link_.world_;
  unacked_ += item.bytes;
  link_.queued_ += item.bytes;
  const auto takes =
      Duration(static_cast<std::int64_t>(item.bytes * 1'000'000'000 / link_.shape_.rate));
  link_.free_at_ = std::max(link_.free_at_, world.now()) + takes;
  const Duration leaves = link_.free_at_ - world.now();
  world.at(leaves, [this, item] {
    link_.queued_ -= item.bytes;
    through_ += item.bytes;
    item.through();
  });
  world.at(leaves + link_.shape_.way, [this, bytes = item.bytes] {
    unacked_ -= bytes;
    window_ += kItem * bytes / window_;
    push();
  });
}

}  // namespace freshet::test
