#include "node/io/host/torrents.h"

#include "node/core/bittorrent/announced_dials.h"
#include "node/io/bittorrent/plain_link.h"
#include "node/io/bittorrent/tracker_door.h"
#include "node/io/net/tcp_socket.h"

namespace freshet::io {

Torrents::Torrents(asio::io_context& io, Options options, Parts parts)
    : io_(io),
      options_(std::move(options)),
      parts_(std::move(parts)),
      publications_(io, parts_.library, parts_.folders, options_.folder),
      reader_(io, parts_.library, parts_.folders) {}

void Torrents::start(Listener& listener) {
  if (options_.is_private) return;
  publications_.recall();
  if (!options_.answers) return;
  mesh_ = std::make_unique<MeshTorrents>(io_, options_.folder + "/others", parts_for_mesh());
  mesh_->recall();
  port_ = std::make_unique<PlainPort>(
      io_, parts_for_port(), parts_.turns, options_.port, parts_.rng.fork("plain port"));
  listener.take_plain([this](Opening opening, TcpSocket&& socket, Bytes first) {
    port_->take(opening, std::move(socket), std::move(first));
  });
}

PlainParts Torrents::parts_for_port() {
  return {.now = parts_.now,
          .find = [this](const InfoHash& name) -> core::bittorrent::TorrentPtr {
            auto own = find_own(name);
            return own ? own : mesh_->find(name);
          },
          .hand_over = parts_.hand_over,
          .read =
              [this](const core::bittorrent::Torrent& torrent,
                     std::uint64_t offset,
                     std::uint32_t length,
                     PlainParts::BlockRead done) {
                reader_.read(torrent, offset, length, std::move(done));
              },
          .read_hashes =
              [this](const ContentId& content,
                     const wire::bt::HashRequest& request,
                     PlainParts::HashesRead done) {
                reader_.read_hashes(content, request, std::move(done));
              },
          .seek = [this](const core::bittorrent::TorrentPtr& torrent,
                         std::function<void()> ready) { mesh_->seek(torrent, std::move(ready)); },
          .sources =
              [this](const core::bittorrent::TorrentPtr& torrent) {
                return mesh_->sources(torrent);
              }};
}

MeshTorrents::Parts Torrents::parts_for_mesh() {
  return {.library = parts_.library,
          .folders = parts_.folders,
          .now = parts_.now,
          .is_blocked = parts_.is_blocked,
          .find_own = [this](const InfoHash& name) { return find_own(name); },
          .own_count = [this] { return publications_.size(); },
          .max_torrents = Publications::kMaxTorrents,
          .mesh = parts_.mesh};
}

core::bittorrent::TorrentPtr Torrents::find_own(const InfoHash& name) const {
  auto found = publications_.find(name);
  return found && !parts_.is_blocked(found->content) ? found : nullptr;
}

void Torrents::take_in(const std::shared_ptr<TlsLink>& link) {
  if (mesh_) {
    mesh_->take_in(link);
  } else {
    ++offers_refused_;
    link->abandon();
  }
}

void Torrents::stop() {
  if (port_) port_->stop();
  if (mesh_) mesh_->stop();
  publications_.stop();
  reader_.stop();
}

void Torrents::publish(const ContentId& content, wire::bt::TorrentKind kind, Done done) {
  if (options_.is_private) {
    done(Error{ErrorCode::invalid,
               "this node is of a private mesh, and torrents are for everybody: nothing of it is "
               "published"});
    return;
  }
  if (parts_.is_blocked(content)) {
    done(Error{ErrorCode::invalid, "that is blocked here; see: freshet block, freshet unblock"});
    return;
  }
  publications_.publish(
      content, kind, [this, done = std::move(done)](const Result<Publication>& published) {
        if (published) {
          done(view_of(*published));
        } else {
          done(published.error());
        }
      });
}

std::vector<std::string> Torrents::trackers() const {
  std::vector<std::string> urls;
  if (!port_) return urls;
  for (const std::string& address : parts_.addresses())
    urls.push_back("http://" + address + "/announce");
  return urls;
}

TorrentView Torrents::view_of(const Publication& published) const {
  const auto& torrent = *published.torrent;
  TorrentView view{.torrent = published.torrent, .trackers = trackers(), .file = {}, .magnet = {}};
  view.file = wire::bt::encode_torrent({.info = torrent.encoded_info,
                                        .trackers = view.trackers,
                                        .kind = torrent.info.kind,
                                        .piece_layers = published.piece_layers});
  view.magnet = wire::bt::magnet_link(
      torrent.names, torrent.info.name, torrent.info.size_bytes, view.trackers);
  return view;
}

void Torrents::withdraw(const ContentId& content) {
  if (port_) port_->withdraw(content);
}

bool Torrents::adopt(const ContentId& content, const InfoHash& name, const Bytes& info) {
  return !mesh_ || mesh_->adopt(content, name, info);
}

std::uint64_t Torrents::bytes_sent() const {
  return port_ ? port_->counters().block_bytes_sent : 0;
}

void Torrents::count(std::vector<std::pair<std::string, std::uint64_t>>& all) const {
  const core::bittorrent::Counters none;
  const core::bittorrent::Counters& it = port_ ? port_->counters() : none;
  all.emplace_back("torrents_published", publications_.size());
  all.emplace_back("bt_links", port_ ? port_->links() : 0);
  all.emplace_back("bt_links_in", it.links_in);
  all.emplace_back("bt_links_out", it.links_out);
  all.emplace_back("bt_links_refused", it.links_refused);
  all.emplace_back("bt_links_broken", it.links_broken);
  all.emplace_back("bt_links_silent", it.links_silent);
  all.emplace_back("bt_links_stalled", it.links_stalled);
  all.emplace_back("bt_dials_refused", it.dials_refused);
  all.emplace_back("bt_dials_failed", it.dials_failed);
  all.emplace_back("bt_blocks_sent", it.blocks_sent);
  all.emplace_back("bt_block_bytes_sent", it.block_bytes_sent);
  all.emplace_back("bt_requests_rejected", it.requests_rejected);
  all.emplace_back("bt_metadata_sent", it.metadata_sent);
  all.emplace_back("bt_hashes_sent", it.hashes_sent);
  all.emplace_back("bt_read_failures", it.read_failures);
  all.emplace_back("bt_contents_forgotten", reader_.forgotten());
  all.emplace_back("tracker_announces", it.announces);
  all.emplace_back("tracker_refused", it.announces_refused);
  all.emplace_back("tracker_busy", it.tracker_busy);
  all.emplace_back("tracker_silent", it.tracker_silent);
  all.emplace_back("tracker_peers_dropped", it.tracker_peers_dropped);
  all.emplace_back("torrent_offers_refused", offers_refused_);
  MeshTorrents::count(mesh_.get(), all);
}

void Torrents::add_limits(Limits& limits) const {
  const auto add = [&](const char* name, std::uint64_t value, std::optional<std::uint64_t> use) {
    limits.push_back({.name = name, .value = value, .use = use});
  };
  add("torrents", Publications::kMaxTorrents, publications_.size());
  if (!port_) return;
  using core::bittorrent::AnnouncedDials;
  add("bt_links", PlainPort::kMaxLinks, port_->links());
  add("bt_links_per_address", PlainPort::kMaxLinksPerAddress, std::nullopt);
  add("bt_unsent_bytes_while_read_per_link", PlainLink::kMaxUnsentBytes, std::nullopt);
  add("bt_contents_remembered", SharedReader::kMaxKnown, reader_.known());
  add("bt_dials_waiting", AnnouncedDials::kMaxWaiting, port_->dials_waiting());
  add("bt_dials_remembered", AnnouncedDials::kMaxRemembered, port_->dials_remembered());
  add("bt_dials_at_once", PlainPort::kMaxDialsAtOnce, port_->dials_at_once());
  add("tracker_talks", TrackerDoor::kMaxTalks, port_->tracker_talks());
  mesh_->add_limits(limits);
}

}  // namespace freshet::io
