#include "node/core/overlay/tally.h"

#include <algorithm>

#include "node/base/digest.h"

namespace freshet::core::overlay {

Tally::Branch* Tally::find(LinkId link) {
  const auto found = std::find_if(
      branches_.begin(), branches_.end(), [&](const Branch& each) { return each.link == link; });
  return found == branches_.end() ? nullptr : &*found;
}

Tally::Branch& Tally::branch_of(LinkId link) {
  if (Branch* known = find(link)) return *known;
  return branches_.emplace_back(Branch{.link = link});
}

void Tally::sent(const Link& link, std::uint8_t ttl, std::size_t frame_bytes) {
  Branch& branch = branch_of(link.id);
  counts.add({.queries = 1, .query_bytes = frame_bytes});
  const bool is_first = !branch.was_sent;
  branch.was_sent = true;
  if (!link.tallies) {
    if (is_first) counts.add({.silent = 1});
    return;
  }
  ++branch.awaited;
  if (!is_first) return;
  branch.first_ttl = ttl;
  branch.may_cross = !branch.was_heard;
}

void Tally::release() {
  Branch& walkers = branch_of(kSelfLink);
  if (walkers.awaited > 0) --walkers.awaited;
}

bool Tally::heard(LinkId link, std::uint8_t ttl, bool may_cross) {
  Branch& branch = branch_of(link);
  branch.was_heard = true;
  if (!branch.may_cross) return false;
  branch.may_cross = false;
  // With a TTL that is higher by two or more one of them is news to the other end.
  const bool are_alike = ttl <= branch.first_ttl + 1 && branch.first_ttl <= ttl + 1;
  if (!may_cross || !are_alike || branch.awaited == 0) return false;
  --branch.awaited;
  return true;
}

bool Tally::take(LinkId from, const wire::Tally& answer) {
  Branch* branch = find(from);
  if (branch == nullptr || !branch->was_sent) return false;
  branch->may_cross = false;
  const bool is_late = answer.settles == 0 || branch->awaited == 0;
  if (is_late && branch->late++ >= kMaxLate) {
    branch->late = kMaxLate;
    return false;
  }
  branch->awaited -= std::min(branch->awaited, answer.settles);
  counts.add(answer.counts);
  return true;
}

void Tally::engage(LinkId parent, TimePoint due) {
  is_engaged_ = true;
  parent_ = parent;
  due_ = std::max(due_, due);
}

bool Tally::awaits() const {
  return std::any_of(
      branches_.begin(), branches_.end(), [](const Branch& each) { return each.awaited > 0; });
}

void Tally::give_up() {
  for (const Branch& branch : branches_) give_up(branch.link);
}

void Tally::give_up(LinkId link) {
  Branch* branch = find(link);
  if (branch == nullptr || branch->awaited == 0) return;
  branch->awaited = 0;
  branch->may_cross = false;
  counts.add({.silent = 1});
}

std::uint64_t Tally::digest() const {
  Digest digest;
  digest.add(guid_.view());
  digest.add(counts.nodes);
  digest.add(counts.queries);
  digest.add(counts.duplicates);
  for (const Branch& branch : branches_) digest.add(branch.awaited);
  return digest.value();
}

}  // namespace freshet::core::overlay
