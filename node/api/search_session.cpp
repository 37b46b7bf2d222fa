#include "node/api/search_session.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>

#include "node/core/overlay/config.h"
#include "node/core/search/query_text.h"
#include "node/core/search/ranking.h"

namespace freshet::api {
namespace {

constexpr std::uint32_t kDefaultTtl = 7;
constexpr std::uint32_t kMaxTtl = 15;
constexpr Millis kDefaultTimeout{2000};
// Of a watch: each pause is half as long again as the one before, so that a search that is left
// running costs the mesh little.
constexpr Millis kFirstPause{5'000};
constexpr Millis kLongestPause{300'000};
/// How often a search that only waits for its tally looks whether it is there.
constexpr Millis kTallyLook{20};

struct SearchSession {
  SearchSession(asio::io_context& io,
                io::Searches& the_searches,
                const Responder<SearchRequest>& the_reply)
      : searches(the_searches),
        reply(the_reply),
        timer(io),
        pause(io) {}

  io::Searches& searches;
  Responder<SearchRequest> reply;
  asio::steady_timer timer;
  asio::steady_timer pause;  ///< until it asks again
  Millis pause_length = kFirstPause;
  wire::Query query;
  core::search::Ranker ranker{{}};
  io::Searches::Scope scope;
  core::search::AskId ask;
  std::uint32_t limit = 0;  ///< 0: none
  std::optional<core::overlay::Tallied> tally = {};
  /// Once the search is over and its tally is not: when that is waited for no more.
  std::optional<std::chrono::steady_clock::time_point> tally_by = {};
  std::chrono::steady_clock::time_point started = std::chrono::steady_clock::now();
};

Hit hit_from(const core::search::SearchResult& result) {
  return {.n = result.number,
          .id = result.id,
          .name = result.name,
          .size_bytes = result.folder ? result.folder->size_bytes : result.size_bytes,
          .sources = static_cast<std::uint32_t>(result.sources.size()),
          .hops = result.hops,
          .other_names = result.other_names,
          .folder_files = result.folder ? result.folder->files : 0,
          .is_cached = result.is_cached(),
          .metadata = result.metadata ? *result.metadata : wire::FileMetadata{}};
}

// Whether the search is to wait for its tally, which cannot take longer than its TTL allows.
bool awaits_tally(SearchSession& session) {
  if (!session.query.tally || (session.tally && session.tally->is_settled)) return false;
  const auto now = std::chrono::steady_clock::now();
  if (!session.tally_by)
    session.tally_by = now + core::overlay::Config().tally_step * (session.scope.ttl + 2);
  return now < *session.tally_by;
}

void end_after(const std::shared_ptr<SearchSession>& session, Millis timeout);

void end(const std::shared_ptr<SearchSession>& session) {
  if (session->reply.over()) return;
  if (awaits_tally(*session)) return end_after(session, kTallyLook);
  const core::search::ResultSet* results = session->searches.results(session->ask);
  SearchDone done;
  if (results != nullptr) {
    done.hits = static_cast<std::uint32_t>(results->size());
    if (session->limit != 0) done.hits = std::min(done.hits, session->limit);
    done.answered = static_cast<std::uint32_t>(results->answered());
    done.answered_at = results->answered_by_hops();
    done.ranking = session->ranker.rank(*results);
    if (session->limit != 0)
      std::erase_if(done.ranking, [&](std::uint32_t number) { return number > session->limit; });
  }
  done.ttl = session->scope.ttl;
  if (session->query.tally) done.tally.emplace();
  if (session->tally)
    done.tally = {.is_exact = session->tally->is_exact, .counts = session->tally->counts};
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - session->started;
  done.seconds = took.count();
  session->timer.cancel();
  session->pause.cancel();
  session->searches.stop_watching(session->ask);
  session->reply.done(done);
}

void ask_again_later(const std::shared_ptr<SearchSession>& session) {
  session->pause.expires_after(session->pause_length);
  session->pause_length = std::min(session->pause_length * 3 / 2, kLongestPause);
  session->pause.async_wait([session](const std::error_code& canceled) {
    if (canceled || session->reply.over()) return;
    session->searches.repeat(session->ask, session->query, session->scope);
    ask_again_later(session);
  });
}

void end_after(const std::shared_ptr<SearchSession>& session, Millis timeout) {
  session->timer.expires_after(timeout);
  session->timer.async_wait([session](const std::error_code& canceled) {
    if (!canceled) end(session);
  });
}

bool has_all_hits(const SearchSession& session) {
  const core::search::ResultSet* results = session.searches.results(session.ask);
  return session.limit != 0 && results != nullptr && results->size() >= session.limit;
}

std::optional<core::StrategyId> strategy_of(const SearchRequest& request) {
  if (request.strategy.empty()) return core::StrategyId::automatic;
  return core::strategy_named(request.strategy);
}

Result<wire::Query> query_from(const SearchRequest& request) {
  if (!strategy_of(request)) {
    return Error{
        .code = ErrorCode::invalid,
        .message = "--strategy: '" + request.strategy + "' is none of " + core::strategy_list()};
  }
  if (request.ttl.value_or(0) > kMaxTtl) {
    return Error{.code = ErrorCode::invalid, .message = "--ttl goes from 0 to 15"};
  }
  return core::search::parse_query(request.words);
}

}  // namespace

void run_search(asio::io_context& io,
                io::Searches& searches,
                const SearchRequest& request,
                const Responder<SearchRequest>& reply) {
  auto query = query_from(request);
  if (!query) {
    reply.fail(query.error());
    return;
  }
  auto session = std::make_shared<SearchSession>(io, searches, reply);
  session->limit = request.limit.value_or(0);
  session->scope = {.ttl = static_cast<std::uint8_t>(request.ttl.value_or(kDefaultTtl)),
                    .strategy = *strategy_of(request),
                    .wanted = session->limit};
  session->query = std::move(*query);
  session->query.tally = request.tally;
  session->ranker = core::search::Ranker(core::search::ranking_words(session->query));
  const auto on_change = [session](const core::search::SearchResult& result) {
    if (session->limit != 0 && result.number > session->limit) return;
    session->ranker.read(result);
    session->reply.event(hit_from(result));
    // Not from within this call: the search still adds the rest of this hit.
    if (has_all_hits(*session)) end_after(session, Millis(0));
  };
  const auto on_tally = [session](const core::overlay::Tallied& tally) {
    session->tally = tally;
  };
  session->ask = searches.start(session->query, session->scope, on_change, on_tally);
  reply.on_gone([session] {
    session->timer.cancel();
    session->pause.cancel();
    session->searches.stop_watching(session->ask);
  });
  // This node's own files were told before start() returned, and with it which search this is.
  if (has_all_hits(*session)) return end_after(session, Millis(0));
  if (request.watch) ask_again_later(session);
  if (!request.watch || request.timeout)
    end_after(session, request.timeout.value_or(kDefaultTimeout));
}

}  // namespace freshet::api
