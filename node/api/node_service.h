// The control API of a real node: turns requests into calls of io::Daemon, and what comes of them
// into replies.
#pragma once

#include <functional>
#include <string>

#include "node/api/service.h"
#include "node/io/asio_fwd.h"
#include "node/io/host/daemon.h"

namespace freshet::api {

class NodeService final : public Service {
 public:
  /// `down` ends the process in good order; called once, after the reply to a Down request was
  /// given. `downloads`: where a `get` without a folder goes.
  NodeService(asio::io_context& io,
              io::Daemon& daemon,
              std::string state_dir,
              std::function<void()> down);

  void ping(const PingRequest& request, Responder<PingRequest> reply) override;
  void status(const StatusRequest& request, Responder<StatusRequest> reply) override;
  void peers(const PeersRequest& request, Responder<PeersRequest> reply) override;
  void join(const JoinRequest& request, Responder<JoinRequest> reply) override;
  void share_add(const ShareAddRequest& request, Responder<ShareAddRequest> reply) override;
  void share_remove(const ShareRemoveRequest& request,
                    Responder<ShareRemoveRequest> reply) override;
  void share_list(const ShareListRequest& request, Responder<ShareListRequest> reply) override;
  void share_rescan(const ShareRescanRequest& request,
                    Responder<ShareRescanRequest> reply) override;
  void search(const SearchRequest& request, Responder<SearchRequest> reply) override;
  void get(const GetRequest& request, Responder<GetRequest> reply) override;
  void downloads(const DownloadsRequest& request, Responder<DownloadsRequest> reply) override;
  void down(const DownRequest& request, Responder<DownRequest> reply) override;

 private:
  asio::io_context& io_;
  io::Daemon& daemon_;
  std::string state_dir_;
  std::function<void()> down_;
};

}  // namespace freshet::api
