#include "node/io/host/record_checks.h"

#include <algorithm>
#include <memory>

namespace freshet::io {

namespace cb = core::bittorrent;

RecordChecks::RecordChecks(WorkerPool& pool, Parts parts) : pool_(pool), parts_(std::move(parts)) {}

bool RecordChecks::is_checking(const AskedTorrent& asked) const {
  const auto is_it = [&](const Record& record) {
    return record.asked == asked;
  };
  return (at_work_ && is_it(*at_work_)) || std::any_of(waiting_.begin(), waiting_.end(), is_it);
}

bool RecordChecks::would_be_vain(const AskedTorrent& asked, const Endpoint& sender) const {
  const TimePoint now = parts_.now();
  return refused_.is_known(asked, now) || refused_.is_over_limit(sender, now);
}

void RecordChecks::check(Record record) {
  waiting_.push_back(std::move(record));
  next();
}

void RecordChecks::next() {
  if (at_work_ || waiting_.empty() || stop_.stop_requested()) return;
  at_work_ = std::move(waiting_.front());
  waiting_.pop_front();
  auto bytes = std::make_shared<const Bytes>(std::exchange(at_work_->bytes, {}));
  pool_.submit([this, bytes, asked = at_work_->asked]() -> WorkerPool::Completion {
    auto opened = std::make_shared<const OpenedRecord>(open_record(*bytes, asked));
    return [this, opened] {
      on_opened(opened);
    };
  });
}

void RecordChecks::on_opened(const Opened& opened) {
  if (opened->verdict != RecordVerdict::good) {
    end(opened->verdict);
  } else if (parts_.is_blocked(opened->publisher)) {
    end(RecordVerdict::blocked);
  } else {
    find_content(opened);
  }
}

void RecordChecks::find_content(const Opened& opened) {
  const ContentId content = opened->torrent.content;
  if (parts_.folders.has(content)) {
    parts_.folders.find_files(content, [this, opened](Result<FoundFolder> found) {
      if (found) {
        judge(opened, std::move(*found));
      } else {
        end(RecordVerdict::unreadable);
      }
    });
    return;
  }
  parts_.library.find_content(content, [this, opened](std::optional<SharedContent> found) {
    if (found && !found->files.empty()) {
      judge(opened, std::move(*found));
    } else {
      end(RecordVerdict::unreadable);
    }
  });
}

void RecordChecks::judge(const Opened& opened, JudgedBy content) {
  auto held = std::make_shared<const JudgedBy>(std::move(content));
  pool_.submit([this, opened, held, stop = stop_.get_token()]() -> WorkerPool::Completion {
    const RecordVerdict verdict = judge_torrent(opened->torrent, *held, stop);
    return [this, opened, verdict] {
      if (verdict == RecordVerdict::good) {
        end(verdict, opened->torrent);
      } else {
        end(verdict);
      }
    };
  });
}

void RecordChecks::end(RecordVerdict verdict, std::optional<store::Published> torrent) {
  if (stop_.stop_requested()) return;
  ++counter_of(verdict);
  const Record record = std::move(*at_work_);
  at_work_.reset();
  if (is_final(verdict)) refused_.found_false(record.asked, record.sender, parts_.now());
  if (is_unsound(verdict)) refused_.found_unsound(record.sender, parts_.now());
  if (verdict == RecordVerdict::unreadable) refused_.found_unreadable(record.asked, parts_.now());
  parts_.checked(record.asked, std::move(torrent));
  next();
}

std::uint64_t& RecordChecks::counter_of(RecordVerdict verdict) {
  switch (verdict) {
    case RecordVerdict::good:
      return counters_.good;
    case RecordVerdict::malformed:
      return counters_.malformed;
    case RecordVerdict::forged:
      return counters_.forged;
    case RecordVerdict::blocked:
      return counters_.blocked;
    case RecordVerdict::wrong_name:
      return counters_.wrong_name;
    case RecordVerdict::other_content:
      return counters_.other_content;
    case RecordVerdict::wrong_pieces:
      return counters_.wrong_pieces;
    case RecordVerdict::unreadable:
      break;
  }
  return counters_.unreadable;
}

void RecordChecks::count(const Counters& it,
                         std::vector<std::pair<std::string, std::uint64_t>>& all) {
  all.emplace_back("torrent_records_good", it.good);
  all.emplace_back("torrent_records_malformed", it.malformed);
  all.emplace_back("torrent_records_forged", it.forged);
  all.emplace_back("torrent_records_blocked", it.blocked);
  all.emplace_back("torrent_records_wrong_name", it.wrong_name);
  all.emplace_back("torrent_records_other_content", it.other_content);
  all.emplace_back("torrent_records_wrong_pieces", it.wrong_pieces);
  all.emplace_back("torrent_records_unreadable", it.unreadable);
}

void RecordChecks::add_limits(Limits& limits) const {
  limits.push_back(
      {.name = "torrent_records_waiting", .value = kMaxWaiting, .use = waiting_.size()});
  limits.push_back({.name = "torrent_records_refused_remembered",
                    .value = cb::RefusedRecords::kMaxRemembered,
                    .use = refused_.size()});
  limits.push_back({.name = "torrent_records_false_per_sender",
                    .value = cb::RefusedRecords::kMaxPerSender,
                    .use = std::nullopt});
}

}  // namespace freshet::io
