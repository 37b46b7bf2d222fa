#include "node/io/host/hash_rate.h"

namespace freshet::io {
namespace {

constexpr Duration kLeastApart = std::chrono::milliseconds(250);

}  // namespace

void HashRate::begin(TimePoint now, std::uint64_t bytes) {
  looks_.clear();
  looks_.push_back({now, bytes});
}

void HashRate::look(TimePoint now, std::uint64_t bytes) {
  // The last one moves until it is far enough from the one before.
  if (looks_.size() > 1 && now - looks_[looks_.size() - 2].when < kLeastApart) looks_.pop_back();
  looks_.push_back({now, bytes});
  while (looks_.size() > 2 && now - looks_[1].when >= kWindow) looks_.pop_front();
}

double HashRate::per_second() const {
  if (looks_.size() < 2) return 0;
  const std::chrono::duration<double> took = looks_.back().when - looks_.front().when;
  if (took.count() <= 0) return 0;
  return static_cast<double>(looks_.back().bytes - looks_.front().bytes) / took.count();
}

}  // namespace freshet::io
