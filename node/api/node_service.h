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

  void ping(const PingRequest& request, const Responder<PingRequest>& reply) override;
  void status(const StatusRequest& request, const Responder<StatusRequest>& reply) override;
  void network(const NetworkRequest& request, const Responder<NetworkRequest>& reply) override;
  void peers(const PeersRequest& request, const Responder<PeersRequest>& reply) override;
  void join(const JoinRequest& request, const Responder<JoinRequest>& reply) override;
  void share_add(const ShareAddRequest& request, const Responder<ShareAddRequest>& reply) override;
  void share_remove(const ShareRemoveRequest& request,
                    const Responder<ShareRemoveRequest>& reply) override;
  void share_list(const ShareListRequest& request,
                  const Responder<ShareListRequest>& reply) override;
  void share_rescan(const ShareRescanRequest& request,
                    const Responder<ShareRescanRequest>& reply) override;
  void share_hashing(const ShareHashingRequest& request,
                     const Responder<ShareHashingRequest>& reply) override;
  void share_browse(const ShareBrowseRequest& request,
                    const Responder<ShareBrowseRequest>& reply) override;
  void browse(const BrowseRequest& request, const Responder<BrowseRequest>& reply) override;
  void search(const SearchRequest& request, const Responder<SearchRequest>& reply) override;
  void get(const GetRequest& request, const Responder<GetRequest>& reply) override;
  void downloads(const DownloadsRequest& request,
                 const Responder<DownloadsRequest>& reply) override;
  void block_list(const BlockListRequest& request,
                  const Responder<BlockListRequest>& reply) override;
  void block(const BlockRequest& request, const Responder<BlockRequest>& reply) override;
  void moderator(const ModeratorRequest& request,
                 const Responder<ModeratorRequest>& reply) override;
  void torrent(const TorrentRequest& request, const Responder<TorrentRequest>& reply) override;
  void rate(const RateRequest& request, const Responder<RateRequest>& reply) override;
  void down(const DownRequest& request, const Responder<DownRequest>& reply) override;
  void invite(const InviteRequest& request, const Responder<InviteRequest>& reply) override;

 private:
  asio::io_context& io_;
  io::Daemon& daemon_;
  std::string state_dir_;
  std::function<void()> down_;
};

}  // namespace freshet::api
