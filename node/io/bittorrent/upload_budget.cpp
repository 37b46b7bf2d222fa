#include "node/io/bittorrent/upload_budget.h"

#include <algorithm>

namespace freshet::io {

void UploadBudget::set_rate(std::uint64_t bytes_per_second, TimePoint now) {
  bucket_.set_rate(bytes_per_second, now);
  if (bytes_per_second == 0) owed_ = 0;
}

bool UploadBudget::may_send(TimePoint now) {
  if (bucket_.rate() == 0) return true;
  if (awaited_) return false;
  pay(now);
  awaited_ = owed_ > 0 || bucket_.available(now) == 0;
  return !awaited_;
}

void UploadBudget::sends(std::uint32_t bytes, TimePoint now) {
  if (bucket_.rate() == 0) return;
  owed_ += bytes;
  charged_ += bytes;
  pay(now);
}

void UploadBudget::pay(TimePoint now) {
  const std::uint64_t paid = std::min(owed_, bucket_.available(now));
  bucket_.take(paid, now);
  owed_ -= paid;
}

}  // namespace freshet::io
