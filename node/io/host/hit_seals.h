// Signatures of hits: dates and signs this node's records, and judges those that others sent. What
// repeats within core::search::kIssueSeconds is the same bytes, and is signed and checked once.
#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <string>

#include "node/base/ids.h"
#include "node/base/time.h"
#include "node/core/search/freshness.h"
#include "node/core/search/io.h"
#include "node/store/signer.h"

namespace freshet::io {

class HitSeals {
 public:
  static constexpr std::size_t kMaxRemembered = 256;  ///< signatures, own and others' each

  /// `clock_file` keeps the date of the last record over restarts, so that dates never go back.
  HitSeals(store::Signer signer, std::string clock_file);

  /// The body of a QueryHit that carries `record`, dated. Empty when it cannot be signed.
  Bytes seal(wire::HitRecord record, TimePoint now);
  /// Good, unsigned, forged or expired.
  core::search::HitVerdict judge(const wire::QueryHit& hit, TimePoint now);
  /// As judge() found out.
  [[nodiscard]] const core::search::Freshness& freshness() const { return freshness_; }
  [[nodiscard]] std::size_t remembered() const { return sealed_.size() + checked_.size(); }

 private:
  /// The newest of so many byte strings, with a value each.
  class Memory {
   public:
    [[nodiscard]] const Bytes* find(const Bytes& key) const;
    void add(const Bytes& key, Bytes value);
    [[nodiscard]] std::size_t size() const { return values_.size(); }

   private:
    std::map<Bytes, Bytes> values_;
    std::list<std::map<Bytes, Bytes>::iterator> order_;  ///< oldest first
  };
  std::uint64_t issue_date(TimePoint now);

  store::Signer signer_;
  std::string clock_file_;
  std::uint64_t last_issued_s_ = 0;
  std::uint64_t base_s_ = 0;  ///< of this node's clock, when `now` was zero
  Memory sealed_;
  Memory checked_;
  core::search::Freshness freshness_;
};

}  // namespace freshet::io
