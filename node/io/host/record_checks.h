// Checks publication records that other nodes brought, one after the other, and remembers which
// were false. Reading the files has the lowest priority of the system and waits for nothing of the
// user's. On the io thread; the work goes to a worker.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "node/base/endpoint.h"
#include "node/core/bittorrent/refused_records.h"
#include "node/io/host/library.h"
#include "node/io/host/limits.h"
#include "node/io/host/record_judge.h"
#include "node/io/host/worker_pool.h"

namespace freshet::io {

class RecordChecks {
 public:
  static constexpr std::size_t kMaxWaiting = 4;  ///< records of up to 4 MiB, the one at work aside

  struct Record {
    Bytes bytes;
    AskedTorrent asked;
    Endpoint sender;
  };
  struct Parts {
    Library& library;
    Folders& folders;
    std::function<TimePoint()> now;
    std::function<bool(const NodeKey&)> is_blocked;  ///< who says so
    /// Once for each; the torrent where it is true. Never from within check().
    std::function<void(const AskedTorrent&, std::optional<store::Published>)> checked;
  };

  struct Counters {
    std::uint64_t good = 0;
    std::uint64_t malformed = 0;
    std::uint64_t forged = 0;
    std::uint64_t blocked = 0;
    std::uint64_t wrong_name = 0;
    std::uint64_t other_content = 0;
    std::uint64_t wrong_pieces = 0;
    std::uint64_t unreadable = 0;
  };

  /// `pool`: of one thread; outlives this.
  RecordChecks(WorkerPool& pool, Parts parts);

  [[nodiscard]] bool has_room() const { return waiting_.size() < kMaxWaiting; }
  /// It waits, or is at work.
  [[nodiscard]] bool is_checking(const AskedTorrent& asked) const;
  /// Such a record was found false, or the sender brought too many that were.
  [[nodiscard]] bool would_be_vain(const AskedTorrent& asked, const Endpoint& sender) const;
  /// REQUIRES: has_room().
  void check(Record record);
  /// Before the pool is stopped.
  void stop() { stop_.request_stop(); }

  [[nodiscard]] const Counters& counters() const { return counters_; }
  static void count(const Counters& it, std::vector<std::pair<std::string, std::uint64_t>>& all);
  void add_limits(Limits& limits) const;

 private:
  using Opened = std::shared_ptr<const OpenedRecord>;

  void next();
  void on_opened(const Opened& opened);
  void find_content(const Opened& opened);
  void judge(const Opened& opened, JudgedBy content);
  void end(RecordVerdict verdict, std::optional<store::Published> torrent = {});
  std::uint64_t& counter_of(RecordVerdict verdict);

  WorkerPool& pool_;
  Parts parts_;
  core::bittorrent::RefusedRecords refused_;
  Counters counters_;
  std::deque<Record> waiting_;
  std::optional<Record> at_work_;
  std::stop_source stop_;
};

}  // namespace freshet::io
