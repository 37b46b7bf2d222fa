#include "node/cli/json_view.h"

#include <cmath>

#include "node/cli/hashing_text.h"

namespace freshet::cli {
namespace {

using nlohmann::json;

// Seconds to the millisecond, milliseconds to the microsecond.
double thousandths(double value) {
  return std::round(value * 1000) / 1000;
}

template <typename Id>
json id_or_null(const std::optional<Id>& id) {
  return id ? json(id->hex()) : json(nullptr);
}

// Keys for what the file says of itself, and none for what it does not say.
void add_said(const wire::FileMetadata& metadata, json& view) {
  const auto text = [&](const char* key, const std::string& value) {
    if (!value.empty()) view[key] = value;
  };
  const auto number = [&](const char* key, std::uint32_t value) {
    if (value != 0) view[key] = value;
  };
  text("artist", metadata.artist);
  text("title", metadata.title);
  text("album", metadata.album);
  number("duration_ms", metadata.duration_ms);
  number("width", metadata.width);
  number("height", metadata.height);
}

}  // namespace

std::string_view word_for(api::Direction direction) {
  return direction == api::Direction::in ? "in" : "out";
}

std::string_view word_for(api::DownloadState state) {
  switch (state) {
    case api::DownloadState::fetching:
      return "fetching";
    case api::DownloadState::paused:
      return "paused";
    case api::DownloadState::done:
      return "done";
    case api::DownloadState::failed:
      return "failed";
  }
  return "unknown";
}

std::string_view word_for(api::BrowseDone::Outcome outcome) {
  switch (outcome) {
    case api::BrowseDone::Outcome::listed:
      return "listed";
    case api::BrowseDone::Outcome::refused:
      return "refused";
    case api::BrowseDone::Outcome::receive_only:
      return "receive_only";
    case api::BrowseDone::Outcome::too_old:
      return "too_old";
  }
  return "unknown";
}

json json_of(const api::RateInfo& rates) {
  const auto limit = [](std::uint64_t rate) {
    return rate == 0 ? json(nullptr) : json(rate);
  };
  return {{"up", limit(rates.up)}, {"down", limit(rates.down)}, {"polite", rates.polite}};
}
json json_of(const api::Hashing& hashing) {
  const auto seconds = seconds_left(hashing);
  return {{"files", hashing.files},
          {"bytes", hashing.bytes},
          {"bytes_per_second", hashing.bytes_per_second},
          {"eta_seconds", seconds ? json(*seconds) : json(nullptr)},
          {"paused", hashing.paused}};
}

json json_of(const api::StatusInfo& status) {
  json counters = json::object();
  for (const api::Counter& counter : status.counters) counters[counter.name] = counter.value;
  json limits = json::array();
  for (const api::LimitInfo& limit : status.limits) {
    limits.push_back({{"name", limit.name},
                      {"value", limit.value},
                      {"use", limit.use ? json(*limit.use) : json(nullptr)}});
  }
  return {{"schema", kJsonSchema},
          {"id", status.id.hex()},
          {"name", status.name},
          {"agent", status.agent},
          {"state", status.state_dir},
          // What a script wants to dial; the others, where there are more, are in `addresses`.
          {"listen", status.listen.empty() ? "" : status.listen.front()},
          {"addresses", status.listen},
          {"mesh", status.mesh_id},
          {"mesh_name", status.mesh_name},
          {"peers", status.peers},
          {"shared_files", status.shared_files},
          {"shared_bytes", status.shared_bytes},
          {"hashed_files", status.hashed_files},
          {"hashed_bytes", status.hashed_bytes},
          {"hashing", json_of(status.hashing)},
          {"share_problems", status.share_problems},
          {"rates", json_of(status.rates)},
          {"uptime_seconds", static_cast<double>(status.uptime.count()) / 1000},
          {"counters", std::move(counters)},
          {"limits", std::move(limits)}};
}

json json_of(const api::PeerList& peers) {
  json list = json::array();
  for (const api::PeerInfo& peer : peers.peers) {
    list.push_back({{"schema", kJsonSchema},
                    {"id", peer.id.hex()},
                    {"addr", peer.addr},
                    {"name", peer.name},
                    {"direction", word_for(peer.direction)},
                    {"rtt_ms", peer.rtt_ms ? json(thousandths(*peer.rtt_ms)) : json(nullptr)},
                    {"bytes_in", peer.bytes_in},
                    {"bytes_out", peer.bytes_out}});
  }
  return list;
}

json json_of(const api::Joined& joined) {
  return {{"schema", kJsonSchema},
          {"id", joined.id.hex()},
          {"addr", joined.addr},
          {"name", joined.name}};
}

json json_of(const api::ShareLines& shares) {
  json list = json::array();
  for (const api::ShareLine& share : shares.shares) {
    list.push_back({{"path", share.path},
                    {"files", share.files},
                    {"bytes", share.bytes},
                    {"hashed_files", share.hashed_files},
                    {"scanning", share.scanning},
                    {"browse", share.browse},
                    {"problem", share.problem}});
  }
  return {
      {"schema", kJsonSchema}, {"shares", std::move(list)}, {"hashing", json_of(shares.hashing)}};
}

json json_of(const api::ShareCount& count) {
  return {{"schema", kJsonSchema}, {"files", count.files}, {"bytes", count.bytes}};
}

json json_of(const api::Hit& hit) {
  json names = json::array({hit.name});
  for (const std::string& name : hit.other_names) names.push_back(name);
  json view = {{"schema", kJsonSchema},
               {"event", "hit"},
               {"n", hit.n},
               {"id", id_or_null(hit.id)},
               {"name", hit.name},
               {"size", hit.size_bytes},
               {"sources", hit.sources},
               {"hops", hit.hops},
               {"names", names},
               {"folder", hit.folder_files > 0}};
  if (hit.folder_files > 0) view["files"] = hit.folder_files;
  if (hit.is_cached) view["cached"] = true;
  add_said(hit.metadata, view);
  return view;
}

json json_of(const api::SearchTally& tally) {
  return {{"exact", tally.is_exact},
          {"nodes", tally.counts.nodes},
          {"hops", tally.counts.hops},
          {"messages", tally.counts.queries},
          {"bytes", tally.counts.query_bytes},
          {"duplicates", tally.counts.duplicates},
          {"tallies", tally.counts.tallies},
          {"silent", tally.counts.silent},
          {"open", tally.counts.open}};
}

json json_of(const api::SearchDone& done) {
  json object = {{"schema", kJsonSchema},
                 {"event", "done"},
                 {"hits", done.hits},
                 {"answered", done.answered},
                 {"answered_at", done.answered_at},
                 {"ttl", done.ttl},
                 {"reached", nullptr},  // without a tally nobody counts whom a search reached
                 {"ranking", done.ranking},
                 {"seconds", thousandths(done.seconds)}};
  if (done.tally) object["tally"] = json_of(*done.tally);
  if (done.tally && done.tally->is_exact) object["reached"] = done.tally->counts.nodes;
  return object;
}

json json_of(const api::BrowseDone& done) {
  return {{"schema", kJsonSchema},
          {"event", "done"},
          {"hits", done.files},
          {"answered", 1},
          {"node", done.node.hex()},
          {"name", done.name},
          {"outcome", word_for(done.outcome)},
          {"more", done.more},
          {"linked", done.was_linked},
          {"seconds", thousandths(done.seconds)}};
}

json json_of(const api::GetProgress& progress) {
  return {{"schema", kJsonSchema},
          {"event", "progress"},
          {"id", progress.id.hex()},
          {"done", progress.done_bytes},
          {"size", progress.size_bytes},
          {"sources", progress.sources}};
}

json json_of(const api::GetDone& done) {
  return {{"schema", kJsonSchema},
          {"event", "done"},
          {"id", done.id.hex()},
          {"path", done.path},
          {"bytes", done.size_bytes},
          {"seconds", thousandths(done.seconds)},
          {"sources", done.sources}};
}

json json_of(const api::DownloadList& downloads) {
  json list = json::array();
  for (const api::DownloadInfo& download : downloads.downloads) {
    list.push_back({{"id", download.id.hex()},
                    {"name", download.name},
                    {"folder", download.folder},
                    {"size", download.size_bytes},
                    {"done", download.done_bytes},
                    {"state", word_for(download.state)},
                    {"sources", download.sources}});
  }
  return {{"schema", kJsonSchema}, {"downloads", std::move(list)}};
}

json json_of(const api::BlockInfos& infos) {
  json list = json::array();
  for (const api::BlockInfo& block : infos.blocks) {
    list.push_back({{"kind", block.node ? "node" : "content"},
                    {"id", block.node ? id_or_null(block.node) : id_or_null(block.content)},
                    {"by_user", block.by_user},
                    {"by_moderator", block.by_moderator}});
  }
  return {{"schema", kJsonSchema},
          {"blocks", std::move(list)},
          {"moderator", id_or_null(infos.moderator)},
          {"version", infos.version}};
}

json json_of(const api::TorrentText& text) {
  return {{"schema", kJsonSchema},
          {"id", text.id.hex()},
          {"name", text.name},
          {"size", text.size_bytes},
          {"info_hash", id_or_null(text.v1)},
          {"info_hash_v2", id_or_null(text.v2)},
          {"trackers", text.trackers},
          {"magnet", text.magnet}};
}

}  // namespace freshet::cli
