#include "node/io/host/limits.h"

#include <utility>

#include "node/core/overlay/strategy/word_table.h"
#include "node/core/search/results.h"
#include "node/wire/overlay/bodies.h"

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
  list.add("outbox_bytes_per_link", config.max_outbox_bytes);
  list.add("penalties", config.max_penalties, guard == nullptr ? 0 : guard->penalties().size());
  list.add("bans_and_blocks", config.max_bans, guard == nullptr ? 0 : guard->bans().all().size());
  list.add("table_words_per_link", core::overlay::kMaxTableWords);
}

void add_search(List& list, const core::search::Config& config) {
  list.add("files_per_answer", config.max_files_per_answer);
  list.add("searches_at_once", config.max_asks);
  list.add("results_per_search", core::search::kMaxResults);
  list.add("sources_per_result", core::search::kMaxSourcesPerResult);
  list.add("sources_per_search", core::search::kMaxSources);
}

void add_transfer(List& list, const core::transfer::Config& config, const core::Node& node) {
  const core::transfer::Engine* engine = node.transfer();
  list.add("transfer_links", config.max_links, engine == nullptr ? 0 : engine->link_count());
  list.add("transfer_links_per_content", config.max_links_per_content);
  list.add("transfer_sources_per_content", config.max_sources);
  list.add("transfer_open_bytes", config.max_open_bytes);
  list.add("upload_slots", config.upload_slots);
}

}  // namespace

Limits core_limits(const core::Config& config, const core::Node& node) {
  List list;
  add_wire(list);
  add_overlay(list, config.overlay, node.overlay());
  add_search(list, config.search);
  add_transfer(list, config.transfer, node);
  return std::move(list.limits);
}

}  // namespace freshet::io
