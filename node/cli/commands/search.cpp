#include "node/cli/commands/search.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <string_view>

#include <CLI/App.hpp>

#include "node/api/messages.h"
#include "node/cli/exit_code.h"
#include "node/cli/hit_list.h"
#include "node/cli/json_view.h"
#include "node/cli/seconds.h"
#include "node/cli/session.h"
#include "node/cli/text.h"
#include "node/cli/tried.h"
#include "node/core/search/query_text.h"
#include "node/core/strategy_id.h"
#include "node/wire/overlay/frame.h"

namespace freshet::cli {
namespace {

constexpr std::array<std::string_view, 5> kValued = {
    "--state", "--ttl", "--timeout", "--limit", "--strategy"};
// How much later than its own time a search may end before the daemon counts as silent.
constexpr api::Millis kPatience{30'000};
constexpr api::Millis kLongestDefault{10'000};

template <typename Array>
bool contains(const Array& array, std::string_view text) {
  return std::find(array.begin(), array.end(), text) != array.end();
}

api::SearchRequest request_for(const SearchOptions& options) {
  api::SearchRequest request;
  request.words = options.words;
  request.ttl = options.ttl;
  if (options.timeout_s) request.timeout = millis_of(*options.timeout_s);
  request.limit = options.limit;
  request.strategy = options.strategy;
  request.watch = options.watch;
  request.tally = options.tally;
  return request;
}

// " (2 at 1 hop, 1 at 3 hops)"
std::string distances(const api::SearchDone& done) {
  std::string text;
  for (std::size_t hops = 0; hops < done.answered_at.size(); ++hops) {
    const std::uint32_t nodes = done.answered_at[hops];
    if (nodes == 0) continue;
    text += (text.empty() ? " (" : ", ") + std::to_string(nodes) + " at "
            + count_of(hops, "hop", "hops");
  }
  return text.empty() ? text : text + ")";
}

std::string summary(const api::SearchDone& done) {
  return count_of(done.hits, "result", "results") + " from "
         + count_of(done.answered, "node", "nodes") + distances(done) + " in "
         + human_duration(std::chrono::duration<double>(done.seconds));
}

// "at least 40 nodes, the farthest 5 hops away"
std::string reached(const api::SearchTally& tally) {
  const wire::TallyCounts& counts = tally.counts;
  const std::string nodes = count_of(counts.nodes, "node", "nodes");
  if (counts.nodes == 0) return tally.is_exact ? "no node" : "no node that said so";
  return (tally.is_exact ? nodes : "at least " + nodes) + ", the farthest "
         + count_of(counts.hops, "hop", "hops") + " away";
}

std::string cost(const api::SearchTally& tally) {
  const wire::TallyCounts& counts = tally.counts;
  return std::string(tally.is_exact ? "" : "at least ")
         + count_of(counts.queries, "message", "messages") + " of " + human_size(counts.query_bytes)
         + " in all, " + std::to_string(counts.duplicates) + " of them to who had it; "
         + count_of(counts.tallies, "message", "messages") + " to count them";
}

// Why it may be more.
std::string unknown(const api::SearchTally& tally) {
  const wire::TallyCounts& counts = tally.counts;
  if (tally.is_exact) return "";
  std::string why;
  if (counts.silent > 0)
    why += "; " + count_of(counts.silent, "link", "links") + " where nobody counted, or in time";
  if (counts.open) why += "; others may fetch it later (--strategy flood tells them all at once)";
  return why.empty() ? "; what is missing is not known" : why;
}

// Nodes that have nothing say nothing: without a tally nobody knows how many were asked.
std::string coverage(const api::SearchDone& done) {
  if (done.ttl == 0) return "only this node's own files were looked at (--ttl 0)";
  if (done.tally)
    return "asked up to " + count_of(done.ttl, "hop", "hops") + " away and reached "
           + reached(*done.tally) + ", by " + cost(*done.tally) + unknown(*done.tally);
  return "asked up to " + count_of(done.ttl, "hop", "hops")
         + " away; how many nodes that reached is not known";
}

// A watch without a time of its own has no end.
std::optional<api::Millis> patience_for(const api::SearchRequest& request) {
  if (request.watch && !request.timeout) return api::ControlClient::kForever;
  return request.timeout.value_or(kLongestDefault) + kPatience;
}

}  // namespace

void take_search_words(std::vector<std::string>& arguments, SearchOptions& options) {
  std::vector<std::string> rest;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    if (argument == "--") {
      options.words.insert(
          options.words.end(), arguments.begin() + static_cast<std::ptrdiff_t>(i), arguments.end());
      break;
    }
    const bool is_option = argument.starts_with("--") || argument == "-h";
    if (!is_option) {
      options.words.push_back(argument);
      continue;
    }
    rest.push_back(argument);
    // The value of an option is not a term, whatever it looks like.
    if (contains(kValued, argument) && i + 1 < arguments.size()) rest.push_back(arguments[++i]);
  }
  arguments = std::move(rest);
}

void declare_search(CLI::App& root, SearchOptions& options) {
  auto* search =
      root.add_subcommand("search", "Find files by the words of their names, in the whole mesh");
  search
      ->add_option(
          "TERM",
          options.words,
          "Words that all must match; \"two words\" is a phrase; -word must not match; a OR "
          "b; pre*; type:video ext:pdf size:10M.. newer:7d path:WORD peer:NAME id:PREFIX")
      ->type_name("");
  search
      ->add_option(
          "--ttl", options.ttl, "How many links the search travels; 0: own files only; default 7")
      ->type_name("N")
      ->check(CLI::Range(0, int{wire::kMaxTtl}));
  search->add_option("--timeout", options.timeout_s, "When to stop waiting for answers")
      ->type_name("SECONDS")
      ->check(seconds_range());
  search->add_option("--limit", options.limit, "End after so many results")
      ->type_name("N")
      ->check(CLI::Range(1, 1'000'000));
  search->add_flag("--watch",
                   options.watch,
                   "Go on asking, less and less often, and print what is new, until Ctrl-C or "
                   "--timeout");
  search->add_flag(
      "--tally",
      options.tally,
      "Tell how many nodes were reached and what it cost, gathered by one small answer "
      "a link");
  search->add_option("--strategy", options.strategy, "auto, flood, ring, walk, tree or routed")
      ->type_name("NAME");
}

Status check(const SearchOptions& options) {
  if (options.words.empty()) {
    return Error{ErrorCode::invalid, "a word to search for is missing"};
  }
  if (!options.strategy.empty() && !core::strategy_named(options.strategy)) {
    return Error{ErrorCode::invalid,
                 "--strategy: '" + options.strategy + "' is none of " + core::strategy_list()};
  }
  for (const std::string& word : options.words) {
    if (word.size() <= api::kMaxWordBytes) continue;
    return Error{ErrorCode::invalid,
                 "a word is longer than " + std::to_string(api::kMaxWordBytes) + " bytes"};
  }
  if (options.words.size() > api::kMaxWords)
    return Error{ErrorCode::invalid, "too many words to search for"};
  const auto query = core::search::parse_query(options.words);
  return query ? Status(kOk) : Status(query.error());
}

namespace {

// Nothing found may mean that nobody was asked. True when that was said.
bool say_if_alone(Session& session) {
  const auto status = session.ask(api::StatusRequest{});
  if (!status || status->peers != 0) return false;
  session.output().message("no peer was asked: this node has no link");
  say_what_was_tried(session);
  return true;
}

}  // namespace

int run(Session& session, const SearchOptions& options) {
  Output& output = session.output();
  const auto fail = [&](const Error& error) {
    return output.fail(error, exit_code_of(error.code));
  };
  auto client = session.connect();
  if (!client) return fail(client.error());
  const api::SearchRequest request = request_for(options);
  HitList list(output);
  if (options.watch && !session.json()) output.message("watching for new results; end with Ctrl-C");
  const auto done = client->call(request, patience_for(request), [&](const api::Hit& hit) {
    if (session.json()) {
      output.json(json_of(hit));
    } else if (options.watch) {
      list.show_new(hit);
    } else {
      list.show(hit);
    }
  });
  if (!done) return fail(done.error());
  if (session.json()) {
    output.json(json_of(*done));
  } else {
    if (!options.watch) list.finish(done->ranking);
    output.message(summary(*done));
    if (done->ttl == 0 || !say_if_alone(session)) output.message(coverage(*done));
  }
  if (done->hits != 0) return kExitOk;
  if (session.json()) say_if_alone(session);
  return kExitNoResults;
}

}  // namespace freshet::cli
