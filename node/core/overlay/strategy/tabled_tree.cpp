#include "node/core/overlay/strategy/tabled_tree.h"

#include <utility>

#include "node/wire/overlay/bodies.h"

namespace freshet::core::overlay {
namespace {

// One copy to each of `links`, which goes no further and says nothing about branches.
std::uint32_t send_last_copies(Turn& turn, const Passing& query, std::span<const LinkId> links) {
  if (links.empty()) return 0;
  wire::QueryRoute route = wire::route_of_query(query.body);
  route.off_tree = true;
  const ByteView body = turn.out.keep(wire::with_route(query.body, route));
  if (body.size() > wire::kMaxQueryBodyBytes) return 0;  // the mark made it too long to be taken
  wire::FrameHeader header = query.header;
  header.ttl = 1;
  header.body_bytes = static_cast<std::uint32_t>(body.size());
  const Passing last{.header = header,
                     .body = body,
                     .from = query.from,
                     .route = query.route,
                     .tally = query.tally};
  Fanout fanout(turn, last);
  for (const LinkId id : links) {
    if (Link* link = turn.links.find(id)) fanout.add(*link);
  }
  return fanout.finish();
}

}  // namespace

std::uint32_t pass_on_by_tables(Turn& turn, const Passing& query, Tree& tree, Routed& routed) {
  const std::uint32_t copies = tree.pass_on(turn, query);
  if (tree.is_shaken(turn.now)) return copies;
  const std::vector<std::uint32_t> terms = term_hashes(query.body);
  std::vector<LinkId> matching;
  for (const Link& link : std::as_const(turn.links).all()) {
    if (link.state != LinkState::up || !link.is_lazy || link.id == query.from) continue;
    const Routed::Verdict verdict = routed.judge(link.id, terms);
    if (verdict == Routed::Verdict::unknown) continue;
    tree.spare(query.header.guid, link.id);
    if (verdict == Routed::Verdict::may_match) matching.push_back(link.id);
  }
  routed.ask_where_it_pays(turn, wire::kFrameHeaderBytes);  // an announcement
  return copies + send_last_copies(turn, query, matching);
}

}  // namespace freshet::core::overlay
