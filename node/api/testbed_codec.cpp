#include "node/api/testbed_codec.h"

#include <algorithm>
#include <string>
#include <utility>

#include "node/api/codec.h"

namespace freshet::api {
namespace {

namespace pb = freshet::control::v1;
namespace bed = io::testbed;

constexpr int kMaxPeers = 4096;

std::int64_t ns_of(TimePoint time) {
  return time.time_since_epoch().count();
}

ByteView bytes_of(const std::string& text) {
  return {reinterpret_cast<const Byte*>(text.data()), text.size()};
}

template <typename Id>
std::string text_of(const Id& id) {
  return {reinterpret_cast<const char*>(id.bytes.data()), Id::kSize};
}

bool is_text(const std::string& text, std::size_t most) {
  return text.size() <= most && text.find('\0') == std::string::npos;
}

void write(const bed::QueryAccount& from, pb::TestbedQuery& to) {
  to.set_guid(text_of(from.guid));
  to.set_messages(from.messages);
  to.set_bytes(from.bytes);
  to.set_query_frames(from.query_frames);
  to.set_out_frames(from.out_frames);
  to.set_frames_in(from.frames_in);
  to.set_hits_in(from.hits_in);
  to.set_lost(from.lost);
  to.set_duplicates(from.duplicates);
  if (from.first_at) to.set_first_at_ns(ns_of(*from.first_at));
  for (const auto& hop : from.hops) {
    pb::TestbedQuery::Hop& one = *to.add_hops();
    one.set_hops(hop.hops);
    one.set_first(hop.first);
    one.set_duplicates(hop.duplicates);
  }
  to.set_is_origin(from.is_origin);
  to.set_is_at(from.is_at);
  if (from.asked_at) to.set_asked_at_ns(ns_of(*from.asked_at));
  if (from.first_hit_at) to.set_first_hit_at_ns(ns_of(*from.first_hit_at));
  to.set_first_hit_hops(from.first_hit_hops);
  to.set_hits(from.hits);
}

std::optional<bed::QueryAccount> read(const pb::TestbedQuery& from) {
  if (from.guid().size() != Guid::kSize) return std::nullopt;
  bed::QueryAccount to{.guid = Guid::from(bytes_of(from.guid())),
                       .messages = from.messages(),
                       .bytes = from.bytes(),
                       .query_frames = from.query_frames(),
                       .out_frames = from.out_frames(),
                       .frames_in = from.frames_in(),
                       .hits_in = from.hits_in(),
                       .lost = from.lost(),
                       .duplicates = from.duplicates()};
  if (from.has_first_at_ns()) to.first_at = TimePoint(Duration(from.first_at_ns()));
  for (const auto& hop : from.hops())
    to.hops.push_back({.hops = hop.hops(), .first = hop.first(), .duplicates = hop.duplicates()});
  to.is_origin = from.is_origin();
  to.is_at = from.is_at();
  if (from.has_asked_at_ns()) to.asked_at = TimePoint(Duration(from.asked_at_ns()));
  if (from.has_first_hit_at_ns()) to.first_hit_at = TimePoint(Duration(from.first_hit_at_ns()));
  to.first_hit_hops = from.first_hit_hops();
  to.hits = from.hits();
  return to;
}

}  // namespace

void write(const TestbedRunRequest& from, pb::Request& to) {
  const bed::Setup& setup = from.setup;
  pb::TestbedRun& run = *to.mutable_testbed_run();
  run.set_seed(setup.seed);
  run.set_node(setup.node);
  if (setup.alias) run.set_alias(text_of(*setup.alias));
  run.set_epoch_ns(setup.epoch_ns);
  run.set_dilation(setup.dilation);
  run.set_delay_kind(static_cast<pb::DelayKind>(setup.delay.kind));
  run.set_delay_low_ns(setup.delay.low.count());
  run.set_delay_high_ns(setup.delay.high.count());
  run.set_delay_sigma(setup.delay.sigma);
  run.set_breaks_ties(setup.breaks_ties);
  run.set_loss(setup.loss);
  run.set_discover(setup.discover);
  run.set_max_ttl(setup.max_ttl);
  run.set_target_links(setup.target_links);
  run.set_max_links(setup.max_links);
  run.set_walk_key(setup.walk_key);
  run.set_listen(setup.listen);
  run.set_share(setup.share);
  run.set_capture(setup.capture);
  run.set_drops_queries(setup.drops_queries);
  run.set_has_real_limits(setup.has_real_limits);
}

std::optional<Request> read(const pb::TestbedRun& from) {
  const bool is_delay = from.delay_low_ns() >= 0
                        && (from.delay_kind() != pb::DELAY_KIND_UNIFORM
                            || from.delay_high_ns() >= from.delay_low_ns());
  const bool is_sound = is_delay && from.dilation() > 0 && from.max_ttl() <= 255
                        && from.delay_kind() <= pb::DELAY_KIND_LOGNORMAL
                        && (from.alias().empty() || from.alias().size() == NodeKey::kSize)
                        && is_text(from.listen(), kMaxWordBytes)
                        && is_text(from.share(), kMaxPathBytes)
                        && is_text(from.capture(), kMaxPathBytes);
  if (!is_sound) return std::nullopt;
  bed::Setup setup{.seed = from.seed(), .node = from.node()};
  if (!from.alias().empty()) setup.alias = NodeKey::from(bytes_of(from.alias()));
  setup.epoch_ns = from.epoch_ns();
  setup.dilation = from.dilation();
  setup.delay = {.kind = static_cast<bed::Delay::Kind>(from.delay_kind()),
                 .low = Duration(from.delay_low_ns()),
                 .high = Duration(from.delay_high_ns()),
                 .sigma = from.delay_sigma()};
  setup.breaks_ties = from.breaks_ties();
  setup.loss = from.loss();
  setup.discover = from.discover();
  setup.max_ttl = static_cast<std::uint8_t>(from.max_ttl());
  setup.target_links = from.target_links();
  setup.max_links = from.max_links();
  setup.walk_key = from.walk_key();
  setup.listen = from.listen();
  setup.share = from.share();
  setup.capture = from.capture();
  setup.drops_queries = from.drops_queries();
  setup.has_real_limits = from.has_real_limits();
  return Request(TestbedRunRequest{.setup = std::move(setup)});
}

void write(const TestbedLinkRequest& from, pb::Request& to) {
  pb::TestbedLink& link = *to.mutable_testbed_link();
  for (const std::string& peer : from.peers) link.add_peers(peer);
  link.set_begins(from.begins);
}

std::optional<Request> read(const pb::TestbedLink& from) {
  if (from.peers().size() > kMaxPeers) return std::nullopt;
  TestbedLinkRequest request{.peers = {}, .begins = from.begins()};
  for (const std::string& peer : from.peers()) {
    if (peer.empty() || !is_text(peer, kMaxWordBytes)) return std::nullopt;
    request.peers.push_back(peer);
  }
  return Request(std::move(request));
}

void write(const TestbedAskRequest& from, pb::Request& to) {
  pb::TestbedAsk& ask = *to.mutable_testbed_ask();
  ask.set_guid(text_of(from.guid));
  for (const std::string& term : from.terms) ask.add_terms(term);
  ask.set_ttl(from.ttl);
  ask.set_wanted(from.wanted);
  ask.set_strategy(from.strategy);
}

std::optional<Request> read(const pb::TestbedAsk& from) {
  const bool is_sound = from.guid().size() == Guid::kSize && from.ttl() <= 255
                        && static_cast<std::size_t>(from.terms().size()) <= kMaxWords
                        && is_text(from.strategy(), kMaxWordBytes);
  if (!is_sound) return std::nullopt;
  TestbedAskRequest request{.guid = Guid::from(bytes_of(from.guid())),
                            .terms = {},
                            .ttl = from.ttl(),
                            .wanted = from.wanted(),
                            .strategy = from.strategy()};
  for (const std::string& term : from.terms()) {
    if (term.empty() || !is_text(term, kMaxWordBytes)) return std::nullopt;
    request.terms.push_back(term);
  }
  return Request(std::move(request));
}

void write(const bed::News& from, pb::Reply& to) {
  pb::TestbedNews& news = *to.mutable_testbed_news();
  news.set_number(from.number);
  news.set_address(from.address);
  news.set_links(from.links);
  news.set_deliveries(from.deliveries);
  news.set_late(from.late);
  news.set_worst_late_ns(from.worst_late.count());
  for (const bed::TypeCount& type : from.sent) {
    pb::TestbedNews::Type& one = *news.add_sent();
    one.set_type(type.type);
    one.set_frames(type.frames);
    one.set_bytes(type.bytes);
  }
  for (const bed::QueryAccount& query : from.queries) write(query, *news.add_queries());
}

std::optional<Reply> read(const pb::TestbedNews& from) {
  bed::News news{.number = from.number(),
                 .address = from.address(),
                 .links = from.links(),
                 .deliveries = from.deliveries(),
                 .late = from.late(),
                 .worst_late = Duration(from.worst_late_ns()),
                 .sent = {},
                 .queries = {}};
  for (const auto& type : from.sent())
    news.sent.push_back({.type = type.type(), .frames = type.frames(), .bytes = type.bytes()});
  for (const auto& query : from.queries()) {
    auto account = read(query);
    if (!account) return std::nullopt;
    news.queries.push_back(std::move(*account));
  }
  return Reply(std::move(news));
}

}  // namespace freshet::api
