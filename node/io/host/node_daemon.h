// The daemon's class and its parts; how it lives is in daemon_life.cpp, what the core asks of it in
// daemon_effects.cpp, what it shows in daemon_views.cpp. For these files alone: others hold a
// Daemon.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>

#include "node/core/overlay/guard/target_limit.h"
#include "node/io/host/daemon.h"
#include "node/io/host/flat_counters.h"
#include "node/io/host/folder_fetches.h"
#include "node/io/host/folders.h"
#include "node/io/host/hit_seals.h"
#include "node/io/host/joins.h"
#include "node/io/host/overlay_links.h"
#include "node/io/host/piece_store.h"
#include "node/io/host/pump.h"
#include "node/io/host/relays.h"
#include "node/io/host/shared_limit.h"
#include "node/io/host/transfer_links.h"
#include "node/io/net/discovery.h"
#include "node/io/net/interface_watch.h"
#include "node/io/net/listener.h"
#include "node/io/net/sleep_watch.h"
#include "node/store/key_file.h"

namespace freshet::io {

namespace co = core::overlay;
namespace cs = core::search;
namespace ct = core::transfer;

// What must exist before the daemon does, opened in the order in which failures are best told.
struct DaemonParts {
  store::StateDir state;
  store::NodeIdentity identity;
  store::Mesh mesh;
  store::Catalogue catalogue;
  TlsContext tls;
  store::Signer signer;
};

class NodeDaemon final : public Daemon, public Performer {
 public:
  NodeDaemon(asio::io_context& io,
             const DaemonOptions& options,
             DaemonParts parts,
             const Rng::Key& seed)
      : io_(io),
        options_(options),
        parts_(std::move(parts)),
        rng_(seed),
        seals_(std::move(parts_.signer), options_.paths.dir + "/hit-clock"),
        shared_(io),
        dialer_(io, shared_, parts_.tls, {}),
        joins_(io),
        upkeep_(io),
        farewell_(io) {}

  Status bind();
  void start(std::function<void()> loaded) override;
  void shut_down(std::function<void()> gone) override;

  [[nodiscard]] const NodeKey& key() const override { return parts_.identity.key; }
  [[nodiscard]] const std::string& name() const override { return options_.name; }
  [[nodiscard]] std::vector<std::string> listen_addresses() const override;
  [[nodiscard]] std::vector<std::string> dial_addresses() const override;
  [[nodiscard]] const store::Mesh& mesh() const override { return parts_.mesh; }
  [[nodiscard]] std::chrono::milliseconds uptime() const override;
  [[nodiscard]] FlatCounters counters() const override;
  [[nodiscard]] std::vector<PeerView> peers() const override;
  [[nodiscard]] NetworkView network() const override;
  void check_reach(Reachability::Answers answers) override;
  void join(const std::string& host_port,
            std::chrono::milliseconds timeout,
            std::function<void(Result<PeerView>)> joined) override;
  [[nodiscard]] Library& library() override { return *library_; }
  [[nodiscard]] Folders& folders() override { return *folders_; }
  [[nodiscard]] Searches& searches() override { return *searches_; }
  [[nodiscard]] Browses& browses() override { return *browses_; }
  [[nodiscard]] Fetches& fetches() override { return *fetches_; }
  [[nodiscard]] FolderFetches& folder_fetches() override { return *folder_fetches_; }
  [[nodiscard]] TestbedPort* testbed() override { return testbed_.get(); }
  void add_peer(const std::string& host_port) override {
    pump_->deliver(
        co::Input(co::AddPeer{.peer = overlay_links_->add_name(host_port), .keep = true}));
  }
  [[nodiscard]] ct::SetRates rates() const override { return rates_.now(); }
  void change_rates(const RateChange& change) override {
    rates_.change(change);
    apply_rates();
  }
  [[nodiscard]] Blocks& blocks() override { return *blocks_; }
  [[nodiscard]] Torrents& torrents() override { return *torrents_; }
  [[nodiscard]] TorrentFetches& torrent_fetches() override { return *torrent_fetches_; }
  [[nodiscard]] Limits limits() const override;
  [[nodiscard]] std::vector<NodeKey> known_nodes() const override;

  void perform(core::Effect& effect, const core::EffectBuffer& buffer) override;

 private:
  void make_overlay();
  void guard_dials();
  void make_content();
  void make_ways();
  void make_searches();
  void make_torrents();
  void make_limits();
  MeshParts parts_for_torrents();
  void find_sources(const ContentId& content, std::function<void(TorrentMesh::Sources)> found);
  bool perform_here(const co::Effect& effect);
  void perform_search(cs::Effect& effect);
  bool perform_reach(const co::Effect& effect);
  bool perform_browse(const co::Effect& effect);
  [[nodiscard]] wire::BrowsePage page_for(const wire::Browse& browse);
  [[nodiscard]] bool is_blocked(const wire::HitFile& file) const;
  [[nodiscard]] std::optional<LinkId> link_to(const NodeKey& node) const;
  void on_joined();
  void judge_hit(cs::Judge& judge);
  void tell_words();
  void perform_transfer(ct::Effect& effect);
  void open_content(const ct::Open& open);
  void send_block(const ct::SendBlock& send);
  void dial_source(const ct::Dial& dial);
  void dial_through(const ct::DialThrough& dial);
  void on_blocked(const Blockable& what);
  void look_up(const cs::Lookup& lookup);
  void leave_out_blocked(std::vector<wire::HitFile>& files);
  void leave_out_blocked(std::vector<wire::BrowsedFile>& files);
  void take_in(const std::shared_ptr<TlsLink>& link);
  void obey_moderator();
  void start_discovery();
  void apply_rates();
  void apply_limits();
  void watch_sleep();
  void keep_hosts();
  void on_banned(const co::Banned& banned);
  void keep_bans();
  void describe();
  void upkeep();
  void end_join(co::PeerNumber number, const Result<LinkId>& link);
  void wait_for_farewells(std::chrono::steady_clock::time_point deadline);
  void take_down();
  [[nodiscard]] std::string bans_file() const { return options_.paths.dir + "/bans"; }
  [[nodiscard]] PeerView view_of(const OverlayPeer& peer) const;

  asio::io_context& io_;
  DaemonOptions options_;
  DaemonParts parts_;
  Rng rng_;
  HitSeals seals_;
  LinkShared shared_;
  Dialer dialer_;
  co::TargetLimit targets_;  ///< addresses that others named
  std::unique_ptr<Listener> listener_;
  core::Config config_;
  core::Counters counters_;
  std::unique_ptr<core::Node> node_;
  std::unique_ptr<Pump> pump_;
  std::uint32_t next_link_ = 1;
  std::unique_ptr<OverlayLinks> overlay_links_;
  std::unique_ptr<TestbedPort> testbed_;
  std::unique_ptr<Reachability> reachability_;
  std::unique_ptr<Library> library_;
  std::unique_ptr<Folders> folders_;
  std::unique_ptr<Fetches> fetches_;
  std::unique_ptr<FolderFetches> folder_fetches_;
  std::unique_ptr<PieceStore> pieces_;
  std::unique_ptr<TransferLinks> transfer_links_;
  std::unique_ptr<Relays> relays_;
  std::unique_ptr<Searches> searches_;
  std::unique_ptr<Browses> browses_;
  std::unique_ptr<Blocks> blocks_;
  std::unique_ptr<UploadTurns> upload_turns_;
  std::unique_ptr<Torrents> torrents_;
  std::unique_ptr<TorrentFetches> torrent_fetches_;
  std::unique_ptr<SharedLimit> up_limit_;
  std::unique_ptr<SharedLimit> down_limit_;
  std::uint64_t blocked_opens_ = 0;
  std::uint64_t blocked_links_ = 0;
  std::uint64_t blocked_files_ = 0;  ///< left out of answers, pages and what others answered
  std::uint64_t browses_refused_ = 0;
  std::unique_ptr<Discovery> discovery_;
  std::unique_ptr<SleepWatch> sleep_watch_;
  std::unique_ptr<InterfaceWatch> interface_watch_;
  Joins joins_;
  std::vector<Endpoint> described_;
  asio::steady_timer upkeep_;
  asio::steady_timer farewell_;
  std::function<void()> gone_;
  bool leaving_ = false;
  KeptRates rates_{options_.paths.dir + "/rates"};
  bool bans_changed_ = false;
  bool words_are_wanted_ = false;  ///< by a neighbour, for its route table
};

}  // namespace freshet::io
