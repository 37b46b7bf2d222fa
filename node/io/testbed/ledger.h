// What a daemon of a testbed counts: frames by type, and by query what it sent, got and found.
// Watches from outside of the core. Bounded: the oldest query is forgotten for a new one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "node/base/ids.h"
#include "node/base/time.h"
#include "node/core/search/io.h"
#include "node/io/testbed/news.h"
#include "node/wire/overlay/frame.h"

namespace freshet::io::testbed {

class Ledger {
 public:
  static constexpr std::size_t kMaxQueries = 4096;

  /// Called at the first change since take().
  void on_change(std::function<void()> changed) { changed_ = std::move(changed); }

  /// The next query of that GUID is this node's own.
  void asked(const Guid& guid, core::search::AskId ask, TimePoint now);
  void sent(const wire::FrameHeader& header, std::uint32_t copies);
  void arrived(const wire::FrameHeader& header, TimePoint now);
  void lost(const wire::FrameHeader& header);
  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  /// Queries forgotten for newer ones.
  [[nodiscard]] std::uint64_t forgotten() const { return forgotten_; }
  void hit(const core::search::Hit& hit, TimePoint now);

  /// Appends the accounts that changed since they were last taken. `is_at`: of own queries.
  template <typename IsAt>
  void take(std::vector<QueryAccount>& into, const IsAt& is_at) {
    for (auto& [guid, entry] : entries_) {
      if (entry.account.is_origin) {
        const bool at = is_at(guid);
        entry.changed = entry.changed || at != entry.account.is_at;
        entry.account.is_at = at;
      }
      if (entry.changed) into.push_back(entry.account);
      entry.changed = false;
    }
    is_changed_ = false;
  }
  /// Some own query may still send more by itself.
  [[nodiscard]] bool is_at_any() const;
  [[nodiscard]] std::vector<TypeCount> by_type() const;

 private:
  struct Entry {
    QueryAccount account;
    core::search::AskId ask;
    std::unordered_set<std::uint64_t> objects;
    bool changed = true;
  };
  Entry* entry_of(const wire::FrameHeader& header);
  Entry& need(const Guid& guid);
  void change(Entry& entry);

  std::map<Guid, Entry> entries_;
  std::deque<Guid> order_;  ///< oldest first
  std::uint64_t forgotten_ = 0;
  std::map<std::uint32_t, TypeCount> types_;
  std::function<void()> changed_;
  bool is_changed_ = false;
};

}  // namespace freshet::io::testbed
