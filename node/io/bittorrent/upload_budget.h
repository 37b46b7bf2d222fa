// What may go to BitTorrent clients where the user limits what the node sends: one rate for all of
// them, and among those that wait nobody overtakes. A block goes when all that went before it is
// paid for, so its length, which the client chose, does not matter. Sans-IO.
#pragma once

#include <cstdint>

#include "node/base/time.h"
#include "node/core/transfer/token_bucket.h"

namespace freshet::io {

class UploadBudget {
 public:
  [[nodiscard]] std::uint64_t rate() const { return bucket_.rate(); }
  /// Bytes a second; 0: no limit.
  void set_rate(std::uint64_t bytes_per_second, TimePoint now);

  /// Whether a block may go now. When not, whoever asked waits: nothing goes until begin_turn().
  [[nodiscard]] bool may_send(TimePoint now);
  void sends(std::uint32_t bytes, TimePoint now);

  /// Of all blocks that were sent under a limit.
  [[nodiscard]] std::uint64_t charged() const { return charged_; }

  [[nodiscard]] bool is_awaited() const { return awaited_; }
  /// When it is worth asking again. REQUIRES: is_awaited().
  [[nodiscard]] TimePoint again_at() const { return bucket_.worthwhile_at(); }
  /// Those that wait are asked again, each time another one first.
  void begin_turn() { awaited_ = false; }

 private:
  void pay(TimePoint now);

  core::transfer::TokenBucket bucket_;
  std::uint64_t owed_ = 0;
  std::uint64_t charged_ = 0;
  bool awaited_ = false;
};

}  // namespace freshet::io
