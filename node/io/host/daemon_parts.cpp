#include <chrono>
#include <utility>

#include "node/base/version.h"
#include "node/core/search/tokenizer.h"
#include "node/io/host/node_daemon.h"
#include "node/io/net/tcp_socket.h"

namespace freshet::io {
namespace {

/// Of a cache: short enough that most of what it names is still there.
constexpr std::chrono::minutes kCacheAge{2};

/// For who has a file of a torrent, before BitTorrent clients are asked for it.
constexpr std::chrono::milliseconds kMeshPatience{3000};

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
  config.overlay.caches_hits = options.cache;
  if (options.cache) config.search.cache_age = kCacheAge;
  config.overlay.max_bans += Blocks::kMaxOwn + wire::kMaxBlockListEntries;
  if (!options.serves) config.transfer.upload_slots = 0;
  // Within the patience of a `get`, so that it ends with what is wrong and not with having waited.
  config.transfer.exhausted_grace = std::chrono::seconds(2);
  return config;
}

}  // namespace

Status NodeDaemon::bind() {
  auto listener = Listener::bind(io_, shared_, parts_.tls, options_.listen, {});
  if (!listener) return listener.error();
  listener_ = std::move(*listener);
  config_ = config_for(options_, listener_->local().front().port);
  make_overlay();
  make_content();
  make_ways();
  make_searches();
  make_torrents();
  make_limits();
  return kOk;
}

void NodeDaemon::make_overlay() {
  const testbed::Setup* testbed = options_.testbed ? &*options_.testbed : nullptr;
  node_ = std::make_unique<core::Node>(config_,
                                       counters_,
                                       testbed != nullptr ? testbed->alias.value_or(key()) : key(),
                                       rng_.fork("node"));
  pump_ = std::make_unique<Pump>(io_, *node_, *this, clock_for(testbed));
  guard_dials();
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
}

// Nobody makes this node knock at a stranger's door time and again.
void NodeDaemon::guard_dials() {
  dialer_.guard_by(
      {.may_dial = [this](const Endpoint& at) { return targets_.allows(at, pump_->now()); },
       .proved =
           [this](const Endpoint& at) {
             targets_.proved(at);
           }});
}

void NodeDaemon::make_content() {
  library_ = std::make_unique<Library>(io_,
                                       std::move(parts_.catalogue),
                                       options_.paths.dir,
                                       rng_.next_u64(),
                                       options_.metadata_worker);
  library_->on_words([this] { tell_words(); });
  folders_ =
      std::make_unique<Folders>(io_, *library_, options_.paths.dir + "/folders", rng_.next_u64());
  folders_->on_words([this] { tell_words(); });
  library_->on_identified([this](const Guid& lookup, const wire::HitFile& file) {
    pump_->deliver(cs::Input(cs::Found{.lookup = lookup, .files = {file}}));
  });
  const auto deliver_transfer = [this](ct::Input input) {
    pump_->deliver(std::move(input));
  };
  fetches_ = std::make_unique<Fetches>(
      io_,
      Fetches::Options{.downloads = options_.paths.downloads,
                       .share_finished = options_.share_finished,
                       .unshared = options_.paths.dir + "/lists"},
      *library_,
      deliver_transfer,
      [this](const ContentId& content) { searches_->ask_content(content); });
  pieces_ = std::make_unique<PieceStore>(
      io_, *library_, options_.paths.downloads, deliver_transfer, [this](const ContentId& content) {
        return fetches_->target_of(content);
      });
  fetches_->use(*pieces_);
  folder_fetches_ = std::make_unique<FolderFetches>(
      io_,
      FolderFetches::Options{.lists = options_.paths.dir + "/lists",
                             .share_finished = options_.share_finished},
      *library_,
      *folders_,
      *fetches_);
  transfer_links_ =
      std::make_unique<TransferLinks>(io_, dialer_, *pieces_, next_link_, deliver_transfer);
}

// The ways to nodes that cannot be dialled, and whom to have nothing to do with.
void NodeDaemon::make_ways() {
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
}

void NodeDaemon::make_searches() {
  searches_ = std::make_unique<Searches>(
      io_,
      key(),
      [this](cs::Input input) { pump_->deliver(std::move(input)); },
      [this](const ContentId& content, std::vector<ct::Source> sources) {
        fetches_->add_sources(content, std::move(sources));
      },
      [this](const ContentId& content) {
        return library_->has(content) || fetches_->has(content);
      });
  browses_ = std::make_unique<Browses>(
      io_,
      *searches_,
      [this](co::Input input) { pump_->deliver(std::move(input)); },
      [this](const NodeKey& node) { return link_to(node); });
}

MeshParts NodeDaemon::parts_for_torrents() {
  auto signer = store::Signer::make(parts_.identity.secret.view());
  FRESHET_CHECK(signer);  // the one of hits was made of it
  return {.self = key(),
          .signer = std::make_shared<const store::Signer>(std::move(*signer)),
          .dialer = dialer_,
          .flood =
              [this](const ContentId& content, Searches::NodeHeard heard) {
                searches_->find_nodes(content, std::move(heard));
              },
          .is_blocked =
              [this](const NodeKey& node) {
                return blocks_->has(node);
              }};
}

void NodeDaemon::make_torrents() {
  upload_turns_ = std::make_unique<UploadTurns>(io_, [this] { return pump_->now(); });
  torrents_ = std::make_unique<Torrents>(
      io_,
      Torrents::Options{.folder = options_.paths.dir + "/published",
                        .is_private = parts_.mesh.is_private(),
                        .answers = options_.bittorrent,
                        .port = config_.overlay.listen_port},
      Torrents::Parts{
          .library = *library_,
          .folders = *folders_,
          .now = [this] { return pump_->now(); },
          .is_blocked = [this](const ContentId& content) { return blocks_->has(content); },
          .addresses = [this] { return dial_addresses(); },
          .turns = *upload_turns_,
          .hand_over =
              [this](
                  const InfoHash& name, TcpSocket&& socket, const Endpoint& from, ByteView came) {
                return torrent_fetches_->take(name, std::move(socket), from, came);
              },
          .mesh = parts_for_torrents(),
          .rng = rng_.fork("torrents")});
  torrent_fetches_ = std::make_unique<TorrentFetches>(
      io_,
      TorrentFetches::Options{.partials = options_.paths.dir + "/torrents",
                              .is_private = parts_.mesh.is_private(),
                              .share_finished = options_.share_finished,
                              .serves = options_.bittorrent,
                              .port = config_.overlay.listen_port},
      *library_,
      TorrentFetches::Mesh{.fetches = *fetches_,
                           .find = [this](const ContentId& content,
                                          auto found) { find_sources(content, std::move(found)); },
                           .is_blocked =
                               [this](const ContentId& content) {
                                 return blocks_->has(content);
                               }},
      TorrentFetches::Serving{.turns = *upload_turns_,
                              .adopt =
                                  [this](const FetchedTorrent& it) {
                                    const auto id = it.content ? it.content : folders_->at(it.path);
                                    return id && torrents_->adopt(*id, it.name, *it.info);
                                  },
                              .id_of =
                                  [this](const std::string& path) {
                                    return folders_->at(path);
                                  }},
      [this] { return pump_->now(); },
      [this] { return down_limit_->shares().clients; },
      rng_.fork("torrent fetches"));
}

void NodeDaemon::make_limits() {
  const auto limit = [this](std::function<RateShare::Moved()> moved) {
    return std::make_unique<SharedLimit>(io_,
                                         SharedLimit::Parts{.moved = std::move(moved),
                                                            .now = [this] { return pump_->now(); },
                                                            .changed =
                                                                [this] {
                                                                  apply_limits();
                                                                }});
  };
  up_limit_ = limit([this] {
    return RateShare::Moved{.nodes = counters_.transfer.bytes_out,
                            .clients = torrents_->bytes_sent() + torrent_fetches_->bytes_sent()};
  });
  down_limit_ = limit([this] {
    return RateShare::Moved{.nodes = counters_.transfer.bytes_in,
                            .clients = torrent_fetches_->bytes_fetched()};
  });
}

// Without neighbours nobody answers.
void NodeDaemon::find_sources(const ContentId& content,
                              std::function<void(TorrentMesh::Sources)> found) {
  const bool has_neighbours = node_->overlay().links().up_count() > 0;
  searches_->resolve_whole(content,
                           has_neighbours ? kMeshPatience : std::chrono::milliseconds(0),
                           [this, content, found = std::move(found)](const Result<Wanted>& wanted) {
                             const bool is_here = library_->has(content) || fetches_->has(content);
                             if (!is_here && (!wanted || wanted->sources.empty())) {
                               found(std::nullopt);
                             } else {
                               found(wanted ? wanted->sources : std::vector<ct::Source>());
                             }
                           });
}

}  // namespace freshet::io
