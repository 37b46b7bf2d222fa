#include "node/api/node_service.h"

#include <utility>

#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <unistd.h>

#include "node/api/block_session.h"
#include "node/api/browse_session.h"
#include "node/api/get_session.h"
#include "node/api/search_session.h"
#include "node/api/torrent_session.h"
#include "node/base/version.h"
#include "node/store/invite.h"

namespace freshet::api {
namespace {

// Addresses in an invite: more make its QR code too large for a terminal.
constexpr std::size_t kInvitedTo = 3;

RateInfo info_of(const core::transfer::SetRates& rates) {
  return {.up = rates.up, .down = rates.down, .polite = rates.polite};
}

PeerInfo peer_from(const io::PeerView& view) {
  return {
      .id = view.key,
      .addr = view.address,
      .name = view.name,
      .direction = view.direction == core::overlay::Direction::in ? Direction::in : Direction::out,
      .rtt_ms = view.rtt_ms,
      .bytes_in = view.bytes_in,
      .bytes_out = view.bytes_out};
}

NetworkInfo network_from(const io::NetworkView& view, const std::vector<io::DialBackView>& found) {
  NetworkInfo info{.discover = view.discover,
                   .beacon = view.beacon,
                   .places = view.places,
                   .beacons_sent = view.beacons_sent,
                   .beacons_heard = view.beacons_heard,
                   .beacons_foreign = view.beacons_foreign,
                   .known_hosts = view.known_hosts,
                   .failed = {},
                   .dial_backs = {}};
  for (const io::FailedDial& failed : view.failed)
    info.failed.push_back({.address = failed.address, .error = failed.error});
  for (const io::DialBackView& one : found) {
    info.dial_backs.push_back({.peer = one.peer,
                               .address = one.address,
                               .verdict = static_cast<DialBackInfo::Verdict>(one.answer.verdict)});
  }
  return info;
}

DownloadInfo download_from(const io::DownloadSummary& summary) {
  return {.id = summary.content,
          .name = summary.name,
          .folder = summary.folder,
          .size_bytes = summary.size,
          .done_bytes = summary.verified_bytes,
          .state = summary.running ? DownloadState::fetching : DownloadState::paused,
          .sources = summary.sources};
}

Hashing hashing_from(const io::HashingView& view) {
  return {.files = view.files,
          .bytes = view.bytes,
          .bytes_per_second = view.bytes_per_second,
          .paused = view.paused};
}

}  // namespace

NodeService::NodeService(asio::io_context& io,
                         io::Daemon& daemon,
                         std::string state_dir,
                         std::function<void()> down)
    : io_(io),
      daemon_(daemon),
      state_dir_(std::move(state_dir)),
      down_(std::move(down)) {}

void NodeService::ping(const PingRequest& /*request*/, const Responder<PingRequest>& reply) {
  reply.done(
      {.version = kControlVersion, .agent = kAgent, .pid = static_cast<std::uint32_t>(getpid())});
}

void NodeService::status(const StatusRequest& /*request*/, const Responder<StatusRequest>& reply) {
  const io::LibraryTotals& totals = daemon_.library().totals();
  StatusInfo info{.id = daemon_.key(),
                  .name = daemon_.name(),
                  .agent = kAgent,
                  .state_dir = state_dir_,
                  .listen = daemon_.listen_addresses(),
                  .peers = static_cast<std::uint32_t>(daemon_.peers().size()),
                  .shared_files = totals.files,
                  .shared_bytes = totals.size_bytes,
                  .hashed_files = totals.hashed_files,
                  .hashed_bytes = totals.hashed_bytes,
                  .uptime = daemon_.uptime(),
                  .counters = {},
                  .mesh_id = daemon_.mesh().id(),
                  .mesh_name = daemon_.mesh().name,
                  .limits = {},
                  .rates = info_of(daemon_.rates()),
                  .hashing = hashing_from(daemon_.library().hashing()),
                  .share_problems = 0};
  for (const io::ShareSummary& share : daemon_.library().shares())
    info.share_problems += share.problem.empty() ? 0 : 1;
  for (auto& [name, value] : daemon_.counters())
    info.counters.push_back({.name = name, .value = value});
  for (io::Limit& limit : daemon_.limits())
    info.limits.push_back({.name = std::move(limit.name), .value = limit.value, .use = limit.use});
  reply.done(info);
}

void NodeService::peers(const PeersRequest& /*request*/, const Responder<PeersRequest>& reply) {
  PeerList list;
  for (const io::PeerView& view : daemon_.peers()) list.peers.push_back(peer_from(view));
  reply.done(list);
}

void NodeService::network(const NetworkRequest& request, const Responder<NetworkRequest>& reply) {
  if (!request.dial_back) {
    reply.done(network_from(daemon_.network(), {}));
    return;
  }
  daemon_.check_reach([this, reply](const std::vector<io::DialBackView>& found) {
    reply.done(network_from(daemon_.network(), found));
  });
}

void NodeService::join(const JoinRequest& request, const Responder<JoinRequest>& reply) {
  daemon_.join(request.address, request.timeout, [reply](const Result<io::PeerView>& joined) {
    if (joined) {
      reply.done({.id = joined->key, .addr = joined->address, .name = joined->name});
    } else {
      reply.fail(joined.error());
    }
  });
}

void NodeService::share_add(const ShareAddRequest& request,
                            const Responder<ShareAddRequest>& reply) {
  const auto done = [reply](const Result<io::ShareSummary>& share) {
    if (share) {
      reply.done({.files = share->totals.files, .bytes = share->totals.size_bytes});
    } else {
      reply.fail(share.error());
    }
  };
  daemon_.library().add_share(request.path, done, request.browse);
}

void NodeService::share_remove(const ShareRemoveRequest& request,
                               const Responder<ShareRemoveRequest>& reply) {
  daemon_.library().remove_share(request.path, [reply](const Status& removed) {
    if (removed) {
      reply.done({});
    } else {
      reply.fail(removed.error());
    }
  });
}

void NodeService::share_list(const ShareListRequest& /*request*/,
                             const Responder<ShareListRequest>& reply) {
  ShareLines lines{.shares = {}, .hashing = hashing_from(daemon_.library().hashing())};
  for (const io::ShareSummary& share : daemon_.library().shares()) {
    lines.shares.push_back({.path = share.path,
                            .files = share.totals.files,
                            .bytes = share.totals.size_bytes,
                            .hashed_files = share.totals.hashed_files,
                            .problem = share.problem,
                            .scanning = share.scanning,
                            .browse = share.browse});
  }
  reply.done(lines);
}

void NodeService::share_rescan(const ShareRescanRequest& /*request*/,
                               const Responder<ShareRescanRequest>& reply) {
  daemon_.library().rescan([this, reply](const Status& scanned) {
    const io::LibraryTotals& totals = daemon_.library().totals();
    if (scanned) {
      reply.done({.files = totals.files, .bytes = totals.size_bytes});
    } else {
      reply.fail(scanned.error());
    }
  });
}

void NodeService::share_hashing(const ShareHashingRequest& request,
                                const Responder<ShareHashingRequest>& reply) {
  daemon_.library().pause_hashing(request.paused);
  reply.done({});
}

void NodeService::share_browse(const ShareBrowseRequest& request,
                               const Responder<ShareBrowseRequest>& reply) {
  daemon_.library().set_browse(request.path, request.allowed, [reply](const Status& set) {
    if (set) {
      reply.done({});
    } else {
      reply.fail(set.error());
    }
  });
}

void NodeService::browse(const BrowseRequest& request, const Responder<BrowseRequest>& reply) {
  run_browse(daemon_, request, reply);
}

void NodeService::search(const SearchRequest& request, const Responder<SearchRequest>& reply) {
  run_search(io_, daemon_.searches(), request, reply);
}

void NodeService::get(const GetRequest& request, const Responder<GetRequest>& reply) {
  run_get(io_, daemon_, state_dir_ + "/fetched", request, reply);
}

void NodeService::downloads(const DownloadsRequest& /*request*/,
                            const Responder<DownloadsRequest>& reply) {
  DownloadList list;
  for (const io::DownloadSummary& summary : daemon_.fetches().list())
    list.downloads.push_back(download_from(summary));
  for (const io::DownloadSummary& torrent : daemon_.torrent_fetches().list())
    list.downloads.push_back(download_from(torrent));
  reply.done(list);
}

void NodeService::block_list(const BlockListRequest& /*request*/,
                             const Responder<BlockListRequest>& reply) {
  reply.done(blocks_of(daemon_));
}

void NodeService::block(const BlockRequest& request, const Responder<BlockRequest>& reply) {
  run_block(daemon_, request, reply);
}

void NodeService::moderator(const ModeratorRequest& request,
                            const Responder<ModeratorRequest>& reply) {
  run_moderator(daemon_, request, reply);
}

void NodeService::torrent(const TorrentRequest& request, const Responder<TorrentRequest>& reply) {
  run_torrent(daemon_, request, reply);
}

void NodeService::rate(const RateRequest& request, const Responder<RateRequest>& reply) {
  daemon_.change_rates({.up = request.up, .down = request.down, .polite = request.polite});
  reply.done(info_of(daemon_.rates()));
}

void NodeService::down(const DownRequest& /*request*/, const Responder<DownRequest>& reply) {
  reply.done({});
  asio::post(io_, down_);
}

void NodeService::invite(const InviteRequest& /*request*/, const Responder<InviteRequest>& reply) {
  store::Invite invite{.mesh = daemon_.mesh(), .addresses = daemon_.dial_addresses()};
  if (invite.addresses.size() > kInvitedTo) invite.addresses.resize(kInvitedTo);
  reply.done({.uri = store::to_uri(invite)});
}

}  // namespace freshet::api
