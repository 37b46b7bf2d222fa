#include "node/api/search_codec.h"

#include <string>

#include "node/api/id_codec.h"

namespace freshet::api {
namespace {

namespace pb = freshet::control::v1;

void write(const SearchTally& from, pb::SearchTally& to) {
  to.set_exact(from.is_exact);
  to.set_nodes(from.counts.nodes);
  to.set_queries(from.counts.queries);
  to.set_query_bytes(from.counts.query_bytes);
  to.set_duplicates(from.counts.duplicates);
  to.set_tallies(from.counts.tallies);
  to.set_hops(from.counts.hops);
  to.set_silent(from.counts.silent);
  to.set_open(from.counts.open);
}
SearchTally read(const pb::SearchTally& from) {
  return {.is_exact = from.exact(),
          .counts = {.nodes = from.nodes(),
                     .queries = from.queries(),
                     .query_bytes = from.query_bytes(),
                     .duplicates = from.duplicates(),
                     .tallies = from.tallies(),
                     .hops = from.hops(),
                     .silent = from.silent(),
                     .open = from.open()}};
}

}  // namespace

void write(const Hit& from, pb::Reply& to) {
  pb::Hit& hit = *to.mutable_hit();
  hit.set_n(from.n);
  if (from.id) write_id(*from.id, *hit.mutable_id());
  hit.set_name(from.name);
  hit.set_size_bytes(from.size_bytes);
  hit.set_sources(from.sources);
  hit.set_hops(from.hops);
  for (const std::string& name : from.other_names) hit.add_other_names(name);
  hit.set_folder_files(from.folder_files);
  hit.set_cached(from.is_cached);
  hit.set_artist(from.metadata.artist);
  hit.set_title(from.metadata.title);
  hit.set_album(from.metadata.album);
  hit.set_duration_ms(from.metadata.duration_ms);
  hit.set_width(from.metadata.width);
  hit.set_height(from.metadata.height);
}
void write(const SearchDone& from, pb::Reply& to) {
  pb::SearchDone& done = *to.mutable_search_done();
  done.set_hits(from.hits);
  done.set_answered(from.answered);
  done.set_seconds(from.seconds);
  done.set_ttl(from.ttl);
  done.mutable_answered_at()->Add(from.answered_at.begin(), from.answered_at.end());
  done.mutable_ranking()->Add(from.ranking.begin(), from.ranking.end());
  if (from.tally) write(*from.tally, *done.mutable_tally());
}

std::optional<Reply> read(const pb::Hit& from) {
  Hit hit{.n = from.n(),
          .id = std::nullopt,
          .name = from.name(),
          .size_bytes = from.size_bytes(),
          .sources = from.sources(),
          .hops = from.hops(),
          .other_names = {from.other_names().begin(), from.other_names().end()},
          .folder_files = from.folder_files(),
          .is_cached = from.cached(),
          .metadata = {.artist = from.artist(),
                       .title = from.title(),
                       .album = from.album(),
                       .duration_ms = from.duration_ms(),
                       .width = from.width(),
                       .height = from.height()}};
  if (!read_optional_id(from.id(), hit.id)) return std::nullopt;
  return hit;
}

SearchDone read(const pb::SearchDone& from) {
  return {.hits = from.hits(),
          .answered = from.answered(),
          .seconds = from.seconds(),
          .ttl = from.ttl(),
          .answered_at = {from.answered_at().begin(), from.answered_at().end()},
          .ranking = {from.ranking().begin(), from.ranking().end()},
          .tally = from.has_tally() ? std::optional(read(from.tally())) : std::nullopt};
}

}  // namespace freshet::api
