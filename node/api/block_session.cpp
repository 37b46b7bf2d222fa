#include "node/api/block_session.h"

#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "node/base/id_text.h"

namespace freshet::api {
namespace {

constexpr std::string_view kNode = "node:";
constexpr std::string_view kContent = "content:";
/// Shorter ones are numbers of results, or too likely to be a slip.
constexpr std::size_t kLeastDigits = 4;

BlockInfo info_of(const io::BlockEntry& entry) {
  BlockInfo info{.node = std::nullopt,
                 .content = std::nullopt,
                 .by_user = entry.by_user,
                 .by_moderator = entry.by_moderator};
  if (const auto* node = std::get_if<NodeKey>(&entry.what)) info.node = *node;
  if (const auto* content = std::get_if<ContentId>(&entry.what)) info.content = *content;
  return info;
}

// Everything that has a name here and begins so: known nodes, and what is blocked.
std::set<io::Blockable> known_as(io::Daemon& daemon, const std::string& prefix) {
  std::set<io::Blockable> found;
  for (const NodeKey& node : daemon.known_nodes()) {
    if (node.hex().starts_with(prefix)) found.insert(node);
  }
  for (const io::BlockEntry& entry : daemon.blocks().all()) {
    const std::string hex = std::visit([](const auto& id) { return id.hex(); }, entry.what);
    if (hex.starts_with(prefix)) found.insert(entry.what);
  }
  return found;
}

Error unclear(const std::string& what, const char* why) {
  return {.code = ErrorCode::invalid, .message = "'" + what + "' " + why};
}

// What is said to be one of the two. nullopt: it is not said.
std::optional<Result<io::Blockable>> said(const std::string& what) {
  if (what.starts_with(kNode)) {
    const auto key = NodeKey::from_hex(lower_case(std::string_view(what).substr(kNode.size())));
    if (!key) return unclear(what, "is no node's id: 64 hex digits follow 'node:'");
    return io::Blockable(*key);
  }
  if (what.starts_with(kContent)) {
    const auto id = ContentId::from_hex(lower_case(std::string_view(what).substr(kContent.size())));
    if (!id) return unclear(what, "is no content's id: 64 hex digits follow 'content:'");
    return io::Blockable(*id);
  }
  return std::nullopt;
}

void find_out(io::Daemon& daemon,
              const std::string& what,
              const std::function<void(Result<io::Blockable>)>& found) {
  if (auto plain = said(what)) {
    found(std::move(*plain));
    return;
  }
  const auto prefix = id_prefix(what);
  if (prefix && prefix->size() >= kLeastDigits) {
    const auto known = known_as(daemon, *prefix);
    if (known.size() == 1) {
      found(*known.begin());
      return;
    }
    if (known.size() > 1) {
      found(unclear(what, "begins several ids; give more of it"));
      return;
    }
  }
  daemon.searches().resolve(what, Millis(0), [what, found](const Result<io::Wanted>& wanted) {
    if (wanted) {
      found(io::Blockable(wanted->content));
    } else {
      found(unclear(what,
                    "is neither a known node, nor a whole id, nor among the results of the last "
                    "search; see: freshet peers"));
    }
  });
}

Status carry_out(io::Daemon& daemon, const BlockRequest& request, const io::Blockable& what) {
  io::Blocks& blocks = daemon.blocks();
  if (what == io::Blockable(daemon.key()) && !request.unblock)
    return Error{.code = ErrorCode::invalid, .message = "that is this node itself"};
  if (request.sign) return blocks.sign(what, !request.unblock);
  return request.unblock ? blocks.unblock(what) : blocks.block(what);
}

}  // namespace

BlockInfos blocks_of(io::Daemon& daemon) {
  BlockInfos infos{
      .blocks = {}, .moderator = daemon.blocks().moderator(), .version = daemon.blocks().version()};
  for (const io::BlockEntry& entry : daemon.blocks().all()) infos.blocks.push_back(info_of(entry));
  return infos;
}

void run_block(io::Daemon& daemon,
               const BlockRequest& request,
               const Responder<BlockRequest>& reply) {
  find_out(daemon, request.what, [&daemon, request, reply](const Result<io::Blockable>& what) {
    if (!what) {
      reply.fail(what.error());
      return;
    }
    if (const Status done = carry_out(daemon, request, *what); !done) {
      reply.fail(done.error());
      return;
    }
    BlockInfos infos{.blocks = {},
                     .moderator = daemon.blocks().moderator(),
                     .version = daemon.blocks().version()};
    infos.blocks.push_back(info_of({.what = *what,
                                    .by_user = !request.sign && !request.unblock,
                                    .by_moderator = request.sign && !request.unblock}));
    reply.done(infos);
  });
}

void run_moderator(io::Daemon& daemon,
                   const ModeratorRequest& request,
                   const Responder<ModeratorRequest>& reply) {
  if (request.become) {
    if (const auto key = daemon.blocks().become_moderator(); !key) {
      reply.fail(key.error());
      return;
    }
  } else if (const Status obeyed = daemon.blocks().obey(request.key); !obeyed) {
    reply.fail(obeyed.error());
    return;
  }
  reply.done(blocks_of(daemon));
}

}  // namespace freshet::api
