#include "node/io/host/daemon.h"

#include <algorithm>
#include <array>
#include <ctime>
#include <random>
#include <utility>

#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>
#include <spdlog/spdlog.h>

#include "node/base/overloaded.h"
#include "node/base/version.h"
#include "node/core/overlay/guard/target_limit.h"
#include "node/core/search/file_filter.h"
#include "node/core/search/tokenizer.h"
#include "node/io/host/flat_counters.h"
#include "node/io/host/hit_seals.h"
#include "node/io/host/joins.h"
#include "node/io/host/known_bans.h"
#include "node/io/host/known_hosts.h"
#include "node/io/host/overlay_links.h"
#include "node/io/host/piece_store.h"
#include "node/io/host/pump.h"
#include "node/io/host/relays.h"
#include "node/io/host/transfer_links.h"
#include "node/io/net/address_list.h"
#include "node/io/net/discovery.h"
#include "node/io/net/listener.h"
#include "node/store/downloads.h"
#include "node/store/key_file.h"
#include "node/store/mesh_file.h"

namespace freshet::io {
namespace {

namespace co = core::overlay;
namespace cs = core::search;
namespace ct = core::transfer;

constexpr std::chrono::seconds kUpkeepEvery{30};
constexpr std::chrono::milliseconds kFarewell{1500};
constexpr std::chrono::milliseconds kFarewellStep{10};

Rng::Key random_key() {
  std::random_device device;
  Rng::Key key{};
  for (std::size_t i = 0; i < key.size(); i += 4)
    store_le(static_cast<std::uint32_t>(device()), key.data() + i);
  return key;
}

UnixSeconds unix_now() {
  return static_cast<UnixSeconds>(std::time(nullptr));
}

// nullopt: of the open mesh.
std::optional<ByteView> key_of(const store::Mesh& mesh) {
  if (!mesh.key) return std::nullopt;
  return mesh.key->view();
}

core::Config config_for(const DaemonOptions& options, std::uint16_t port) {
  core::Config config;
  config.overlay.agent = kAgent;
  config.overlay.name = options.name;
  config.overlay.listen_port = port;
  config.overlay.tokenizer_version = cs::kTokenizerVersion;
  config.overlay.discover = options.discover;
  if (options.testbed) {
    config.overlay.max_ttl = options.testbed->max_ttl;
    config.overlay.target_links = options.testbed->target_links;
    config.overlay.max_links = options.testbed->max_links;
    config.overlay.walk_key = options.testbed->walk_key;
  }
  config.overlay.max_bans += Blocks::kMaxOwn + wire::kMaxBlockListEntries;
  if (!options.serves) config.transfer.upload_slots = 0;
  // Within the patience of a `get`, so that it ends with what is wrong and not with having waited.
  config.transfer.exhausted_grace = std::chrono::seconds(2);
  return config;
}

// What must exist before the daemon does, opened in the order in which failures are best told.
struct Parts {
  store::StateDir state;
  store::NodeIdentity identity;
  store::Mesh mesh;
  store::Catalogue catalogue;
  TlsContext tls;
  store::Signer signer;
};

class NodeDaemon final : public Daemon, public Performer {
 public:
  NodeDaemon(asio::io_context& io, const DaemonOptions& options, Parts parts)
      : io_(io),
        options_(options),
        parts_(std::move(parts)),
        rng_(random_key()),
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
  [[nodiscard]] Searches& searches() override { return *searches_; }
  [[nodiscard]] Fetches& fetches() override { return *fetches_; }
  [[nodiscard]] TestbedPort* testbed() override { return testbed_.get(); }
  void add_peer(const std::string& host_port) override {
    pump_->deliver(
        co::Input(co::AddPeer{.peer = overlay_links_->add_name(host_port), .keep = true}));
  }
  [[nodiscard]] Blocks& blocks() override { return *blocks_; }
  [[nodiscard]] Limits limits() const override;
  [[nodiscard]] std::vector<NodeKey> known_nodes() const override;

  void perform(core::Effect& effect, const core::EffectBuffer& buffer) override;

 private:
  void make_parts();
  void perform_search(cs::Effect& effect);
  bool perform_reach(const co::Effect& effect);
  void judge_hit(cs::Judge& judge);
  void tell_words();
  void perform_transfer(ct::Effect& effect);
  void open_content(const ct::Open& open);
  void send_block(const ct::SendBlock& send);
  void dial_source(const ct::Dial& dial);
  void dial_through(const ct::DialThrough& dial);
  void on_blocked(const Blockable& what);
  void look_up(const cs::Lookup& lookup);
  void leave_out_blocked(std::vector<wire::HitFile>& files) const;
  void start_discovery();
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
  Parts parts_;
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
  std::unique_ptr<Fetches> fetches_;
  std::unique_ptr<PieceStore> pieces_;
  std::unique_ptr<TransferLinks> transfer_links_;
  std::unique_ptr<Relays> relays_;
  std::unique_ptr<Searches> searches_;
  std::unique_ptr<Blocks> blocks_;
  std::uint64_t blocked_opens_ = 0;
  std::uint64_t blocked_links_ = 0;
  std::unique_ptr<Discovery> discovery_;
  Joins joins_;
  std::vector<Endpoint> described_;
  asio::steady_timer upkeep_;
  asio::steady_timer farewell_;
  std::function<void()> gone_;
  bool leaving_ = false;
  bool bans_changed_ = false;
  bool words_are_wanted_ = false;  ///< by a neighbour, for its route table
};

Status NodeDaemon::bind() {
  auto listener = Listener::bind(io_, shared_, parts_.tls, options_.listen, {});
  if (!listener) return listener.error();
  listener_ = std::move(*listener);
  config_ = config_for(options_, listener_->local().front().port);
  make_parts();
  return kOk;
}

void NodeDaemon::make_parts() {
  const testbed::Setup* testbed = options_.testbed ? &*options_.testbed : nullptr;
  node_ = std::make_unique<core::Node>(config_,
                                       counters_,
                                       testbed != nullptr ? testbed->alias.value_or(key()) : key(),
                                       rng_.fork("node"));
  pump_ = std::make_unique<Pump>(io_, *node_, *this, clock_for(testbed));
  dialer_.guard_by(
      {.may_dial = [this](const Endpoint& at) { return targets_.allows(at, pump_->now()); },
       .proved =
           [this](const Endpoint& at) {
             targets_.proved(at);
           }});
  overlay_links_ = std::make_unique<OverlayLinks>(
      dialer_,
      next_link_,
      [this](co::Input input) { pump_->deliver(std::move(input)); },
      [this](co::PeerNumber number, const Result<LinkId>& link) { end_join(number, link); });
  if (testbed != nullptr) {
    testbed_ = std::make_unique<TestbedPort>(io_, *testbed, *pump_, *node_, *overlay_links_);
  }
  reachability_ = std::make_unique<Reachability>(
      io_, dialer_, [this](co::Input input) { pump_->deliver(std::move(input)); });
  overlay_links_->tell_dials([this](const std::string& address, const Error* error) {
    if (error == nullptr) {
      reachability_->dial_succeeded(address);
    } else {
      reachability_->dial_failed(address, error->message);
    }
  });
  library_ = std::make_unique<Library>(
      io_, std::move(parts_.catalogue), options_.paths.dir, rng_.next_u64());
  library_->on_words([this] { tell_words(); });
  library_->on_identified([this](const Guid& lookup, const wire::HitFile& file) {
    pump_->deliver(cs::Input(cs::Found{.lookup = lookup, .files = {file}}));
  });
  const auto deliver_transfer = [this](ct::Input input) {
    pump_->deliver(std::move(input));
  };
  fetches_ = std::make_unique<Fetches>(
      io_,
      Fetches::Options{.downloads = options_.paths.downloads,
                       .share_finished = options_.share_finished},
      *library_,
      deliver_transfer,
      [this](const ContentId& content) { searches_->ask_content(content); });
  pieces_ = std::make_unique<PieceStore>(
      io_, *library_, options_.paths.downloads, deliver_transfer, [this](const ContentId& content) {
        return fetches_->target_of(content);
      });
  fetches_->use(*pieces_);
  transfer_links_ =
      std::make_unique<TransferLinks>(io_, dialer_, *pieces_, next_link_, deliver_transfer);
  core::RelayLimits relay_limits;
  relay_limits.enabled = options_.relay;
  relays_ = std::make_unique<Relays>(io_,
                                     relay_limits,
                                     rng_.fork("relays"),
                                     Relays::Parts{.shared = shared_,
                                                   .tls = parts_.tls,
                                                   .dialer = dialer_,
                                                   .pump = *pump_,
                                                   .node = *node_,
                                                   .overlay = *overlay_links_,
                                                   .transfers = *transfer_links_,
                                                   .own_addresses = [this] {
                                                     return described_;
                                                   }});
  blocks_ = std::make_unique<Blocks>(
      options_.paths.dir,
      [this](co::Input input) { pump_->deliver(std::move(input)); },
      [this](const Blockable& what) { on_blocked(what); });
  searches_ = std::make_unique<Searches>(
      io_,
      key(),
      [this](cs::Input input) { pump_->deliver(std::move(input)); },
      [this](const ContentId& content, std::vector<ct::Source> sources) {
        fetches_->add_sources(content, std::move(sources));
      });
}

void NodeDaemon::start(std::function<void()> loaded) {
  listener_->start([this](const std::shared_ptr<TlsLink>& link) {
    if (leaving_) {
      link->abort();
    } else if (link->protocol() == Protocol::overlay) {
      overlay_links_->adopt(link, co::Direction::in, std::nullopt);
    } else if (link->protocol() == Protocol::relay) {
      relays_->take_in(link);
    } else if (blocks_->has(link->peer())) {
      ++blocked_links_;
      link->abort();
    } else {
      transfer_links_->adopt(link, ct::Direction::in, std::nullopt);
    }
  });
  blocks_->recall();
  if (parts_.mesh.moderator && !blocks_->moderator()) {
    const Status obeyed = blocks_->obey(parts_.mesh.moderator);
    if (!obeyed) spdlog::warn("{}", obeyed.error().message);
  }
  recall_bans(bans_file(), [this](co::Input input) { pump_->deliver(std::move(input)); });
  describe();
  if (options_.discover) {
    recall_hosts(options_.paths.host_cache,
                 [this](co::Input input) { pump_->deliver(std::move(input)); });
  }
  for (const std::string& peer : options_.peers) add_peer(peer);
  if (options_.discover && options_.beacon) start_discovery();
  library_->start(std::move(loaded));
  if (const auto left = store::list_downloads(options_.paths.downloads)) {
    fetches_->resume(left->unfinished);
    for (const std::string& damaged : left->damaged)
      spdlog::warn("{} is damaged and was left alone", damaged);
  }
  upkeep();
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
  discovery_->set_codec(BeaconCodec(key_of(parts_.mesh)));
  discovery_->start();
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
  pump_->deliver(cs::Input(cs::Describe{.name = options_.name, .addresses = std::move(addresses)}));
}

// What is due now and then: addresses may have changed, and the host cache is to survive a crash.
void NodeDaemon::upkeep() {
  upkeep_.expires_after(kUpkeepEvery);
  upkeep_.async_wait([this](const std::error_code& canceled) {
    if (canceled || leaving_) return;
    describe();
    keep_hosts();
    keep_bans();
    upkeep();
  });
}

void NodeDaemon::perform(core::Effect& effect, const core::EffectBuffer& buffer) {
  if (auto* overlay = std::get_if<co::Effect>(&effect)) {
    if (std::holds_alternative<co::NeedWords>(*overlay)) {
      words_are_wanted_ = true;
      tell_words();
      return;
    }
    if (const auto* called = std::get_if<co::Called>(overlay)) {
      relays_->called(*called);
      return;
    }
    if (const auto* banned = std::get_if<co::Banned>(overlay)) {
      on_banned(*banned);
      return;
    }
    if (perform_reach(*overlay)) return;
    if (const auto* heard = std::get_if<co::BlockListHeard>(overlay)) {
      blocks_->on_heard(*heard);
      return;
    }
    overlay_links_->perform(*overlay, buffer);
  } else if (auto* transfer = std::get_if<ct::Effect>(&effect)) {
    perform_transfer(*transfer);
  } else if (auto* search = std::get_if<cs::Effect>(&effect)) {
    perform_search(*search);
  }
}

// False when the effect is another one.
bool NodeDaemon::perform_reach(const co::Effect& effect) {
  const auto* asked = std::get_if<co::DialBack>(&effect);
  const auto* answered = std::get_if<co::DialBackAnswer>(&effect);
  if (asked == nullptr && answered == nullptr) return false;
  const LinkId link = asked != nullptr ? asked->link : answered->link;
  const auto peer = overlay_links_->peers().find(link.value);
  if (peer == overlay_links_->peers().end()) return true;
  const TlsLink& with = *peer->second.link;
  if (asked != nullptr) {
    reachability_->dial_back(*asked, with.peer(), with.remote());
  } else {
    reachability_->on_answer(
        {.peer = with.peer(), .address = with.remote().to_string(), .answer = *answered});
  }
  return true;
}

NetworkView NodeDaemon::network() const {
  NetworkView view;
  view.discover = options_.discover;
  view.beacon = discovery_ != nullptr;
  view.known_hosts = node_->overlay().cached_hosts().size();
  view.failed = reachability_->failed();
  if (!discovery_) return view;
  const DiscoveryCounters& beacon = discovery_->counters();
  view.places = discovery_->places();
  view.beacons_sent = beacon.sent;
  view.beacons_heard = beacon.heard;
  view.beacons_foreign = beacon.foreign;
  return view;
}

void NodeDaemon::check_reach(Reachability::Answers answers) {
  reachability_->check(std::min<std::size_t>(peers().size(), co::DialBacks::kAsked),
                       std::move(answers));
}

void NodeDaemon::tell_words() {
  if (!words_are_wanted_) return;
  pump_->deliver(co::Input(co::SetWords{.hashes = options_.serves ? library_->word_hashes()
                                                                  : std::vector<std::uint32_t>()}));
}

void NodeDaemon::perform_search(cs::Effect& effect) {
  if (const auto* lookup = std::get_if<cs::Lookup>(&effect)) {
    look_up(*lookup);
  } else if (const auto* hit = std::get_if<cs::Hit>(&effect)) {
    searches_->on_hit(*hit);
    if (testbed_) testbed_->on_hit(*hit);
  } else if (auto* seal = std::get_if<cs::Seal>(&effect)) {
    Bytes body = seals_.seal(std::move(seal->record), pump_->now());
    if (!body.empty())
      pump_->deliver(cs::Input(cs::Sealed{.lookup = seal->lookup, .body = std::move(body)}));
  } else if (auto* judge = std::get_if<cs::Judge>(&effect)) {
    judge_hit(*judge);
  }
}

void NodeDaemon::leave_out_blocked(std::vector<wire::HitFile>& files) const {
  std::erase_if(files, [&](const wire::HitFile& file) {
    return file.content && blocks_->has(*file.content);
  });
}

void NodeDaemon::look_up(const cs::Lookup& lookup) {
  if (!options_.serves && !node_->overlay().is_own(lookup.lookup)) return;
  const auto& filter = lookup.query.filter;
  if (filter && !cs::is_for_node(*filter, key(), options_.name)) return;
  auto files = library_->lookup(lookup.lookup, lookup.query, lookup.limit);
  leave_out_blocked(files);
  if (files.empty()) return;
  pump_->deliver(cs::Input(cs::Found{.lookup = lookup.lookup, .files = std::move(files)}));
}

void NodeDaemon::judge_hit(cs::Judge& judge) {
  // A testbed's nodes go by the simulator's keys, which nobody holds: nothing can be signed by
  // them.
  cs::HitVerdict verdict = testbed_ ? cs::HitVerdict::good : seals_.judge(judge.hit, pump_->now());
  wire::HitRecord& record = judge.hit.record;
  const bool had_files = !record.files.empty();
  leave_out_blocked(record.files);
  const bool is_blocked = blocks_->has(record.node) || (had_files && record.files.empty());
  if (verdict == cs::HitVerdict::good && is_blocked) verdict = cs::HitVerdict::blocked;
  pump_->deliver(cs::Input(cs::Judged{.guid = judge.guid,
                                      .hops = judge.hops,
                                      .verdict = verdict,
                                      .record = std::move(judge.hit.record)}));
}

void NodeDaemon::perform_transfer(ct::Effect& effect) {
  std::visit(Overloaded{
                 [&](ct::KeepBlock& it) { transfer_links_->keep_block(it); },
                 [&](ct::Send& it) { transfer_links_->send(it); },
                 [&](ct::SendBlock& it) { send_block(it); },
                 [&](ct::Verify& it) { pieces_->verify(it); },
                 [&](ct::Dial& it) { dial_source(it); },
                 [&](ct::DialThrough& it) { dial_through(it); },
                 [](ct::AskPush&) {},  // the node hands it to its overlay
                 [&](ct::Close& it) { transfer_links_->close(it); },
                 [&](ct::DropPiece& it) { pieces_->drop(it); },
                 [&](ct::CheckBlock& it) { pieces_->check(it); },
                 [&](ct::ReadHashes& it) { pieces_->read_hashes(it); },
                 [&](ct::Open& it) { open_content(it); },
                 [&](ct::Release& it) { pieces_->release(it.content); },
                 [&](ct::PrepareStorage& it) { pieces_->prepare(it); },
                 [&](ct::Progress& it) { fetches_->on_progress(it); },
                 [&](ct::FetchDone& it) { fetches_->on_done(it); },
                 [&](ct::FetchFailed& it) { fetches_->on_failed(it); },
                 [&](ct::NeedSources& it) { fetches_->on_need_sources(it.content); },
             },
             effect);
}

// A peer wants something of this content.
void NodeDaemon::open_content(const ct::Open& open) {
  if (options_.serves && !blocks_->has(open.info_hash)) {
    pieces_->open(open);
    return;
  }
  ++blocked_opens_;
  pump_->deliver(ct::Input(ct::Opened{.link = open.link, .found = std::nullopt}));
}

void NodeDaemon::send_block(const ct::SendBlock& send) {
  if (blocks_->has(send.content)) {
    transfer_links_->abort(send.link);
  } else {
    transfer_links_->send_block(send);
  }
}

void NodeDaemon::dial_source(const ct::Dial& dial) {
  if (blocks_->has(dial.expected)) {
    pump_->deliver(ct::Input(ct::DialFailed{.dial = dial.dial}));
  } else {
    transfer_links_->dial(dial);
  }
}

void NodeDaemon::dial_through(const ct::DialThrough& dial) {
  if (blocks_->has(dial.expected)) {
    pump_->deliver(ct::Input(ct::DialFailed{.dial = dial.dial}));
  } else {
    relays_->dial(dial);
  }
}

void NodeDaemon::on_blocked(const Blockable& what) {
  if (const auto* node = std::get_if<NodeKey>(&what)) transfer_links_->abort(*node);
}

std::vector<NodeKey> NodeDaemon::known_nodes() const {
  std::vector<NodeKey> nodes;
  for (const PeerView& peer : peers()) nodes.push_back(peer.key);
  for (const co::CachedHost& host : node_->overlay().cached_hosts()) {
    if (host.key && std::find(nodes.begin(), nodes.end(), *host.key) == nodes.end())
      nodes.push_back(*host.key);
  }
  return nodes;
}

Limits NodeDaemon::limits() const {
  Limits limits = core_limits(config_, *node_);
  const auto add = [&](const char* name, std::size_t value, std::size_t use) {
    limits.push_back({.name = name, .value = value, .use = use});
  };
  const ListenerLimits port;
  limits.push_back({.name = "handshakes", .value = port.max_handshakes, .use = std::nullopt});
  limits.push_back({.name = "handshakes_per_address",
                    .value = port.max_handshakes_per_address,
                    .use = std::nullopt});
  add("dial_targets", co::TargetLimit::kMaxTargets, targets_.size());
  add("hit_signatures", 2 * HitSeals::kMaxRemembered, seals_.remembered());
  add("hit_signers", cs::Freshness::kMaxNodes, seals_.freshness().size());
  add("blocks", Blocks::kMaxOwn, blocks_->own_count());
  add("block_list", wire::kMaxBlockListEntries, blocks_->listed_count());
  return limits;
}

std::vector<std::string> NodeDaemon::listen_addresses() const {
  std::vector<std::string> texts;
  for (const Endpoint& endpoint : listener_->local()) texts.push_back(endpoint.to_string());
  return texts;
}

std::vector<std::string> NodeDaemon::dial_addresses() const {
  std::vector<std::string> texts;
  for (const Endpoint& endpoint : usable_addresses(listener_->local()))
    texts.push_back(endpoint.to_string());
  return texts;
}

std::chrono::milliseconds NodeDaemon::uptime() const {
  return std::chrono::duration_cast<std::chrono::milliseconds>(pump_->now().time_since_epoch());
}

FlatCounters NodeDaemon::counters() const {
  FlatCounters all = flat_counters(
      counters_, listener_->counters(), discovery_ ? discovery_->counters() : DiscoveryCounters{});
  all.emplace_back("dials_over_limit", targets_.refused());
  add_view(all, node_->overlay(), config_.overlay);
  add_membership(all, parts_.tls.membership()->counters());
  relays_->count(all);
  all.emplace_back("opens_refused", blocked_opens_);
  all.emplace_back("transfer_links_blocked", blocked_links_);
  return all;
}

PeerView NodeDaemon::view_of(const OverlayPeer& peer) const {
  PeerView view{.key = peer.link->peer(),
                .address = peer.link->remote().to_string(),
                .name = peer.name,
                .direction = peer.direction,
                .rtt_ms = std::nullopt,
                .bytes_in = peer.link->bytes_in(),
                .bytes_out = peer.link->bytes_out()};
  const co::LinkTable& links = node_->overlay().links();
  if (const co::Link* link = links.find(peer.id)) {
    if (link->rtt_us != 0) view.rtt_ms = link->rtt_us / 1000.0;
  }
  return view;
}

std::vector<PeerView> NodeDaemon::peers() const {
  std::vector<PeerView> views;
  for (const auto& [id, peer] : overlay_links_->peers()) {
    const co::Link* link = node_->overlay().links().find(peer.id);
    if (link != nullptr && link->state == co::LinkState::up) views.push_back(view_of(peer));
  }
  return views;
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
  if (discovery_) discovery_->stop();
  listener_->stop();
  dialer_.stop();
  upkeep_.cancel();
  fetches_->stop();
  searches_->stop();
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
  library_->stop();
  gone_();
}

}  // namespace

Result<std::unique_ptr<Daemon>> Daemon::open(asio::io_context& io, const DaemonOptions& options) {
  auto state = store::StateDir::open(options.paths);
  if (!state) return state.error();
  auto identity = store::load_or_create_key(options.paths.key);
  if (!identity) return identity.error();
  auto catalogue = store::Catalogue::open(options.paths.catalogue, unix_now());
  if (!catalogue) return catalogue.error();
  if (catalogue->set_aside()) {
    spdlog::warn("the catalogue was damaged; it is now {}, and files are hashed again",
                 *catalogue->set_aside());
  }
  auto mesh = store::load_mesh(options.paths.mesh);
  if (!mesh) return mesh.error();
  auto tls = TlsContext::make(identity->secret.view(), key_of(*mesh));
  if (!tls) return tls.error();
  auto signer = store::Signer::make(identity->secret.view());
  if (!signer) return signer.error();
  auto daemon = std::make_unique<NodeDaemon>(io,
                                             options,
                                             Parts{.state = std::move(*state),
                                                   .identity = *identity,
                                                   .mesh = std::move(*mesh),
                                                   .catalogue = std::move(*catalogue),
                                                   .tls = std::move(*tls),
                                                   .signer = std::move(*signer)});
  if (auto bound = daemon->bind(); !bound) return bound.error();
  return std::unique_ptr<Daemon>(std::move(daemon));
}

}  // namespace freshet::io
