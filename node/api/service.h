// What a daemon can be asked to do. The control server calls these on its io thread and knows
// nothing of the daemon; the daemon implements them and knows nothing of sockets.
#pragma once

#include "node/api/responder.h"

namespace freshet::api {

/// One function a request. Each answers through its Responder, at once or later, and must not
/// block. What is not overridden refuses, so a new request breaks no implementation.
class Service {
 public:
  Service() = default;
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;
  virtual ~Service() = default;

  virtual void ping(const PingRequest& request, Responder<PingRequest> reply);
  virtual void status(const StatusRequest& request, Responder<StatusRequest> reply);
  virtual void peers(const PeersRequest& request, Responder<PeersRequest> reply);
  virtual void join(const JoinRequest& request, Responder<JoinRequest> reply);
  virtual void share_add(const ShareAddRequest& request, Responder<ShareAddRequest> reply);
  virtual void share_remove(const ShareRemoveRequest& request, Responder<ShareRemoveRequest> reply);
  virtual void share_list(const ShareListRequest& request, Responder<ShareListRequest> reply);
  virtual void share_rescan(const ShareRescanRequest& request, Responder<ShareRescanRequest> reply);
  virtual void search(const SearchRequest& request, Responder<SearchRequest> reply);
  virtual void get(const GetRequest& request, Responder<GetRequest> reply);
  virtual void downloads(const DownloadsRequest& request, Responder<DownloadsRequest> reply);
  virtual void down(const DownRequest& request, Responder<DownRequest> reply);
};

/// Calls the function that `request` is for.
void dispatch(Service& service, const Request& request, const std::shared_ptr<Exchange>& exchange);

}  // namespace freshet::api
