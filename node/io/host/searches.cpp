#include "node/io/host/searches.h"

#include <algorithm>
#include <set>
#include <utility>

#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>

namespace freshet::io {

namespace cs = core::search;

namespace {

constexpr std::uint8_t kContentTtl = 7;
constexpr std::uint32_t kHitsPerContentAsk = 1;
// For what an id is of, once the mesh was asked. Whoever answers later is a source nevertheless.
constexpr std::chrono::milliseconds kUnknownIdPatience{3000};

Wanted wanted_from(const cs::SearchResult& result, const NodeKey& self) {
  Wanted wanted{.content = *result.id,
                .name = result.name,
                .size_claim = result.size_bytes,
                .sources = {},
                .folder = result.folder};
  for (const cs::Source& source : result.sources) {
    if (source.node == self) continue;
    wanted.sources.push_back(
        {.key = source.node, .endpoints = source.addresses, .size_claim = source.size_bytes});
  }
  return wanted;
}

}  // namespace

struct Searches::Session {
  cs::AskId ask;
  cs::ResultSet results;
  Changed changed;  ///< empty when nobody watches
  Tallied tallied;  ///< the same, or when it is not wanted
};

// A `get` that waits until its result has an id, or until somebody says what its id is of.
struct Searches::Pending {
  explicit Pending(asio::io_context& io) : timer(io) {}
  std::optional<ContentId> content;
  cs::AskId ask;  ///< the search that the number is of
  cs::ResultNumber number = 0;
  std::function<void(Result<Wanted>)> resolved;
  asio::steady_timer timer;
};

Searches::Searches(asio::io_context& io,
                   const NodeKey& self,
                   Deliver deliver,
                   SourcesFound sources_found,
                   IsHere is_here)
    : io_(io),
      self_(self),
      deliver_(std::move(deliver)),
      sources_found_(std::move(sources_found)),
      is_here_(std::move(is_here)) {}

Searches::~Searches() = default;

cs::AskId Searches::start(wire::Query query, const Scope& scope, Changed changed, Tallied tallied) {
  const cs::AskId ask{next_ask_++};
  instead_.reset();
  sessions_.remove_if([&](const auto& session) {
    const bool unwatched = !session->changed;
    if (unwatched) deliver_(cs::Forget{.ask = session->ask});
    return unwatched;
  });
  sessions_.push_back(std::make_unique<Session>(Session{
      .ask = ask, .results = {}, .changed = std::move(changed), .tallied = std::move(tallied)}));
  send(ask, std::move(query), scope);
  return ask;
}

void Searches::list_instead(std::shared_ptr<NumberedResults> results) {
  instead_ = std::move(results);
}

std::vector<cs::Source> Searches::nodes() const {
  std::vector<cs::Source> nodes;
  if (sessions_.empty()) return nodes;
  std::set<NodeKey> told;
  for (const cs::SearchResult* result : sessions_.back()->results.all()) {
    for (const cs::Source& source : result->sources) {
      if (source.node != self_ && told.insert(source.node).second) nodes.push_back(source);
    }
  }
  return nodes;
}

void Searches::repeat(cs::AskId ask, wire::Query query, const Scope& scope) {
  if (results(ask) == nullptr) return;
  deliver_(cs::Forget{.ask = ask});
  send(ask, std::move(query), scope);
}

void Searches::send(cs::AskId ask, wire::Query query, const Scope& scope) {
  deliver_(cs::Ask{.ask = ask,
                   .query = std::move(query),
                   .ttl = scope.ttl,
                   .strategy = scope.strategy,
                   .wanted = scope.wanted});
}

void Searches::stop_watching(cs::AskId ask) {
  for (auto session = sessions_.begin(); session != sessions_.end(); ++session) {
    if ((*session)->ask != ask) continue;
    (*session)->changed = nullptr;
    (*session)->tallied = nullptr;
    if (std::next(session) == sessions_.end()) return;  // the last search is kept
    deliver_(cs::Forget{.ask = ask});
    sessions_.erase(session);
    return;
  }
}

const cs::ResultSet* Searches::results(cs::AskId ask) const {
  for (const auto& session : sessions_) {
    if (session->ask == ask) return &session->results;
  }
  return nullptr;
}

void Searches::on_hit(const cs::Hit& hit) {
  for (const auto& session : sessions_) {
    if (session->ask == hit.ask) {
      add_hit(*session, hit);
      settle_numbers();
      return;
    }
  }
  for (const ContentAsk& asked : content_asks_) {
    if (asked.ask == hit.ask) {
      add_content_sources(asked.content, hit);
      return;
    }
  }
  for (const ContentAsk& asked : node_asks_) {
    if (asked.ask != hit.ask) continue;
    const NodeHeard heard = asked.heard;  // it may ask for another
    if (hit.record.node != self_) heard(hit.record);
    return;
  }
}

void Searches::on_tallied(const core::overlay::Tallied& tally) {
  for (const auto& session : sessions_) {
    if (session->ask.value == tally.ask && session->tallied) return session->tallied(tally);
  }
}

void Searches::add_hit(Session& session, const cs::Hit& hit) {
  const auto changed = session.results.add(hit.record, hit.hops, hit.is_cached);
  if (!session.changed) return;
  const Changed tell = session.changed;  // it may stop watching meanwhile
  for (const cs::ResultNumber number : changed) {
    if (const cs::SearchResult* result = session.results.by_number(number)) tell(*result);
  }
}

void Searches::add_content_sources(const ContentId& content, const cs::Hit& hit) {
  if (hit.record.node == self_) return;
  for (const wire::HitFile& file : hit.record.files) {
    if (file.content != content) continue;
    const core::transfer::Source source{
        .key = hit.record.node, .endpoints = hit.record.addresses, .size_claim = file.size_bytes};
    settle_whole(file, source);
    sources_found_(content, {source});
    return;
  }
}

void Searches::ask_content(const ContentId& content) {
  flood_for({.ask = {}, .content = content}, content_asks_, kMaxContentAsks);
}

void Searches::find_nodes(const ContentId& content, NodeHeard heard) {
  node_asks_.remove_if([&](const ContentAsk& asked) {
    if (asked.content != content) return false;
    deliver_(cs::Forget{.ask = asked.ask});
    return true;
  });
  flood_for({.ask = {}, .content = content, .heard = std::move(heard)}, node_asks_, kMaxNodeAsks);
}

void Searches::flood_for(ContentAsk asked, std::list<ContentAsk>& asks, std::size_t most) {
  asked.ask = cs::AskId{next_ask_++};
  if (asks.size() >= most) {
    deliver_(cs::Forget{.ask = asks.front().ask});
    asks.pop_front();
  }
  wire::Query query;
  query.content = asked.content;
  query.max_hits = kHitsPerContentAsk;
  const cs::AskId ask = asked.ask;
  asks.push_back(std::move(asked));
  deliver_(cs::Ask{.ask = ask, .query = std::move(query), .ttl = kContentTtl});
}

void Searches::resolve(const std::string& what,
                       std::chrono::milliseconds patience,
                       std::function<void(Result<Wanted>)> resolved) {
  const auto whole_id = ContentId::from_hex(what);
  if (instead_) {
    instead_->resolve(what, patience, std::move(resolved));
    return;
  }
  if (sessions_.empty()) {
    if (whole_id) {
      resolve_whole(*whole_id, patience, std::move(resolved));
    } else {
      resolved(Error{
          .code = ErrorCode::invalid,
          .message =
              "'" + what + "' means nothing yet: search first, or give a whole id of 64 digits"});
    }
    return;
  }
  const auto found = sessions_.back()->results.resolve(what);
  if (!found) {
    if (whole_id) {
      resolve_whole(*whole_id, patience, std::move(resolved));
    } else {
      resolved(Error{.code = ErrorCode::invalid, .message = found.error().message});
    }
    return;
  }
  if ((*found)->id) {
    resolved(wanted_from(**found, self_));
    return;
  }
  wait_for_id((*found)->number, patience, std::move(resolved));
}

std::shared_ptr<Searches::Pending> Searches::wait(std::chrono::milliseconds patience,
                                                  Result<Wanted> at_last,
                                                  std::function<void(Result<Wanted>)> resolved) {
  auto pending = std::make_shared<Pending>(io_);
  pending->resolved = std::move(resolved);
  pending_.push_back(pending);
  pending->timer.expires_after(patience);
  pending->timer.async_wait(
      [this, pending, at_last = std::move(at_last)](const std::error_code& canceled) {
        if (canceled) return;
        pending_.remove(pending);
        pending->resolved(at_last);
      });
  return pending;
}

void Searches::wait_for_id(cs::ResultNumber number,
                           std::chrono::milliseconds patience,
                           std::function<void(Result<Wanted>)> resolved) {
  const auto pending =
      wait(patience,
           Error{.code = ErrorCode::no_source,
                 .message = "the node that has it has not hashed it yet; try again in a while"},
           std::move(resolved));
  pending->ask = sessions_.back()->ask;
  pending->number = number;
}

void Searches::resolve_whole(const ContentId& content,
                             std::chrono::milliseconds patience,
                             std::function<void(Result<Wanted>)> resolved) {
  Wanted plain{.content = content, .name = {}, .size_claim = std::nullopt, .sources = {}};
  if (patience.count() <= 0 || is_here_(content)) {
    resolved(std::move(plain));
    return;
  }
  wait(std::min(patience, kUnknownIdPatience), std::move(plain), std::move(resolved))->content =
      content;
  ask_content(content);
}

void Searches::settle(const std::function<std::optional<Wanted>(const Pending&)>& wanted_of) {
  std::vector<std::pair<std::shared_ptr<Pending>, Wanted>> settled;
  pending_.remove_if([&](const std::shared_ptr<Pending>& pending) {
    auto wanted = wanted_of(*pending);
    if (!wanted) return false;
    settled.emplace_back(pending, std::move(*wanted));
    return true;
  });
  for (auto& [pending, wanted] : settled) {
    pending->timer.cancel();
    pending->resolved(std::move(wanted));
  }
}

void Searches::settle_numbers() {
  settle([this](const Pending& pending) -> std::optional<Wanted> {
    const cs::ResultSet* of = pending.content ? nullptr : results(pending.ask);
    const cs::SearchResult* result = of == nullptr ? nullptr : of->by_number(pending.number);
    if (result == nullptr || !result->id) return std::nullopt;
    return wanted_from(*result, self_);
  });
}

void Searches::settle_whole(const wire::HitFile& file, const core::transfer::Source& source) {
  settle([&](const Pending& pending) -> std::optional<Wanted> {
    if (!pending.content || pending.content != file.content) return std::nullopt;
    return Wanted{.content = *file.content,
                  .name = file.name,
                  .size_claim = file.size_bytes,
                  .sources = {source},
                  .folder = file.folder};
  });
}

void Searches::stop() {
  for (const auto& pending : pending_) pending->timer.cancel();
  pending_.clear();
}

}  // namespace freshet::io
