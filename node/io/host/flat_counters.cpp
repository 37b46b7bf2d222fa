#include "node/io/host/flat_counters.h"

namespace freshet::io {
namespace {

template <typename Names, typename Counters>
void add(FlatCounters& all, const Names& names, const Counters& counters) {
  for (const auto& entry : names) all.emplace_back(std::string(entry.name), counters.*entry.field);
}

}  // namespace

FlatCounters flat_counters(const core::Counters& core,
                           const ListenerCounters& port,
                           const DiscoveryCounters& beacon) {
  FlatCounters all;
  add(all, core::overlay::kCounterNames, core.overlay);
  add(all, core::search::kCounterNames, core.search);
  add(all, core::transfer::kCounterNames, core.transfer);
  all.emplace_back("connections_accepted", port.accepted);
  all.emplace_back("connections_refused_busy", port.refused_busy);
  all.emplace_back("connections_refused_silent", port.refused_silent);
  all.emplace_back("connections_refused_plain_bt", port.refused_plain_bt);
  all.emplace_back("connections_refused_http", port.refused_http);
  all.emplace_back("connections_refused_unknown", port.refused_unknown);
  all.emplace_back("connections_accept_failed", port.accept_failed);
  all.emplace_back("handshakes_failed", port.handshakes_failed);
  all.emplace_back("beacons_sent", beacon.sent);
  all.emplace_back("beacon_replies", beacon.replies);
  all.emplace_back("beacons_silent", beacon.silent);
  all.emplace_back("beacons_heard", beacon.heard);
  all.emplace_back("beacons_malformed", beacon.malformed);
  all.emplace_back("beacons_foreign", beacon.foreign);
  all.emplace_back("beacons_off_link", beacon.off_link);
  all.emplace_back("beacons_over_limit", beacon.over_limit);
  all.emplace_back("beacons_unanswered", beacon.unanswered);
  all.emplace_back("beacons_send_failed", beacon.send_failed);
  return all;
}

void add_view(FlatCounters& all,
              const core::overlay::Engine& overlay,
              const core::overlay::Config& config) {
  const core::overlay::View* view = overlay.view();
  all.emplace_back("links_wanted", view == nullptr ? 0 : view->wanted(config).links);
  all.emplace_back("link_places", view == nullptr ? 0 : view->wanted(config).places);
  all.emplace_back("links_limit", config.max_links);
  all.emplace_back("hosts_known", overlay.cached_hosts().size());
  all.emplace_back("hosts_known_limit", config.max_cached_hosts);
  all.emplace_back("lost_peers", overlay.lost_peers());
  all.emplace_back("lost_peers_limit", core::overlay::LostPeers::kMost);
  all.emplace_back("dials_limit", config.max_pending_dials);
}

void add_membership(FlatCounters& all, const MembershipCounters& proofs) {
  all.emplace_back("mesh_proofs_wrong", proofs.wrong);
  all.emplace_back("mesh_proofs_missing", proofs.missing);
  all.emplace_back("mesh_proofs_replayed", proofs.replayed);
}

}  // namespace freshet::io
