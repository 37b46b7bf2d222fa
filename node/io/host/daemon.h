// One node as a process: wires the core to the network, the disk and the user's wishes, and takes
// it all down in order. Holds no rules of its own. Runs on one io_context thread; all calls and
// callbacks are on it.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "node/base/endpoint.h"
#include "node/base/ids.h"
#include "node/base/result.h"
#include "node/core/overlay/io.h"
#include "node/core/transfer/io.h"
#include "node/io/asio_fwd.h"
#include "node/io/host/blocks.h"
#include "node/io/host/browses.h"
#include "node/io/host/fetches.h"
#include "node/io/host/folder_fetches.h"
#include "node/io/host/folders.h"
#include "node/io/host/kept_rates.h"
#include "node/io/host/library.h"
#include "node/io/host/limits.h"
#include "node/io/host/reachability.h"
#include "node/io/host/searches.h"
#include "node/io/host/testbed_port.h"
#include "node/io/host/torrent_fetches.h"
#include "node/io/host/torrents.h"
#include "node/io/testbed/news.h"
#include "node/store/mesh.h"
#include "node/store/state_dir.h"

namespace freshet::io {

struct DaemonOptions {
  store::StatePaths paths;
  std::string name;
  std::optional<Endpoint> listen;  ///< nullopt: every address, IPv4 and IPv6, at the default port
  std::vector<std::string> peers;  ///< HOST, HOST:PORT or [ADDR]:PORT
  bool discover = true;            ///< dial addresses that were learned; false: a static topology
  bool beacon = true;              ///< datagrams on the local networks
  bool share_finished = true;
  bool relay = true;                           ///< joins nodes that cannot reach one another
  std::optional<testbed::Setup> testbed = {};  ///< a node of one
  /// False: fetches and searches, relays what others ask, and neither answers nor serves.
  bool serves = true;
  bool cache = false;       ///< answers from hits that came by (core/search/hit_cache.h)
  bool bittorrent = false;  ///< answers BitTorrent clients; not in a private mesh
  RateChange rates = {};    ///< of this run alone
  /// Program and arguments of the process that reads metadata; empty: none is read.
  std::vector<std::string> metadata_worker = {};
};

/// One overlay link, for the user.
struct PeerView {
  NodeKey key;
  std::string address;
  std::string name;
  core::overlay::Direction direction = core::overlay::Direction::in;
  std::optional<double> rtt_ms;
  std::uint64_t bytes_in = 0;  ///< on the wire, TLS records included
  std::uint64_t bytes_out = 0;
  std::string listen = {};  ///< where it says it can be dialled; empty: nowhere
};

class Daemon {
 public:
  /// Takes the state folder, binds the port, makes what it needs. Errors: io (state in use or
  /// damaged, port in use).
  static Result<std::unique_ptr<Daemon>> open(asio::io_context& io, const DaemonOptions& options);
  virtual ~Daemon() = default;
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

  /// Begins to take links, dial peers and load what is shared. `loaded`: known names are
  /// searchable.
  virtual void start(std::function<void()> loaded) = 0;
  /// Says Bye, syncs, saves; `gone` is called when nothing is left to do. Within about two seconds.
  virtual void shut_down(std::function<void()> gone) = 0;

  [[nodiscard]] virtual const NodeKey& key() const = 0;
  [[nodiscard]] virtual const std::string& name() const = 0;
  [[nodiscard]] virtual std::vector<std::string> listen_addresses() const = 0;
  /// Where other machines can dial this node now, the likeliest first.
  [[nodiscard]] virtual std::vector<std::string> dial_addresses() const = 0;
  [[nodiscard]] virtual const store::Mesh& mesh() const = 0;
  [[nodiscard]] virtual std::chrono::milliseconds uptime() const = 0;
  /// Every counter by its flat name.
  [[nodiscard]] virtual std::vector<std::pair<std::string, std::uint64_t>> counters() const = 0;
  /// What a peer can fill, and how full it is.
  [[nodiscard]] virtual Limits limits() const = 0;
  [[nodiscard]] virtual std::vector<PeerView> peers() const = 0;
  [[nodiscard]] virtual NetworkView network() const = 0;
  /// Asks some peers to dial this node, and tells what they found: within a few seconds.
  virtual void check_reach(Reachability::Answers answers) = 0;
  /// Nodes that are linked, or whose address is remembered.
  [[nodiscard]] virtual std::vector<NodeKey> known_nodes() const = 0;
  /// Dials HOST[:PORT] once and waits for the link. Errors: invalid, io, timed_out.
  virtual void join(const std::string& host_port,
                    std::chrono::milliseconds timeout,
                    std::function<void(Result<PeerView>)> joined) = 0;

  [[nodiscard]] virtual Library& library() = 0;
  [[nodiscard]] virtual Folders& folders() = 0;
  [[nodiscard]] virtual Searches& searches() = 0;
  [[nodiscard]] virtual Browses& browses() = 0;
  [[nodiscard]] virtual Fetches& fetches() = 0;
  [[nodiscard]] virtual FolderFetches& folder_fetches() = 0;
  /// nullptr, unless it was set up by a testbed.
  [[nodiscard]] virtual TestbedPort* testbed() = 0;
  /// Stays linked to that peer from now on.
  virtual void add_peer(const std::string& host_port) = 0;
  /// What it sends and fetches of contents at most.
  [[nodiscard]] virtual core::transfer::SetRates rates() const = 0;
  /// Also when it runs again.
  virtual void change_rates(const RateChange& change) = 0;
  [[nodiscard]] virtual Blocks& blocks() = 0;
  [[nodiscard]] virtual Torrents& torrents() = 0;
  [[nodiscard]] virtual TorrentFetches& torrent_fetches() = 0;

 protected:
  Daemon() = default;
};

}  // namespace freshet::io
