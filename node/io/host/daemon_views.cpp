#include <algorithm>
#include <utility>

#include "node/core/overlay/dial_back.h"
#include "node/io/host/limits.h"
#include "node/io/host/node_daemon.h"
#include "node/io/net/address_list.h"

namespace freshet::io {

std::vector<NodeKey> NodeDaemon::known_nodes() const {
  std::vector<NodeKey> nodes;
  for (const PeerView& peer : peers()) nodes.push_back(peer.key);
  for (const co::CachedHost& host : node_->overlay().cached_hosts()) {
    if (host.key && std::find(nodes.begin(), nodes.end(), *host.key) == nodes.end())
      nodes.push_back(*host.key);
  }
  return nodes;
}

Limits NodeDaemon::limits() const {
  Limits limits = core_limits(config_, *node_);
  const auto add = [&](const char* name, std::size_t value, std::size_t use) {
    limits.push_back({.name = name, .value = value, .use = use});
  };
  const auto bound = [&](const char* name, std::size_t value) {
    limits.push_back({.name = name, .value = value, .use = std::nullopt});
  };
  const ListenerLimits port;
  const DiscoveryConfig beacon;
  const core::RelayLimits relay;
  add("handshakes", port.max_handshakes, listener_->handshakes());
  bound("handshakes_per_address", port.max_handshakes_per_address);
  bound("handshake_bytes", kMaxHandshakeBytes);
  bound("link_buffer_bytes", port.link.buffer_bytes);
  add("beacon_interfaces", beacon.max_interfaces, discovery_ ? discovery_->places().size() : 0);
  bound("beacons_believed_per_second", beacon.max_seen_per_second);
  bound("beacon_nodes_known", beacon.answers.max_known);
  bound("beacon_answers_per_second", beacon.answers.max_answered);
  add("relays", relay.max_relays, relays_->open());
  bound("relays_per_node", relay.max_per_node);
  bound("relay_bytes", relay.max_bytes);
  add("relay_newcomers", Relays::kMaxNewcomers, relays_->newcomers());
  add("relay_ends_coming", RelayEnds::kMaxComing, relays_->coming());
  bound("relay_thirds_asked", RelayEnds::kMaxThirds);
  bound("mesh_proofs_remembered", Membership::kRemembered);
  bound("addresses_per_dial", DialLimits{}.max_addresses);
  bound("transfer_buffer_bytes_per_link", TransferLinks::kBufferBytes);
  bound("content_searches", Searches::kMaxContentAsks);
  bound("content_searches_of_tracker", Searches::kMaxNodeAsks);
  bound("listed_files", Listing::kMaxFiles);
  bound("folders_shared", Folders::kMaxFolders);
  add("lookups_waiting_for_hashes", Library::kMaxWaiters, library_->waiters());
  bound("browse_looks_per_page", Library::kMaxBrowseLooks);
  bound("failed_dials_told", Reachability::kMaxFailed);
  add("dial_targets", co::TargetLimit::kMaxTargets, targets_.size());
  add("hit_signatures", 2 * HitSeals::kMaxRemembered, seals_.remembered());
  add("hit_signers", cs::Freshness::kMaxNodes, seals_.freshness().size());
  add("blocks", Blocks::kMaxOwn, blocks_->own_count());
  add("block_list", wire::kMaxBlockListEntries, blocks_->listed_count());
  if (testbed_) add("testbed_queries", testbed::Ledger::kMaxQueries, testbed_->ledger().size());
  torrents_->add_limits(limits);
  torrent_fetches_->add_limits(limits);
  return limits;
}

std::vector<std::string> NodeDaemon::listen_addresses() const {
  std::vector<std::string> texts;
  for (const Endpoint& endpoint : listener_->local()) texts.push_back(endpoint.to_string());
  return texts;
}

std::vector<std::string> NodeDaemon::dial_addresses() const {
  std::vector<std::string> texts;
  for (const Endpoint& endpoint : usable_addresses(listener_->local()))
    texts.push_back(endpoint.to_string());
  return texts;
}

std::chrono::milliseconds NodeDaemon::uptime() const {
  return std::chrono::duration_cast<std::chrono::milliseconds>(pump_->now().time_since_epoch());
}

FlatCounters NodeDaemon::counters() const {
  FlatCounters all = flat_counters(
      counters_, listener_->counters(), discovery_ ? discovery_->counters() : DiscoveryCounters{});
  all.emplace_back("dials_over_limit", targets_.refused());
  add_view(all, node_->overlay(), config_.overlay);
  add_membership(all, parts_.tls.membership()->counters());
  relays_->count(all);
  all.emplace_back("files_hashed", library_->counters().files_hashed);
  all.emplace_back("files_changed", library_->counters().files_changed);
  all.emplace_back("share_scans", library_->counters().scans);
  const MetadataReads& metadata = library_->metadata();
  all.emplace_back("metadata_files_read", metadata.counters().files_read);
  all.emplace_back("metadata_files_failed", metadata.counters().files_failed);
  all.emplace_back("metadata_files_waiting", metadata.waiting());
  all.emplace_back("metadata_contents", metadata.contents());
  all.emplace_back("metadata_workers_started", metadata.counters().workers);
  all.emplace_back("lookups_forgotten", library_->counters().lookups_forgotten);
  all.emplace_back("browses_refused", library_->counters().browses_refused + browses_refused_);
  all.emplace_back("hit_signers_forgotten", seals_.freshness().forgotten());
  all.emplace_back("files_blocked", blocked_files_);
  all.emplace_back("links_altered", overlay_links_->altered());
  all.emplace_back("transfer_links_altered", transfer_links_->altered());
  if (testbed_) {
    all.emplace_back("testbed_queries_forgotten", testbed_->ledger().forgotten());
    all.emplace_back("testbed_links_refused", testbed_->refused());
  }
  all.emplace_back("opens_refused", blocked_opens_);
  all.emplace_back("transfer_links_blocked", blocked_links_);
  torrents_->count(all);
  torrent_fetches_->count(all);
  return all;
}

PeerView NodeDaemon::view_of(const OverlayPeer& peer) const {
  PeerView view{.key = peer.link->peer(),
                .address = peer.link->remote().to_string(),
                .name = peer.name,
                .direction = peer.direction,
                .rtt_ms = std::nullopt,
                .bytes_in = peer.link->bytes_in(),
                .bytes_out = peer.link->bytes_out(),
                .listen = peer.listen ? peer.listen->to_string() : std::string()};
  const co::LinkTable& links = node_->overlay().links();
  if (const co::Link* link = links.find(peer.id)) {
    if (link->rtt_us != 0) view.rtt_ms = link->rtt_us / 1000.0;
  }
  return view;
}

std::vector<PeerView> NodeDaemon::peers() const {
  std::vector<PeerView> views;
  for (const auto& [id, peer] : overlay_links_->peers()) {
    const co::Link* link = node_->overlay().links().find(peer.id);
    if (link != nullptr && link->state == co::LinkState::up) views.push_back(view_of(peer));
  }
  return views;
}

std::optional<LinkId> NodeDaemon::link_to(const NodeKey& node) const {
  for (const auto& [id, peer] : overlay_links_->peers()) {
    const co::Link* link = node_->overlay().links().find(peer.id);
    if (link != nullptr && link->state == co::LinkState::up && peer.link->peer() == node)
      return peer.id;
  }
  return std::nullopt;
}

NetworkView NodeDaemon::network() const {
  NetworkView view;
  view.discover = options_.discover;
  view.beacon = discovery_ != nullptr;
  view.known_hosts = node_->overlay().cached_hosts().size();
  view.failed = reachability_->failed();
  if (!discovery_) return view;
  const DiscoveryCounters& beacon = discovery_->counters();
  view.places = discovery_->places();
  view.beacons_sent = beacon.sent;
  view.beacons_heard = beacon.heard;
  view.beacons_foreign = beacon.foreign;
  return view;
}

void NodeDaemon::check_reach(Reachability::Answers answers) {
  reachability_->check(std::min<std::size_t>(peers().size(), co::DialBacks::kAsked),
                       std::move(answers));
}

}  // namespace freshet::io
