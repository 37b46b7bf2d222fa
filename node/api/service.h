// What a daemon can be asked to do. The control server calls these on its io thread and knows
// nothing of the daemon; the daemon implements them and knows nothing of sockets.
#pragma once

#include "node/api/responder.h"

namespace freshet::api {

/// One function a request. Each answers through its Responder, at once or later, and must not
/// block; a copy of the Responder keeps the request open. What is not overridden refuses, so a new
/// request breaks no implementation.
class Service {
 public:
  Service() = default;
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;
  virtual ~Service() = default;

  virtual void ping(const PingRequest& request, const Responder<PingRequest>& reply);
  virtual void status(const StatusRequest& request, const Responder<StatusRequest>& reply);
  virtual void peers(const PeersRequest& request, const Responder<PeersRequest>& reply);
  virtual void network(const NetworkRequest& request, const Responder<NetworkRequest>& reply);
  virtual void join(const JoinRequest& request, const Responder<JoinRequest>& reply);
  virtual void share_add(const ShareAddRequest& request, const Responder<ShareAddRequest>& reply);
  virtual void share_remove(const ShareRemoveRequest& request,
                            const Responder<ShareRemoveRequest>& reply);
  virtual void share_list(const ShareListRequest& request,
                          const Responder<ShareListRequest>& reply);
  virtual void share_rescan(const ShareRescanRequest& request,
                            const Responder<ShareRescanRequest>& reply);
  virtual void share_hashing(const ShareHashingRequest& request,
                             const Responder<ShareHashingRequest>& reply);
  virtual void share_browse(const ShareBrowseRequest& request,
                            const Responder<ShareBrowseRequest>& reply);
  virtual void browse(const BrowseRequest& request, const Responder<BrowseRequest>& reply);
  virtual void search(const SearchRequest& request, const Responder<SearchRequest>& reply);
  virtual void get(const GetRequest& request, const Responder<GetRequest>& reply);
  virtual void downloads(const DownloadsRequest& request, const Responder<DownloadsRequest>& reply);
  virtual void block_list(const BlockListRequest& request,
                          const Responder<BlockListRequest>& reply);
  virtual void block(const BlockRequest& request, const Responder<BlockRequest>& reply);
  virtual void moderator(const ModeratorRequest& request, const Responder<ModeratorRequest>& reply);
  virtual void down(const DownRequest& request, const Responder<DownRequest>& reply);
  virtual void invite(const InviteRequest& request, const Responder<InviteRequest>& reply);
  virtual void torrent(const TorrentRequest& request, const Responder<TorrentRequest>& reply);
  virtual void rate(const RateRequest& request, const Responder<RateRequest>& reply);
  virtual void testbed_run(const TestbedRunRequest& request,
                           const Responder<TestbedRunRequest>& reply);
  virtual void testbed_link(const TestbedLinkRequest& request,
                            const Responder<TestbedLinkRequest>& reply);
  virtual void testbed_ask(const TestbedAskRequest& request,
                           const Responder<TestbedAskRequest>& reply);
};

/// Calls the function that `request` is for.
void dispatch(Service& service, const Request& request, const std::shared_ptr<Exchange>& exchange);

}  // namespace freshet::api
