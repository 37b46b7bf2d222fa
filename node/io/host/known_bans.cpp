#include "node/io/host/known_bans.h"

#include <chrono>
#include <ctime>
#include <vector>

#include <spdlog/spdlog.h>

#include "node/store/ban_file.h"

namespace freshet::io {
namespace {

UnixSeconds unix_now() {
  return static_cast<UnixSeconds>(std::time(nullptr));
}

}  // namespace

void recall_bans(const std::string& file,
                 const std::function<void(core::overlay::Input)>& deliver) {
  const auto loaded = store::load_bans(file);
  if (!loaded) {
    spdlog::warn("{}", loaded.error().message);
    return;
  }
  for (const store::SavedBan& ban : *loaded) {
    core::overlay::Block block{.key = ban.key, .length = std::nullopt};
    if (ban.until) {
      if (*ban.until <= unix_now()) continue;
      block.length = std::chrono::seconds(*ban.until - unix_now());
    }
    deliver(block);
  }
}

void save_bans(const std::string& file, const core::Node& node, TimePoint now) {
  const core::overlay::Guard* guard = node.overlay().guard();
  if (guard == nullptr) return;
  std::vector<store::SavedBan> bans;
  for (const core::overlay::Ban& ban : guard->bans().all()) {
    if (ban.until <= now) continue;  // blocks have a file of their own
    bans.push_back(
        {.key = ban.key,
         .until = unix_now()
                  + std::chrono::duration_cast<std::chrono::seconds>(ban.until - now).count()});
  }
  const Status saved = store::save_bans(file, bans);
  if (!saved) spdlog::warn("{}", saved.error().message);
}

}  // namespace freshet::io
