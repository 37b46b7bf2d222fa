#include "node/api/service.h"

#include "node/base/overloaded.h"

namespace freshet::api {
namespace {

template <typename Request>
void refuse(const Responder<Request>& reply) {
  reply.fail({ErrorCode::invalid, "this daemon does not do that"});
}

}  // namespace

// clang-format off
void Service::ping(const PingRequest& /*request*/, const Responder<PingRequest>& reply) { refuse(reply); }
void Service::status(const StatusRequest& /*request*/, const Responder<StatusRequest>& reply) { refuse(reply); }
void Service::network(const NetworkRequest& /*request*/, const Responder<NetworkRequest>& reply) { refuse(reply); }
void Service::peers(const PeersRequest& /*request*/, const Responder<PeersRequest>& reply) { refuse(reply); }
void Service::join(const JoinRequest& /*request*/, const Responder<JoinRequest>& reply) { refuse(reply); }
void Service::share_add(const ShareAddRequest& /*request*/, const Responder<ShareAddRequest>& reply) { refuse(reply); }
void Service::share_remove(const ShareRemoveRequest& /*request*/, const Responder<ShareRemoveRequest>& reply) { refuse(reply); }
void Service::share_list(const ShareListRequest& /*request*/, const Responder<ShareListRequest>& reply) { refuse(reply); }
void Service::share_rescan(const ShareRescanRequest& /*request*/, const Responder<ShareRescanRequest>& reply) { refuse(reply); }
void Service::share_hashing(const ShareHashingRequest& /*request*/, const Responder<ShareHashingRequest>& reply) { refuse(reply); }
void Service::share_browse(const ShareBrowseRequest& /*request*/, const Responder<ShareBrowseRequest>& reply) { refuse(reply); }
void Service::browse(const BrowseRequest& /*request*/, const Responder<BrowseRequest>& reply) { refuse(reply); }
void Service::search(const SearchRequest& /*request*/, const Responder<SearchRequest>& reply) { refuse(reply); }
void Service::get(const GetRequest& /*request*/, const Responder<GetRequest>& reply) { refuse(reply); }
void Service::downloads(const DownloadsRequest& /*request*/, const Responder<DownloadsRequest>& reply) { refuse(reply); }
void Service::block_list(const BlockListRequest& /*request*/, const Responder<BlockListRequest>& reply) { refuse(reply); }
void Service::block(const BlockRequest& /*request*/, const Responder<BlockRequest>& reply) { refuse(reply); }
void Service::moderator(const ModeratorRequest& /*request*/, const Responder<ModeratorRequest>& reply) { refuse(reply); }
void Service::down(const DownRequest& /*request*/, const Responder<DownRequest>& reply) { refuse(reply); }
void Service::invite(const InviteRequest& /*request*/, const Responder<InviteRequest>& reply) { refuse(reply); }
void Service::torrent(const TorrentRequest& /*request*/, const Responder<TorrentRequest>& reply) { refuse(reply); }
void Service::rate(const RateRequest& /*request*/, const Responder<RateRequest>& reply) { refuse(reply); }
void Service::testbed_run(const TestbedRunRequest& /*request*/, const Responder<TestbedRunRequest>& reply) { refuse(reply); }
void Service::testbed_link(const TestbedLinkRequest& /*request*/, const Responder<TestbedLinkRequest>& reply) { refuse(reply); }
void Service::testbed_ask(const TestbedAskRequest& /*request*/, const Responder<TestbedAskRequest>& reply) { refuse(reply); }

void dispatch(Service& service, const Request& request, const std::shared_ptr<Exchange>& exchange) {
  std::visit(Overloaded{
      [&](const PingRequest& r) { service.ping(r, Responder<PingRequest>(exchange)); },
      [&](const StatusRequest& r) { service.status(r, Responder<StatusRequest>(exchange)); },
      [&](const NetworkRequest& r) { service.network(r, Responder<NetworkRequest>(exchange)); },
      [&](const PeersRequest& r) { service.peers(r, Responder<PeersRequest>(exchange)); },
      [&](const JoinRequest& r) { service.join(r, Responder<JoinRequest>(exchange)); },
      [&](const ShareAddRequest& r) { service.share_add(r, Responder<ShareAddRequest>(exchange)); },
      [&](const ShareRemoveRequest& r) { service.share_remove(r, Responder<ShareRemoveRequest>(exchange)); },
      [&](const ShareListRequest& r) { service.share_list(r, Responder<ShareListRequest>(exchange)); },
      [&](const ShareRescanRequest& r) { service.share_rescan(r, Responder<ShareRescanRequest>(exchange)); },
      [&](const ShareHashingRequest& r) { service.share_hashing(r, Responder<ShareHashingRequest>(exchange)); },
      [&](const ShareBrowseRequest& r) { service.share_browse(r, Responder<ShareBrowseRequest>(exchange)); },
      [&](const BrowseRequest& r) { service.browse(r, Responder<BrowseRequest>(exchange)); },
      [&](const SearchRequest& r) { service.search(r, Responder<SearchRequest>(exchange)); },
      [&](const GetRequest& r) { service.get(r, Responder<GetRequest>(exchange)); },
      [&](const DownloadsRequest& r) { service.downloads(r, Responder<DownloadsRequest>(exchange)); },
      [&](const BlockListRequest& r) { service.block_list(r, Responder<BlockListRequest>(exchange)); },
      [&](const BlockRequest& r) { service.block(r, Responder<BlockRequest>(exchange)); },
      [&](const ModeratorRequest& r) { service.moderator(r, Responder<ModeratorRequest>(exchange)); },
      [&](const DownRequest& r) { service.down(r, Responder<DownRequest>(exchange)); },
      [&](const InviteRequest& r) { service.invite(r, Responder<InviteRequest>(exchange)); },
      [&](const TorrentRequest& r) { service.torrent(r, Responder<TorrentRequest>(exchange)); },
      [&](const RateRequest& r) { service.rate(r, Responder<RateRequest>(exchange)); },
      [&](const TestbedRunRequest& r) { service.testbed_run(r, Responder<TestbedRunRequest>(exchange)); },
      [&](const TestbedLinkRequest& r) { service.testbed_link(r, Responder<TestbedLinkRequest>(exchange)); },
      [&](const TestbedAskRequest& r) { service.testbed_ask(r, Responder<TestbedAskRequest>(exchange)); },
  }, request);
}
// clang-format on

}  // namespace freshet::api
