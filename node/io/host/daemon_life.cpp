#include <chrono>
#include <utility>

#include <spdlog/spdlog.h>

#include "node/io/host/known_bans.h"
#include "node/io/host/known_hosts.h"
#include "node/io/host/node_daemon.h"
#include "node/io/net/address_list.h"
#include "node/store/downloads.h"

namespace freshet::io {
namespace {

constexpr std::chrono::seconds kUpkeepEvery{30};
constexpr std::chrono::milliseconds kFarewell{1500};
constexpr std::chrono::milliseconds kFarewellStep{10};

}  // namespace

void NodeDaemon::start(std::function<void()> loaded) {
  torrents_->start(*listener_);
  listener_->start([this](const std::shared_ptr<TlsLink>& link) { take_in(link); });
  blocks_->recall();
  obey_moderator();
  recall_bans(bans_file(), [this](co::Input input) { pump_->deliver(std::move(input)); });
  describe();
  if (options_.discover) {
    recall_hosts(options_.paths.host_cache,
                 [this](co::Input input) { pump_->deliver(std::move(input)); });
  }
  for (const std::string& peer : options_.peers) add_peer(peer);
  if (options_.discover && options_.beacon) start_discovery();
  if (!testbed_) watch_sleep();  // a testbed has a clock of its own
  // Hits that were signed before an address came would lead nobody here.
  interface_watch_ = std::make_unique<InterfaceWatch>(io_, [this] { describe(); });
  rates_.recall(options_.rates);
  apply_rates();
  library_->start(std::move(loaded));
  if (const auto left = store::list_downloads(options_.paths.downloads)) {
    fetches_->resume(left->unfinished);
    for (const std::string& damaged : left->damaged)
      spdlog::warn("{} is damaged and was left alone", damaged);
  }
  upkeep();
}

void NodeDaemon::take_in(const std::shared_ptr<TlsLink>& link) {
  if (leaving_) {
    link->abort();
  } else if (link->protocol() == Protocol::overlay) {
    overlay_links_->adopt(link, co::Direction::in, std::nullopt);
  } else if (link->protocol() == Protocol::relay) {
    relays_->take_in(link);
  } else if (blocks_->has(link->peer())) {
    ++blocked_links_;
    link->abort();
  } else if (link->protocol() == Protocol::torrent) {
    torrents_->take_in(link);
  } else {
    transfer_links_->adopt(link, ct::Direction::in, std::nullopt);
  }
}

void NodeDaemon::apply_rates() {
  up_limit_->set(rates_.now().up);
  down_limit_->set(rates_.now().down);
  apply_limits();
}

void NodeDaemon::apply_limits() {
  ct::SetRates rates = rates_.now();
  rates.up = up_limit_->shares().nodes;
  rates.down = down_limit_->shares().nodes;
  pump_->deliver(ct::Input(rates));
  upload_turns_->limit(up_limit_->shares().clients);
}

// The one that the invite named, unless the user has named another.
void NodeDaemon::obey_moderator() {
  if (!parts_.mesh.moderator || blocks_->moderator()) return;
  const Status obeyed = blocks_->obey(parts_.mesh.moderator);
  if (!obeyed) spdlog::warn("{}", obeyed.error().message);
}

void NodeDaemon::start_discovery() {
  discovery_ = std::make_unique<Discovery>(
      io_,
      key(),
      config_.overlay.listen_port,
      listener_->local(),
      [this](const NodeKey& node, const Endpoint& where) {
        pump_->deliver(co::Input(co::HostSeen{.key = node, .address = where}));
      });
  discovery_->set_codec(BeaconCodec(parts_.mesh.key_view()));
  discovery_->start();
}

// Others may have given up every link meanwhile, and the machine may be elsewhere.
void NodeDaemon::watch_sleep() {
  sleep_watch_ = std::make_unique<SleepWatch>(io_, [this](Duration slept) {
    spdlog::info("the machine slept for {} s: asking every peer whether it is there",
                 std::chrono::duration_cast<std::chrono::seconds>(slept).count());
    describe();
    pump_->woke(slept);
    if (discovery_) discovery_->announce_again();
  });
}

void NodeDaemon::keep_hosts() {
  if (options_.discover) save_hosts(options_.paths.host_cache, *node_, pump_->now());
}

void NodeDaemon::on_banned(const co::Banned& banned) {
  spdlog::debug("{} broke the rules too often: banned for {} s",
                banned.key.hex(),
                std::chrono::duration_cast<std::chrono::seconds>(banned.length).count());
  bans_changed_ = true;
}

// Now and then, not with each: keys cost their owner nothing.
void NodeDaemon::keep_bans() {
  if (std::exchange(bans_changed_, false)) save_bans(bans_file(), *node_, pump_->now());
}

void NodeDaemon::describe() {
  std::vector<Endpoint> addresses = usable_addresses(listener_->local());
  if (addresses == described_) return;
  described_ = addresses;
  pump_->deliver(cs::Input(cs::Describe{.name = options_.name,
                                        .addresses = std::move(addresses),
                                        .bittorrent = options_.bittorrent}));
}

// What is due now and then: addresses may have changed and the kernel not said so, and the host
// cache is to survive a crash.
void NodeDaemon::upkeep() {
  upkeep_.expires_after(kUpkeepEvery);
  upkeep_.async_wait([this](const std::error_code& canceled) {
    if (canceled || leaving_) return;
    if (sleep_watch_) sleep_watch_->look();
    describe();
    keep_hosts();
    keep_bans();
    upkeep();
  });
}

void NodeDaemon::join(const std::string& host_port,
                      std::chrono::milliseconds timeout,
                      std::function<void(Result<PeerView>)> joined) {
  if (const auto target = parse_host_port(host_port); !target) {
    joined(target.error());
    return;
  }
  const co::PeerNumber number = overlay_links_->add_name(host_port);
  joins_.begin(number, timeout, std::move(joined));
  pump_->deliver(co::Input(co::AddPeer{.peer = number, .keep = false}));
}

void NodeDaemon::end_join(co::PeerNumber number, const Result<LinkId>& link) {
  if (!joins_.waits_for(number)) return;
  if (!link) {
    joins_.end(number, link.error());
    return;
  }
  const auto peer = overlay_links_->peers().find(link->value);
  if (peer == overlay_links_->peers().end()) {
    joins_.end(number, Error{.code = ErrorCode::io, .message = "the link closed again"});
  } else {
    joins_.end(number, view_of(peer->second));
  }
}

void NodeDaemon::shut_down(std::function<void()> gone) {
  if (leaving_) return;
  leaving_ = true;
  gone_ = std::move(gone);
  keep_hosts();
  keep_bans();
  sleep_watch_.reset();
  interface_watch_.reset();
  if (discovery_) discovery_->stop();
  listener_->stop();
  dialer_.stop();
  upkeep_.cancel();
  fetches_->stop();
  searches_->stop();
  browses_->stop();
  joins_.end_all({.code = ErrorCode::canceled, .message = "the daemon is shutting down"});
  pump_->deliver(co::Input(co::ShutDown{}));
  transfer_links_->abort_all();
  relays_->stop();
  wait_for_farewells(std::chrono::steady_clock::now() + kFarewell);
}

void NodeDaemon::wait_for_farewells(std::chrono::steady_clock::time_point deadline) {
  const bool quiet = overlay_links_->peers().empty() && transfer_links_->count() == 0;
  if (quiet || std::chrono::steady_clock::now() >= deadline) {
    take_down();
    return;
  }
  farewell_.expires_after(kFarewellStep);
  farewell_.async_wait([this, deadline](const std::error_code& canceled) {
    if (!canceled) wait_for_farewells(deadline);
  });
}

void NodeDaemon::take_down() {
  overlay_links_->abort_all();
  if (testbed_) testbed_->stop();
  pump_->stop();
  pieces_->stop();
  up_limit_->stop();
  down_limit_->stop();
  torrents_->stop();
  torrent_fetches_->stop();
  upload_turns_->stop();
  folder_fetches_->stop();
  folders_->stop();
  library_->stop();
  gone_();
}

}  // namespace freshet::io
