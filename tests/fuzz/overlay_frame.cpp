// A stream of frames as a link delivers it: each header is read, its body goes to the decoder of
// its type. Whatever decodes keeps the limits that its header states.
#include <algorithm>
#include <functional>

#include "node/base/check.h"
#include "node/wire/overlay/announced.h"
#include "node/wire/overlay/block_list.h"
#include "node/wire/overlay/bodies.h"
#include "node/wire/overlay/browse.h"
#include "node/wire/overlay/frame.h"
#include "node/wire/overlay/paths.h"
#include "node/wire/overlay/query_view.h"
#include "node/wire/overlay/route_table.h"
#include "node/wire/overlay/tally.h"

namespace freshet::wire {
namespace {

bool is_same(const QueryRoute& one, const QueryRoute& two) {
  return one.strategy == two.strategy && one.walker == two.walker && one.off_tree == two.off_tree;
}

// A route is read of any body; set on one that decodes, it is read again and changes nothing else.
void decode_route(ByteView body) {
  const QueryRoute before = route_of_query(body);
  FRESHET_CHECK(is_same(route_of_query(with_route(body, before)), before));
  const auto query = decode_query(body);
  if (!query) return;
  FRESHET_CHECK(query->strategy == before.strategy && query->walker == before.walker
                && query->tally == before.tally);
  for (const QueryRoute& route : {QueryRoute{.strategy = 2, .walker = 300, .off_tree = false},
                                  QueryRoute{.strategy = 3, .walker = 0, .off_tree = true},
                                  QueryRoute{}}) {
    const Bytes routed = with_route(body, route);
    FRESHET_CHECK(is_same(route_of_query(routed), route));
    FRESHET_CHECK(route_of_query(routed).tally == before.tally);
    FRESHET_CHECK(is_same(route_of_query(with_route(routed, before)), before));
    if (routed.size() > kMaxBodyBytes) continue;
    const auto again = decode_query(routed);
    FRESHET_CHECK(again && again->terms == query->terms && again->excluded == query->excluded
                  && again->phrases == query->phrases && again->content == query->content
                  && again->max_hits == query->max_hits);
  }
}

void decode_query_body(ByteView body) {
  decode_route(body);
  const auto query = decode_query(body);
  const QueryView view(body);
  FRESHET_CHECK(query.has_value() == view.well_formed());
  if (!query) return;
  FRESHET_CHECK(view.max_hits() == query->max_hits && view.term_count() == query->terms.size());
  for (std::size_t i = 0; i < view.term_count(); ++i)
    FRESHET_CHECK(view.term(i) == query->terms[i]);
  const std::size_t words = query->terms.size() + query->excluded.size() + query->phrases.size();
  FRESHET_CHECK(words <= kMaxQueryWords);
  FRESHET_CHECK(!query->content || words == 0);
  FRESHET_CHECK(!query->filter || words + query->filter->words() <= kMaxQueryWords);
  const auto again = decode_query(encode(*query));
  FRESHET_CHECK(again && again->terms == query->terms && again->content == query->content);
  FRESHET_CHECK(!again->filter == !query->filter);
  if (query->filter) FRESHET_CHECK(encode(*again->filter) == encode(*query->filter));
}

void decode_hit_body(ByteView body) {
  static_cast<void>(node_of_hit(body));  // of any bytes
  const auto hit = decode_query_hit(body);
  if (!hit) return;
  FRESHET_CHECK(node_of_hit(encode_query_hit(encode_record(hit->record), {})) == hit->record.node);
  FRESHET_CHECK(hit->record.files.size() <= kMaxHitFiles);
  FRESHET_CHECK(hit->record.addresses.size() <= kMaxHitAddresses);
  for (const HitFile& file : hit->record.files)
    FRESHET_CHECK(file.name.find('/') == std::string::npos && file.name != "..");
  const auto again = decode_query_hit(
      encode_query_hit(encode_record(hit->record), hit->signature, hit->cached_hops));
  FRESHET_CHECK(again && again->cached_hops == hit->cached_hops);
}

void decode_pong_body(ByteView body) {
  const auto pong = decode_pong(body);
  if (!pong) return;
  FRESHET_CHECK(pong->nodes.size() <= kMaxPongNodes);
  const auto again = decode_pong(encode(*pong));
  FRESHET_CHECK(again && again->nodes.size() == pong->nodes.size());
}

// In a body of any kind.
void decode_announced(ByteView body) {
  const auto queries = read_announced(body);
  if (!queries) return;
  FRESHET_CHECK(queries->size() <= kMaxAnnounced);
  Bytes again;
  append_announced(again, *queries);
  FRESHET_CHECK(read_announced(again) == *queries);
}

void decode_members_body(ByteView body) {
  const auto nodes = decode_members(body);
  if (!nodes) return;
  FRESHET_CHECK(nodes->size() <= kMaxMembers);
  const auto again = decode_members(encode_members(*nodes));
  FRESHET_CHECK(again && again->size() == nodes->size());
}

void check_places(const std::vector<std::uint32_t>& places, std::uint8_t bits) {
  FRESHET_CHECK(places.size() <= kMaxTablePlaces);
  // Ascending, each once.
  FRESHET_CHECK(std::adjacent_find(places.begin(), places.end(), std::greater_equal<>())
                == places.end());
  FRESHET_CHECK(places.empty() || places.back() < std::uint64_t{1} << bits);
  FRESHET_CHECK(decode_places(encode_places(places), bits) == places);
}

void decode_table_body(ByteView body) {
  const auto table = decode_route_table(body);
  if (!table) return;
  FRESHET_CHECK(table->bits >= 1 && table->bits <= 32);
  check_places(table->added, table->bits);
  check_places(table->removed, table->bits);
  const auto again = decode_route_table(encode(*table));
  FRESHET_CHECK(again && again->kind == table->kind && again->sequence == table->sequence);
  FRESHET_CHECK(again->added == table->added && again->removed == table->removed);
  if (table->kind == TableKind::want || table->kind == TableKind::everything) {
    FRESHET_CHECK(table->added.empty() && table->removed.empty());
  } else {
    FRESHET_CHECK(again->bits == table->bits && again->more == table->more);
  }
}

void decode_list_body(ByteView body) {
  const auto list = decode_signed_list(body);
  if (!list) return;
  FRESHET_CHECK(list->list.version != 0);
  FRESHET_CHECK(list->list.nodes.size() + list->list.contents.size() <= kMaxBlockListEntries);
  const auto again =
      decode_signed_list(encode_signed_list(encode_list(list->list), list->signature));
  FRESHET_CHECK(again && again->list.nodes == list->list.nodes);
  FRESHET_CHECK(again->list.contents == list->list.contents);
}

void decode_walker_body(ByteView body) {
  if (const auto walker = decode_walker(body))
    FRESHET_CHECK(decode_walker(encode_walker(*walker)) == walker);
}

void decode_push_body(ByteView body) {
  const auto push = decode_push(body);
  if (!push) return;
  const auto again = decode_push(encode(*push));
  FRESHET_CHECK(again && again->target == push->target && again->origin == push->origin
                && again->addresses == push->addresses && again->content == push->content);
}

void decode_relay_bodies(ByteView body) {
  if (const auto ask = decode_relay_ask(body)) {
    const auto again = decode_relay_ask(encode(*ask));
    FRESHET_CHECK(again && again->target == ask->target && again->addresses == ask->addresses);
  }
  if (const auto call = decode_relay_call(body)) {
    const auto again = decode_relay_call(encode(*call));
    FRESHET_CHECK(again && again->origin == call->origin && again->addresses == call->addresses);
  }
}

void decode_browse_body(ByteView body) {
  const auto browse = decode_browse(body);
  if (!browse) return;
  const auto again = decode_browse(encode(*browse));
  FRESHET_CHECK(again && again->from == browse->from && again->max_files == browse->max_files
                && again->wants_ids == browse->wants_ids);
}

void decode_page_body(ByteView body) {
  const auto page = decode_browse_page(body);
  if (!page) return;
  FRESHET_CHECK(page->files.size() <= kMaxHitFiles);
  FRESHET_CHECK(page->addresses.size() <= kMaxHitAddresses);
  for (const BrowsedFile& file : page->files) {
    FRESHET_CHECK(file.file.name.find('/') == std::string::npos && file.file.name != "..");
    FRESHET_CHECK(page->next == 0 || file.place < page->next);
  }
  const auto again = decode_browse_page(encode(*page));
  FRESHET_CHECK(again && again->files.size() == page->files.size() && again->next == page->next
                && again->addresses == page->addresses && again->state == page->state);
}

void decode_tally_body(ByteView body) {
  const auto tally = decode_tally(body);
  if (!tally) return;
  FRESHET_CHECK(tally->settles <= kMaxTallySettles && tally->counts.nodes <= kMaxTallyCount);
  const auto again = decode_tally(encode(*tally));
  FRESHET_CHECK(again && again->settles == tally->settles && again->counts == tally->counts);
  TallyCounts sum = tally->counts;
  for (int doublings = 0; doublings < 64; ++doublings) sum.add(sum);
  FRESHET_CHECK(sum.nodes >= tally->counts.nodes && sum.query_bytes >= tally->counts.query_bytes);
}

void decode_body(FrameType type, ByteView body) {
  switch (type) {
    case FrameType::hello:
      if (const auto hello = decode_hello(body)) {
        const auto again = decode_hello(encode(*hello));
        FRESHET_CHECK(again && again->member == hello->member && again->wish == hello->wish);
      }
      break;
    case FrameType::bye:
      if (const auto bye = decode_bye(body)) FRESHET_CHECK(decode_bye(encode(*bye)));
      break;
    case FrameType::ping:
    case FrameType::announce:
      decode_announced(body);
      break;
    case FrameType::pong:
      decode_pong_body(body);
      decode_announced(body);
      break;
    case FrameType::query:
      decode_query_body(body);
      break;
    case FrameType::query_hit:
      decode_hit_body(body);
      break;
    case FrameType::route_table:
      decode_table_body(body);
      break;
    case FrameType::join:
    case FrameType::shuffle:
    case FrameType::shuffle_reply:
      decode_members_body(body);
      break;
    case FrameType::push:
      decode_push_body(body);
      break;
    case FrameType::relay_call:
    case FrameType::relay_ask:
    case FrameType::relay_offer:
      decode_relay_bodies(body);
      break;
    case FrameType::block_list:
      decode_list_body(body);
      break;
    case FrameType::block_list_version:
      if (const auto version = decode_list_version(body))
        FRESHET_CHECK(decode_list_version(encode(*version))->version == version->version);
      break;
    case FrameType::browse:
      decode_browse_body(body);
      break;
    case FrameType::browse_page:
      decode_page_body(body);
      break;
    case FrameType::tally:
      decode_tally_body(body);
      break;
    case FrameType::check_back:
    case FrameType::go_on:
      decode_walker_body(body);
      break;
    default:
      break;
  }
}

void decode_stream(ByteView stream) {
  while (stream.size() >= kFrameHeaderBytes) {
    const FrameHeader header = decode_header(stream.data());
    EncodedHeader again{};
    encode_header(header, again.data());
    FRESHET_CHECK(std::equal(again.begin(), again.end(), stream.begin()));
    stream = stream.subspan(kFrameHeaderBytes);
    // A length that lies still feeds the decoders here; a link would end.
    const ByteView body = stream.first(std::min<std::size_t>(header.body_bytes, stream.size()));
    decode_body(header.type, body);
    stream = stream.subspan(body.size());
  }
}

}  // namespace
}  // namespace freshet::wire

// NOLINTNEXTLINE(readability-identifier-naming): the name is libFuzzer's.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  freshet::wire::decode_stream({data, size});
  return 0;
}
