#include "node/api/service.h"

namespace freshet::api {
namespace {

template <typename Request>
void refuse(const Responder<Request>& reply) {
  reply.fail({ErrorCode::invalid, "this daemon does not do that"});
}

/// Joins one function per alternative, for std::visit.
template <typename... Functions>
struct Overloaded : Functions... {
  using Functions::operator()...;
};
template <typename... Functions>
Overloaded(Functions...) -> Overloaded<Functions...>;

}  // namespace

// clang-format off
void Service::ping(const PingRequest& /*request*/, Responder<PingRequest> reply) { refuse(reply); }
void Service::status(const StatusRequest& /*request*/, Responder<StatusRequest> reply) { refuse(reply); }
void Service::peers(const PeersRequest& /*request*/, Responder<PeersRequest> reply) { refuse(reply); }
void Service::join(const JoinRequest& /*request*/, Responder<JoinRequest> reply) { refuse(reply); }
void Service::share_add(const ShareAddRequest& /*request*/, Responder<ShareAddRequest> reply) { refuse(reply); }
void Service::share_remove(const ShareRemoveRequest& /*request*/, Responder<ShareRemoveRequest> reply) { refuse(reply); }
void Service::share_list(const ShareListRequest& /*request*/, Responder<ShareListRequest> reply) { refuse(reply); }
void Service::share_rescan(const ShareRescanRequest& /*request*/, Responder<ShareRescanRequest> reply) { refuse(reply); }
void Service::search(const SearchRequest& /*request*/, Responder<SearchRequest> reply) { refuse(reply); }
void Service::get(const GetRequest& /*request*/, Responder<GetRequest> reply) { refuse(reply); }
void Service::downloads(const DownloadsRequest& /*request*/, Responder<DownloadsRequest> reply) { refuse(reply); }
void Service::down(const DownRequest& /*request*/, Responder<DownRequest> reply) { refuse(reply); }

void dispatch(Service& to, const Request& request, const std::shared_ptr<Exchange>& exchange) {
  std::visit(Overloaded{
      [&](const PingRequest& r) { to.ping(r, Responder<PingRequest>(exchange)); },
      [&](const StatusRequest& r) { to.status(r, Responder<StatusRequest>(exchange)); },
      [&](const PeersRequest& r) { to.peers(r, Responder<PeersRequest>(exchange)); },
      [&](const JoinRequest& r) { to.join(r, Responder<JoinRequest>(exchange)); },
      [&](const ShareAddRequest& r) { to.share_add(r, Responder<ShareAddRequest>(exchange)); },
      [&](const ShareRemoveRequest& r) { to.share_remove(r, Responder<ShareRemoveRequest>(exchange)); },
      [&](const ShareListRequest& r) { to.share_list(r, Responder<ShareListRequest>(exchange)); },
      [&](const ShareRescanRequest& r) { to.share_rescan(r, Responder<ShareRescanRequest>(exchange)); },
      [&](const SearchRequest& r) { to.search(r, Responder<SearchRequest>(exchange)); },
      [&](const GetRequest& r) { to.get(r, Responder<GetRequest>(exchange)); },
      [&](const DownloadsRequest& r) { to.downloads(r, Responder<DownloadsRequest>(exchange)); },
      [&](const DownRequest& r) { to.down(r, Responder<DownRequest>(exchange)); },
  }, request);
}
// clang-format on

}  // namespace freshet::api
