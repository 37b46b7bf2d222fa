#include "node/io/testbed/ledger.h"

#include <algorithm>
#include <string>
#include <utility>

#include "node/base/digest.h"
#include "node/core/overlay/frame_kinds.h"

namespace freshet::io::testbed {
namespace {

using wire::FrameType;

// What belongs to a link, and to no query.
bool is_of_link(wire::FrameType type) {
  return core::overlay::is_link_frame(type) || type == wire::FrameType::route_table;
}

QueryAccount::Hop& hop_of(QueryAccount& account, std::uint32_t hops) {
  const auto found = std::find_if(account.hops.begin(), account.hops.end(), [&](const auto& each) {
    return each.hops == hops;
  });
  if (found != account.hops.end()) return *found;
  return account.hops.emplace_back(QueryAccount::Hop{.hops = hops});
}

// A file without an id yet is known by its name and size.
std::uint64_t hash_of(const NodeKey& node, const wire::HitFile& file) {
  Digest digest;
  digest.add(node.view());
  if (file.content) {
    digest.add(file.content->view());
  } else {
    digest.add({reinterpret_cast<const Byte*>(file.name.data()), file.name.size()});
    digest.add(file.size_bytes);
  }
  return digest.value();
}

}  // namespace

Ledger::Entry& Ledger::need(const Guid& guid) {
  const auto found = entries_.find(guid);
  if (found != entries_.end()) {
    change(found->second);
    return found->second;
  }
  if (order_.size() >= kMaxQueries) {
    ++forgotten_;
    entries_.erase(order_.front());
    order_.pop_front();
  }
  order_.push_back(guid);
  Entry& entry = entries_[guid];
  entry.account.guid = guid;
  change(entry);
  return entry;
}

void Ledger::change(Entry& entry) {
  entry.changed = true;
  if (!std::exchange(is_changed_, true) && changed_) changed_();
}

Ledger::Entry* Ledger::entry_of(const wire::FrameHeader& header) {
  return is_of_link(header.type) ? nullptr : &need(header.guid);
}

void Ledger::asked(const Guid& guid, core::search::AskId ask, TimePoint now) {
  Entry& entry = need(guid);
  entry.ask = ask;
  entry.account.is_origin = true;
  entry.account.is_at = true;
  entry.account.asked_at = now;
}

void Ledger::sent(const wire::FrameHeader& header, std::uint32_t copies) {
  const std::uint64_t bytes = copies * (std::uint64_t{header.body_bytes} + wire::kFrameHeaderBytes);
  TypeCount& type = types_[static_cast<std::uint32_t>(header.type)];
  type.type = static_cast<std::uint32_t>(header.type);
  type.frames += copies;
  type.bytes += bytes;
  Entry* entry = entry_of(header);
  if (entry == nullptr) return;
  QueryAccount& account = entry->account;
  account.out_frames += copies;
  if (header.type == FrameType::query_hit) return;
  account.messages += copies;
  account.bytes += bytes;
  if (header.type == FrameType::query) account.query_frames += copies;
}

void Ledger::arrived(const wire::FrameHeader& header, TimePoint now) {
  Entry* entry = entry_of(header);
  if (entry == nullptr) return;
  QueryAccount& account = entry->account;
  ++(header.type == FrameType::query_hit ? account.hits_in : account.frames_in);
  if (header.type != FrameType::query) return;
  QueryAccount::Hop& hop = hop_of(account, header.hops + std::uint32_t{1});
  if (account.is_origin || account.first_at) {
    ++account.duplicates;
    ++hop.duplicates;
  } else {
    account.first_at = now;
    ++hop.first;
  }
}

void Ledger::lost(const wire::FrameHeader& header) {
  if (Entry* entry = entry_of(header)) ++entry->account.lost;
}

void Ledger::hit(const core::search::Hit& hit, TimePoint now) {
  if (hit.hops == 0) return;
  for (auto& [guid, entry] : entries_) {
    QueryAccount& account = entry.account;
    if (!account.is_origin || entry.ask != hit.ask) continue;
    for (const wire::HitFile& file : hit.record.files)
      entry.objects.insert(hash_of(hit.record.node, file));
    account.hits = entry.objects.size();
    change(entry);
    if (account.first_hit_at) return;
    account.first_hit_at = now;
    account.first_hit_hops = hit.hops;
    return;
  }
}

bool Ledger::is_at_any() const {
  return std::any_of(entries_.begin(), entries_.end(), [](const auto& each) {
    return each.second.account.is_origin && each.second.account.is_at;
  });
}

std::vector<TypeCount> Ledger::by_type() const {
  std::vector<TypeCount> counts;
  for (const auto& [type, count] : types_) counts.push_back(count);
  return counts;
}

}  // namespace freshet::io::testbed
