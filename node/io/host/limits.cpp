#include "node/io/host/limits.h"

#include <algorithm>
#include <utility>

#include "node/core/bittorrent/fetch_config.h"
#include "node/core/bittorrent/peer_book.h"
#include "node/core/bittorrent/seed_link.h"
#include "node/core/bittorrent/tracker.h"
#include "node/core/bittorrent/upload_slots.h"
#include "node/core/overlay/browsing.h"
#include "node/core/overlay/dial_back.h"
#include "node/core/overlay/membership/lost_peers.h"
#include "node/core/overlay/membership/walk_routes.h"
#include "node/core/overlay/strategy/own_searches.h"
#include "node/core/overlay/strategy/tree.h"
#include "node/core/overlay/strategy/walk.h"
#include "node/core/overlay/strategy/word_table.h"
#include "node/core/overlay/tallies.h"
#include "node/core/search/hit_cache.h"
#include "node/core/search/results.h"
#include "node/wire/bt/folder_list.h"
#include "node/wire/bt/http_request.h"
#include "node/wire/bt/metainfo.h"
#include "node/wire/bt/torrent_layout.h"
#include "node/wire/overlay/bodies.h"
#include "node/wire/overlay/paths.h"

namespace freshet::io {
namespace {

class List {
 public:
  void add(const char* name, std::uint64_t value, std::optional<std::uint64_t> use = std::nullopt) {
    limits.push_back({.name = name, .value = value, .use = use});
  }
  Limits limits;
};

void add_wire(List& list) {
  list.add("frame_body_bytes", wire::kMaxBodyBytes);
  list.add("query_body_bytes", wire::kMaxQueryBodyBytes);
  list.add("query_words", wire::kMaxQueryWords);
  list.add("hit_files", wire::kMaxHitFiles);
  list.add("hit_addresses", wire::kMaxHitAddresses);
  list.add("pong_nodes", wire::kMaxPongNodes);
}

void add_overlay(List& list, const core::overlay::Config& config, const core::overlay::Engine& at) {
  const core::overlay::Guard* guard = at.guard();
  list.add("links", config.max_links, at.links().live_count());
  list.add("dials_at_once", config.max_concurrent_dials);
  list.add("cached_hosts", config.max_cached_hosts, at.cached_hosts().size());
  list.add("guids", 2 * config.guids_per_generation, at.remembered_guids());
  list.add(
      "guids_outlasting_a_rush",
      core::overlay::LastingGuids::most(config),
      guard == nullptr ? 0 : std::max(guard->own_queries().size(), guard->near_queries().size()));
  list.add("outbox_bytes_per_link", config.max_outbox_bytes);
  list.add("penalties", config.max_penalties, guard == nullptr ? 0 : guard->penalties().size());
  list.add("bans_and_blocks", config.max_bans, guard == nullptr ? 0 : guard->bans().all().size());
}

void add_membership(List& list,
                    const core::overlay::Config& config,
                    const core::overlay::Engine& at) {
  const core::overlay::View* view = at.view();
  list.add("dials", config.max_pending_dials);
  list.add("link_places",
           view == nullptr ? config.max_links : view->wanted(config).places,
           at.links().up_count());
  list.add("lost_peers", core::overlay::LostPeers::kMost, at.lost_peers());
  list.add("own_addresses", core::overlay::DialPlan::kMaxOwnAddresses);
  list.add("walk_routes",
           core::overlay::WalkRoutes::kMost,
           view == nullptr ? 0 : view->walks().routes().size());
  list.add("names_per_shuffle", wire::kMaxMembers);
}

void add_paths(List& list, const core::overlay::Guard* guard) {
  list.add("push_routes",
           2 * core::overlay::PushRoutes::kPerGeneration,
           guard == nullptr ? 0 : guard->push_routes().size());
  list.add("push_targets",
           core::overlay::AttemptLimiter::kMaxTargets,
           guard == nullptr ? 0 : guard->attempts().size());
  list.add("path_addresses", wire::kMaxPathAddresses);
  list.add("dial_backs_asked", core::overlay::DialBacks::kAsked);
  list.add("browses_waiting_per_link", core::overlay::Browsing::kMaxServedPerLink);
  list.add("browse_pages_asked",
           core::overlay::Browsing::kMaxAsked,
           guard == nullptr || guard->browsing() == nullptr ? 0 : guard->browsing()->asked());
}

void add_strategies(List& list) {
  list.add("tallies", core::overlay::Tallies::kMaxTallies);
  list.add("table_words_per_link", core::overlay::kMaxTableWords);
  list.add("tree_queries_held", core::overlay::Tree::kMaxHeld);
  list.add("tree_queries_missing", core::overlay::Tree::kMaxMissing);
  list.add("tree_offers_per_query", core::overlay::Tree::kMaxOffers);
  list.add("walkers_parked", core::overlay::Walk::kMaxParked);
  list.add("walk_questions", core::overlay::Walk::kMaxAsked);
  list.add("widening_searches", core::overlay::OwnSearches::kMaxSearches);
}

// Frames of each kind that one neighbour may send at once.
void add_rates(List& list) {
  using core::overlay::Rated;
  const auto add = [&](const char* name, Rated kind) {
    list.add(name, core::overlay::rate_of(kind).burst);
  };
  add("probes_at_once_per_link", Rated::probe);
  add("tables_at_once_per_link", Rated::table);
  add("strategy_frames_at_once_per_link", Rated::strategy);
  add("member_frames_at_once_per_link", Rated::member);
  add("pushes_at_once_per_link", Rated::push);
  add("browse_frames_at_once_per_link", Rated::browse);
  add("unknown_frames_at_once_per_link", Rated::unknown);
  add("stray_hits_at_once_per_link", Rated::stray);
  add("hits_at_once_per_link", Rated::hit);
  add("answers_at_once_per_link", Rated::answer);
}

void add_search(List& list, const core::search::Config& config) {
  list.add("files_per_answer", config.max_files_per_answer);
  list.add("searches_at_once", config.max_asks);
  list.add("results_per_search", core::search::kMaxResults);
  list.add("sources_per_result", core::search::kMaxSourcesPerResult);
  list.add("sources_per_search", core::search::kMaxSources);
  list.add("source_nodes_per_search", core::search::kMaxSourceNodes);
  list.add("other_names_per_result", core::search::kMaxOtherNames);
  list.add("other_names_per_search", core::search::kMaxAllOtherNames);
  list.add("unhashed_files_per_search", core::search::kMaxKnownFiles);
  list.add("hits_told_apart_per_search", core::search::kMaxHeard);
  if (config.cache_age == Duration{}) return;
  list.add("hit_cache_bytes", config.cache_bytes);
  list.add("hit_cache_queries", config.cache_queries);
  list.add("hit_cache_records_per_query", config.cache_records);
  list.add("hit_cache_checks_at_once", core::search::HitCache::kMaxChecks);
  list.add("hit_cache_checks_per_second", config.cache_checks_per_s);
}

void add_transfer(List& list, const core::transfer::Config& config, const core::Node& node) {
  const core::transfer::Engine* engine = node.transfer();
  list.add("transfer_links", config.max_links, engine == nullptr ? 0 : engine->link_count());
  list.add("transfer_links_per_content", config.max_links_per_content);
  list.add("transfer_sources_per_content", config.max_sources);
  list.add("transfer_open_bytes", config.max_open_bytes);
  list.add("transfer_readers_per_content", config.max_readers);
  list.add("transfer_reader_window_bytes", config.reader_window_bytes);
  list.add("transfer_dials_pushed", config.max_pushed_dials);
  list.add("transfer_control_bytes_per_link", config.max_control_bytes);
  list.add("transfer_early_bytes_per_link", config.max_early_bytes);
  list.add("transfer_requests_per_link", config.reqq);
  list.add("transfer_hash_reads_per_link", config.max_hash_reads);
  list.add("transfer_addresses_per_source", config.max_endpoints_per_source);
  list.add("transfer_dials_per_content", config.max_dials);
  list.add("transfer_unproven_blocks_per_content", config.max_unproven_blocks);
  list.add("transfer_offences_per_link", config.max_offences);
  list.add("upload_slots", config.upload_slots);
  list.add("upload_slots_at_most", config.max_upload_slots);
}

// What BitTorrent clients, their trackers and torrents may fill.
void add_bittorrent(List& list) {
  const core::bittorrent::SeedConfig seed;
  const core::bittorrent::FetchConfig fetch;
  const core::bittorrent::TrackerConfig tracker;
  list.add("bt_requests_per_link", seed.max_requests);
  list.add("bt_request_bytes", seed.max_request_bytes);
  list.add("bt_hash_requests_per_link", seed.max_hash_requests);
  list.add("bt_hash_rounds_per_link", seed.max_hash_rounds);
  list.add("bt_unsent_bytes_per_link", seed.max_unsent_bytes);
  list.add("bt_offences_per_link", seed.max_offences);
  list.add("bt_upload_slots", core::bittorrent::UploadSlots::Config{}.slots);
  list.add("bt_fetch_links", fetch.max_links);
  list.add("bt_fetch_peers_known", core::bittorrent::PeerBook::kMaxPeers);
  list.add("bt_fetch_early_haves_per_link", fetch.max_early_haves);
  list.add("bt_fetch_allowed_fast_per_link", fetch.max_allowed_fast);
  list.add("tracker_peers_per_torrent", tracker.max_peers);
  list.add("tracker_peers_per_address", tracker.max_peers_per_address);
  list.add("tracker_peers_per_answer", tracker.max_answer);
  list.add("http_request_bytes", wire::bt::kMaxHttpRequestBytes);
  list.add("torrent_metadata_bytes", wire::bt::kMaxInfoBytes);
  list.add("torrent_files", wire::bt::kMaxTorrentFiles);
  list.add("folder_list_bytes", wire::bt::kMaxFolderListBytes);
  list.add("folder_files", wire::bt::kMaxFolderFiles);
}

}  // namespace

Limits core_limits(const core::Config& config, const core::Node& node) {
  List list;
  add_wire(list);
  add_overlay(list, config.overlay, node.overlay());
  add_membership(list, config.overlay, node.overlay());
  add_paths(list, node.overlay().guard());
  add_strategies(list);
  add_rates(list);
  add_search(list, config.search);
  add_transfer(list, config.transfer, node);
  add_bittorrent(list);
  return std::move(list.limits);
}

}  // namespace freshet::io
