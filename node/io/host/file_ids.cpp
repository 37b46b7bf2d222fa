#include "node/io/host/file_ids.h"

#include <iterator>

namespace freshet::io {

FileIds::Ranges::const_iterator FileIds::range_of(std::int64_t id) const {
  const auto behind = last_of_.upper_bound(id);
  if (behind == last_of_.begin()) return last_of_.end();
  const auto range = std::prev(behind);
  return range->second >= id ? range : last_of_.end();
}

bool FileIds::contains(store::FileId file) const {
  return range_of(file.value) != last_of_.end();
}

bool FileIds::insert(store::FileId file) {
  const std::int64_t id = file.value;
  const auto behind = last_of_.upper_bound(id);
  const auto before = behind == last_of_.begin() ? last_of_.end() : std::prev(behind);
  if (before != last_of_.end() && before->second >= id) return false;
  const bool touches_before = before != last_of_.end() && before->second == id - 1;
  const bool touches_behind = behind != last_of_.end() && behind->first == id + 1;
  const std::int64_t last = touches_behind ? behind->second : id;
  if (touches_before) {
    before->second = last;
  } else {
    last_of_.emplace_hint(behind, id, last);
  }
  if (touches_behind) last_of_.erase(behind);
  ++size_;
  return true;
}

bool FileIds::erase(store::FileId file) {
  const std::int64_t id = file.value;
  const auto range = range_of(id);
  if (range == last_of_.end()) return false;
  const auto [first, last] = *range;
  const auto next = last_of_.erase(range);
  if (first < id) last_of_.emplace_hint(next, first, id - 1);
  if (id < last) last_of_.emplace_hint(next, id + 1, last);
  --size_;
  return true;
}

std::optional<store::FileId> FileIds::pop_lowest() {
  if (last_of_.empty()) return std::nullopt;
  const store::FileId lowest{last_of_.begin()->first};
  erase(lowest);
  return lowest;
}

}  // namespace freshet::io
