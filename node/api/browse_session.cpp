#include "node/api/browse_session.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "node/api/node_name.h"

namespace freshet::api {
namespace {

constexpr Millis kBrowsePatience{10'000};
constexpr Millis kJoinPatience{5'000};
// Neighbours that an error names.
constexpr std::size_t kMostNamed = 8;

// Of a peer that looks at 8,192 files for a page and shares none of the 16,777,216 that it has.
constexpr std::uint32_t kMaxEmptyPages = 2048;

struct BrowseSession {
  BrowseSession(io::Daemon& the_daemon, const Responder<BrowseRequest>& the_reply)
      : daemon(the_daemon),
        reply(the_reply) {}

  io::Daemon& daemon;
  Responder<BrowseRequest> reply;
  NamedNode node;
  bool was_linked = false;  ///< for this
  std::uint32_t limit = 0;  ///< 0: none
  Millis patience = kBrowsePatience;
  std::shared_ptr<io::Listing> listing;  ///< numbers are the last search's until it says something
  std::uint32_t empty_pages = 0;
  std::chrono::steady_clock::time_point started = std::chrono::steady_clock::now();
};
using SessionPtr = std::shared_ptr<BrowseSession>;

std::vector<NamedNode> neighbours(const io::Daemon& daemon) {
  std::vector<NamedNode> nodes;
  for (const io::PeerView& peer : daemon.peers()) {
    nodes.push_back({.key = peer.key, .name = peer.name, .addresses = {peer.address}});
    if (!peer.listen.empty()) nodes.back().addresses.push_back(peer.listen);
  }
  return nodes;
}

std::vector<NamedNode> nodes_of_search(io::Daemon& daemon) {
  std::vector<NamedNode> nodes;
  for (const core::search::Source& source : daemon.searches().nodes()) {
    nodes.push_back({.key = source.node, .name = source.node_name, .addresses = {}});
    for (const Endpoint& address : source.addresses)
      nodes.back().addresses.push_back(address.to_string());
  }
  return nodes;
}

Error nobody(const std::string& what, const std::vector<NamedNode>& linked) {
  std::string message = "'" + what + "' is ";
  if (linked.empty()) {
    message += "nobody that is known: this node has no neighbour";
  } else {
    message += "neither a neighbour nor a node of the last search; neighbours: ";
    for (std::size_t i = 0; i < std::min(linked.size(), kMostNamed); ++i)
      message += (i == 0 ? "" : ", ") + describe(linked[i]);
    if (linked.size() > kMostNamed)
      message += " and " + std::to_string(linked.size() - kMostNamed) + " more (freshet peers)";
  }
  return {.code = ErrorCode::not_found,
          .message = message + ". Link to it first: freshet join HOST[:PORT]"};
}

void end(const SessionPtr& session, BrowseDone::Outcome outcome, bool more) {
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - session->started;
  session->reply.done({.node = session->node.key,
                       .name = session->node.name,
                       .outcome = outcome,
                       .files = session->listing->count(),
                       .more = more,
                       .was_linked = session->was_linked,
                       .numbered = static_cast<std::uint32_t>(io::Listing::kMaxFiles),
                       .seconds = took.count()});
}

void fail(const SessionPtr& session, const Error& error) {
  std::string message = describe(session->node) + ": " + error.message;
  if (session->listing->count() != 0)
    message += ", after " + std::to_string(session->listing->count()) + " files";
  session->reply.fail({.code = error.code, .message = std::move(message)});
}

BrowseDone::Outcome outcome_of(wire::BrowseState state) {
  switch (state) {
    case wire::BrowseState::listed:
      return BrowseDone::Outcome::listed;
    case wire::BrowseState::receive_only:
      return BrowseDone::Outcome::receive_only;
    case wire::BrowseState::refused:
      break;
  }
  return BrowseDone::Outcome::refused;
}

bool has_all_files(const BrowseSession& session) {
  return session.limit != 0 && session.listing->count() >= session.limit;
}

void tell(const SessionPtr& session, const std::vector<wire::BrowsedFile>& files) {
  for (const wire::BrowsedFile& file : files) {
    if (has_all_files(*session)) return;
    const std::uint32_t n = session->listing->add(file);
    session->reply.event({.n = n,
                          .id = file.file.content,
                          .name = file.file.name,
                          .size_bytes = file.file.size_bytes,
                          .sources = 1,
                          .hops = 1});
  }
}

// NOLINTBEGIN(misc-no-recursion): the pages come later, from the loop.
void ask(const SessionPtr& session, wire::BrowsePlace from);

void take(const SessionPtr& session, wire::BrowsePlace from, const Result<wire::BrowsePage>& page) {
  if (session->reply.over()) return;
  if (!page && page.error().code == ErrorCode::invalid)
    return end(session, BrowseDone::Outcome::too_old, false);
  if (!page) return fail(session, page.error());
  if (page->state != wire::BrowseState::listed) return end(session, outcome_of(page->state), false);
  if (page->next != 0 && page->next <= from)
    return fail(session, {ErrorCode::no_source, "what it said is no list of files"});
  if (page->files.empty() && page->next != 0 && ++session->empty_pages > kMaxEmptyPages)
    return fail(session, {ErrorCode::no_source, "page after page of what it said is empty"});
  if (session->listing->count() == 0 && !page->files.empty())
    session->daemon.browses().list(session->listing);
  session->listing->set_addresses(page->addresses);
  tell(session, page->files);
  if (page->next == 0 || has_all_files(*session)) {
    end(session, BrowseDone::Outcome::listed, page->next != 0);
  } else {
    // Nothing is read ahead of the client.
    session->reply.on_idle([session, next = page->next] { ask(session, next); });
  }
}

void ask(const SessionPtr& session, wire::BrowsePlace from) {
  std::uint32_t most = 0;
  if (session->limit != 0) most = session->limit - session->listing->count();
  session->daemon.browses().ask(
      session->node.key,
      {.from = from, .max_files = most, .wants_ids = false},
      session->patience,
      [session, from](const Result<wire::BrowsePage>& page) { take(session, from, page); });
}

void begin(const SessionPtr& session, const NamedNode& node) {
  session->node = node;
  session->listing = std::make_shared<io::Listing>(node.key);
  ask(session, 0);
}

// A node of the last search is linked to, at one of the addresses that it named, and then browsed.
void link_and_begin(const SessionPtr& session,
                    const NamedNode& node,
                    std::size_t at,
                    const std::string& tried) {
  if (session->reply.over()) return;
  if (at == node.addresses.size()) {
    session->reply.fail({.code = ErrorCode::no_source,
                         .message = describe(node)
                                    + " is of the last search and no neighbour, and cannot be "
                                      "linked to"
                                    + (tried.empty() ? ": it named no address" : ":" + tried)});
    return;
  }
  const std::string& address = node.addresses[at];
  session->daemon.join(
      address,
      kJoinPatience,
      [session, node, at, tried, address](const Result<io::PeerView>& joined) {
        if (joined && joined->key == node.key) {
          session->was_linked = true;
          begin(session, node);
          return;
        }
        const std::string why = joined ? "another node answers there" : joined.error().message;
        link_and_begin(session, node, at + 1, tried + " " + address + " (" + why + ")");
      });
}
// NOLINTEND(misc-no-recursion)

}  // namespace

void run_browse(io::Daemon& daemon,
                const BrowseRequest& request,
                const Responder<BrowseRequest>& reply) {
  auto session = std::make_shared<BrowseSession>(daemon, reply);
  session->limit = request.limit.value_or(0);
  session->patience = request.timeout.value_or(kBrowsePatience);
  const auto linked = neighbours(daemon);
  const auto found = find_node(linked, request.peer);
  if (found) {
    begin(session, linked[*found]);
    return;
  }
  if (found.error().code == ErrorCode::invalid) {
    reply.fail(found.error());
    return;
  }
  const NamedNode self{
      .key = daemon.key(), .name = daemon.name(), .addresses = daemon.listen_addresses()};
  if (find_node({&self, 1}, request.peer)) {
    reply.fail(
        {ErrorCode::invalid, "'" + request.peer + "' is this node itself; see: freshet share ls"});
    return;
  }
  const auto searched = nodes_of_search(daemon);
  const auto of_search = find_node(searched, request.peer);
  if (of_search) {
    link_and_begin(session, searched[*of_search], 0, {});
  } else if (of_search.error().code == ErrorCode::invalid) {
    reply.fail(of_search.error());
  } else {
    reply.fail(nobody(request.peer, linked));
  }
}

}  // namespace freshet::api
