#include "node/io/host/known_hosts.h"

#include <ctime>
#include <vector>

#include <spdlog/spdlog.h>

#include "node/store/host_cache_file.h"

namespace freshet::io {

void recall_hosts(const std::string& file,
                  const std::function<void(core::overlay::Input)>& deliver) {
  const auto loaded = store::load_hosts(file);
  if (!loaded) {
    spdlog::warn("{}", loaded.error().message);
    return;
  }
  for (const store::SavedHost& host : loaded->hosts)
    deliver(core::overlay::HostRemembered{.key = host.key, .address = host.address});
}

void save_hosts(const std::string& file, const core::Node& node, TimePoint now) {
  const auto unix_now = static_cast<UnixSeconds>(std::time(nullptr));
  std::vector<store::SavedHost> hosts;
  for (const core::overlay::CachedHost& host : node.overlay().cached_hosts()) {
    const auto age = std::chrono::duration_cast<std::chrono::seconds>(now - host.heard).count();
    hosts.push_back({.key = host.key, .address = host.address, .last_seen = unix_now - age});
  }
  if (hosts.empty()) return;
  const Status saved = store::save_hosts(file, hosts);
  if (!saved) spdlog::warn("{}", saved.error().message);
}

}  // namespace freshet::io
