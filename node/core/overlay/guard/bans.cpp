#include "node/core/overlay/guard/bans.h"

#include <algorithm>

namespace freshet::core::overlay {

Ban* Bans::find(const NodeKey& key) {
  const auto found =
      std::find_if(bans_.begin(), bans_.end(), [&](const Ban& ban) { return ban.key == key; });
  return found == bans_.end() ? nullptr : &*found;
}

bool Bans::has(const NodeKey& key, TimePoint now) const {
  return std::any_of(bans_.begin(), bans_.end(), [&](const Ban& ban) {
    return ban.key == key && (ban.is_block || ban.until > now);
  });
}

void Bans::make_room(const Config& config, TimePoint now) {
  std::erase_if(
      bans_, [&](const Ban& ban) { return !ban.is_block && now - ban.until > config.ban_memory; });
  if (bans_.size() < config.max_bans) return;
  const auto first = std::min_element(bans_.begin(), bans_.end(), [](const Ban& a, const Ban& b) {
    return a.is_block != b.is_block ? b.is_block : a.until < b.until;
  });
  if (first != bans_.end() && !first->is_block) bans_.erase(first);
}

TimePoint Bans::punish(const Config& config, const NodeKey& key, TimePoint now) {
  const Ban* ban = find(key);
  const bool is_first = ban == nullptr || ban->length == Duration{};
  const Duration length =
      is_first ? config.first_ban : std::min(config.longest_ban, 2 * ban->length);
  add(config, key, length, now);
  return now + length;
}

bool Bans::add(const Config& config,
               const NodeKey& key,
               std::optional<Duration> length,
               TimePoint now) {
  Ban* ban = find(key);
  if (ban == nullptr) {
    make_room(config, now);
    if (bans_.size() >= config.max_bans) return false;
    ban = &bans_.emplace_back(Ban{.key = key});
  }
  if (length) {
    ban->until = now + *length;
    ban->length = *length;
  } else {
    ban->is_block = true;
  }
  return true;
}

bool Bans::unblock(const NodeKey& key) {
  Ban* ban = find(key);
  if (ban == nullptr || !ban->is_block) return false;
  ban->is_block = false;
  if (ban->length == Duration{}) bans_.erase(bans_.begin() + (ban - bans_.data()));
  return true;
}

void Bans::digest(Digest& digest) const {
  for (const Ban& ban : bans_) {
    digest.add(ban.key.view());
    digest.add(ban.is_block ? 1U : 0U);
    digest.add(static_cast<std::uint64_t>(ban.until.time_since_epoch().count()));
  }
}

}  // namespace freshet::core::overlay
